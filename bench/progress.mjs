/** One line on stderr that is rewritten in place, in a terminal only. */
export class Progress {
  #isShown = process.stderr.isTTY === true;

  show(text) {
    if (this.#isShown) process.stderr.write(`\r\x1b[2K${text}`);
  }

  clear() {
    this.show("");
  }
}
