export interface Line {
  /** From 1, counting every line of the source. */
  readonly number: number;
  /** Without its line break; undefined when the line is longer than the limit, and nothing of it was kept. */
  readonly bytes: Buffer | undefined;
}

const LINE_FEED = 0x0a;

/** Cuts a stream of bytes into lines in bounded memory: never more than one line up to the limit, and one chunk. */
export class LineSplitter {
  readonly #limitBytes: number;
  #pieces: Buffer[] = [];
  #pendingBytes = 0;
  #number = 0;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  /** @returns the lines that end in this chunk */
  push(chunk: Buffer): readonly Line[] {
    const lines: Line[] = [];
    let start = 0;
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, start)) {
      this.#keep(chunk.subarray(start, end));
      lines.push(this.#takeLine());
      start = end + 1;
    }
    if (start < chunk.length) this.#keep(chunk.subarray(start));
    return lines;
  }

  /** @returns what follows the last line break, unless that is nothing */
  end(): readonly Line[] {
    return this.#pendingBytes === 0 ? [] : [this.#takeLine()];
  }

  #keep(piece: Buffer): void {
    this.#pendingBytes += piece.length;
    if (this.#pendingBytes <= this.#limitBytes) this.#pieces.push(piece);
    else this.#pieces = [];
  }

  #takeLine(): Line {
    const [only, ...more] = this.#pieces;
    const tooLong = this.#pendingBytes > this.#limitBytes;
    const whole = only !== undefined && more.length === 0 ? only : Buffer.concat(this.#pieces);
    this.#pieces = [];
    this.#pendingBytes = 0;
    this.#number += 1;
    return { number: this.#number, bytes: tooLong ? undefined : whole };
  }
}
