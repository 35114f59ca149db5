import type { Terminal } from "../../../../src/cli/output/terminal.js";

export interface CollectedTerminal extends Terminal {
  /** What was said, one element per call. */
  readonly said: readonly string[];
  /** The last progress of each label, as `done/total`. */
  readonly progressed: ReadonlyMap<string, string>;
}

/** A terminal that keeps what it is told. */
export function collectedTerminal(): CollectedTerminal {
  const said: string[] = [];
  const progressed = new Map<string, string>();
  const same = (text: string) => text;
  return {
    said,
    progressed,
    json: false,
    screen: { width: Number.POSITIVE_INFINITY, bold: same, dim: same, good: same, bad: same },
    say: (text) => {
      said.push(text);
    },
    warn: (line) => {
      throw new Error(`nothing to warn of was expected: ${line}`);
    },
    progress: ({ label, total }) => ({
      update: (done) => {
        progressed.set(label, `${done}/${total}`);
      },
      stop: () => undefined,
    }),
  };
}
