import { stripVTControlCharacters } from "node:util";
import { MultiBar, Presets } from "cli-progress";
import { wantsColours } from "./colours.js";
import { oneLine } from "./format.js";

/** Where a command talks to a person. Nothing here writes to stdout when the caller asked for JSON. */
export interface Terminal {
  /** Whether the caller asked for one JSON object. */
  readonly json: boolean;
  readonly style: Style;
  /** Text on stdout, at once; nothing with `--json`. */
  say(text: string): void;
  /** One line on stderr, above a running progress bar. */
  warn(line: string): void;
  /** Shows progress on stderr when that is a terminal, and does nothing otherwise. One at a time. */
  progress(options: ProgressOptions): Progress;
}

/** Marks text for the eye; plain text where no colours are wanted. */
export interface Style {
  bold(text: string): string;
  dim(text: string): string;
  good(text: string): string;
  bad(text: string): string;
}

export interface ProgressOptions {
  /** What is being done, in one or two words. */
  readonly label: string;
  /** What `update` will count up to; left out when unknown, and no bar is drawn then. */
  readonly total?: number;
}

export interface Progress {
  /** @param note - shown behind the bar, such as a rate */
  update(done: number, note?: string): void;
  /** Removes the bar. Idempotent. */
  stop(): void;
}

/** Leaves room for a note on a line of 80. */
const BAR_CHARACTERS = 20;
const FRAMES_PER_SECOND = 8;

/** The terminal of this process. */
export function processTerminal(json: boolean): Terminal {
  const { stdout, stderr } = process;
  let bars: MultiBar | undefined;
  return {
    json,
    style: wantsColours(stdout, process.env) ? coloured : plain,
    say(text) {
      if (!json) stdout.write(`${text}\n`);
    },
    warn(line) {
      const text = `${oneLine(stripVTControlCharacters(line))}\n`;
      if (bars === undefined) stderr.write(text);
      else bars.log(text);
    },
    progress({ label, total }) {
      if (!stderr.isTTY || bars !== undefined) return silent;
      const shown = new MultiBar(
        {
          format: total === undefined ? `${label} {note}` : `${label} {bar} {percentage}% {note}`,
          barsize: BAR_CHARACTERS,
          fps: FRAMES_PER_SECOND,
          stream: stderr,
          linewrap: true,
          clearOnComplete: true,
          forceRedraw: true,
          gracefulExit: false,
          emptyOnZero: true,
        },
        Presets.shades_classic,
      );
      bars = shown;
      const bar = shown.create(total ?? 0, 0, { note: "" });
      return {
        update: (done, note = "") => bar.update(done, { note }),
        stop() {
          if (bars !== shown) return;
          shown.update(); // prints the lines that are still waiting
          shown.stop();
          bars = undefined;
        },
      };
    },
  };
}

const silent: Progress = { update: () => undefined, stop: () => undefined };

const as = (open: number, close: number) => (text: string) => `\u001b[${open}m${text}\u001b[${close}m`;
const coloured: Style = { bold: as(1, 22), dim: as(2, 22), good: as(32, 39), bad: as(31, 39) };

const same = (text: string) => text;
const plain: Style = { bold: same, dim: same, good: same, bad: same };
