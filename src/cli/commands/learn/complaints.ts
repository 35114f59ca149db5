import { integer } from "../../output/format.js";
import type { Terminal } from "../../output/terminal.js";

const SHOWN = 20;

/** Lines that hold no event: the first few are told as they come, the rest as a number. */
export class Complaints {
  readonly #terminal: Terminal;
  #count = 0;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  get count(): number {
    return this.#count;
  }

  add(file: string, lineNumber: number, reason: string): void {
    this.#count += 1;
    if (this.#count <= SHOWN) this.#terminal.warn(`${file}:${lineNumber}: ${reason}`);
  }

  /** Tells how many were not told one by one. */
  finish(): void {
    const untold = this.#count - SHOWN;
    if (untold > 0) this.#terminal.warn(`... and ${integer(untold)} more malformed lines`);
  }
}
