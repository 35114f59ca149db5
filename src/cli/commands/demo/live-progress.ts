import type { Progress, Terminal } from "../../output/terminal.js";

/** A progress bar that steps aside for lines on stdout. */
export class LiveProgress {
  readonly #terminal: Terminal;
  readonly #label: string;
  readonly #total: number;
  #bar: Progress;
  #done = 0;

  constructor(terminal: Terminal, label: string, total: number) {
    this.#terminal = terminal;
    this.#label = label;
    this.#total = total;
    this.#bar = terminal.progress({ label, total });
  }

  update(done: number): void {
    this.#done = done;
    this.#bar.update(done);
  }

  say(text: string): void {
    this.#bar.stop();
    this.#terminal.say(text);
    this.#bar = this.#terminal.progress({ label: this.#label, total: this.#total });
    this.#bar.update(this.#done);
  }

  stop(): void {
    this.#bar.stop();
  }
}
