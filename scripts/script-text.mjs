import { BODY_OF } from "./inline-functions.mjs";

const MARK = new RegExp(`^ *--${BODY_OF}(\\w+)$`);

/** A script as it grows, with the lines from which on something else is done. */
export class ScriptText {
  /** The line what a function does begins or goes on at, and its name and source. */
  functions = [];
  #lines = [];
  #sourceOf;

  constructor(sourceOf) {
    this.#sourceOf = sourceOf;
  }

  get text() {
    return this.#lines.join("\n");
  }

  add(...texts) {
    for (const line of texts.flatMap((text) => text.split("\n"))) {
      const [, name] = MARK.exec(line) ?? [];
      if (name === undefined) this.#lines.push(line);
      else this.#noteFunction(name);
    }
  }

  addFunction(name, text) {
    this.#noteFunction(name);
    this.add(text);
  }

  #noteFunction(name) {
    const [line, source] = [this.#lines.length + 1, this.#sourceOf(name)];
    if (this.functions.at(-1)?.[0] === line) this.functions.pop();
    if (this.functions.at(-1)?.[1] !== source) this.functions.push([line, source]);
  }
}
