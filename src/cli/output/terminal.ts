import { stripVTControlCharacters } from "node:util";
import { MultiBar, Presets } from "cli-progress";
import { oneLine } from "./format.js";
import { type Screen, screenOf } from "./layout/screen.js";

/** Where a command talks to a person. Nothing here writes to stdout when the caller asked for JSON. */
export interface Terminal {
  /** Whether the caller asked for one JSON object. */
  readonly json: boolean;
  readonly screen: Screen;
  /** Text on stdout, at once; nothing with `--json`. */
  say(text: string): void;
  /** One line on stderr, above a running progress bar. */
  warn(line: string): void;
  /** Shows progress on stderr when that is a terminal, and does nothing otherwise. One at a time. */
  progress(options: ProgressOptions): Progress;
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

/**
 * The terminal of this process.
 *
 * @param isWide - whether lines may be of any length
 */
export function processTerminal(json: boolean, isWide: boolean): Terminal {
  const { stdout, stderr } = process;
  let bars: MultiBar | undefined;
  return {
    json,
    screen: screenOf(stdout, process.env, isWide),
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
