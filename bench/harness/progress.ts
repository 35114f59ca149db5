/** One line on stderr that is rewritten in place, in a terminal only. */
export class Progress {
  readonly #isShown = process.stderr.isTTY === true;

  show(text: string): void {
    if (this.#isShown) process.stderr.write(`\r\x1b[2K${text}`);
  }

  clear(): void {
    this.show("");
  }
}
