import { compareUtf8 } from "../common/utf8-order.js";

export interface Scored {
  readonly name: string;
  readonly score: number;
}

/** Highest score first; equal scores by name, in byte order. */
export function byScoreThenName(left: Scored, right: Scored): number {
  return right.score - left.score || compareUtf8(left.name, right.name);
}

/** Keeps the best of all items it is given, at most `limit`. */
export class Best<Item extends Scored> {
  readonly #limit: number;
  #items: Item[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Cost grows with the page and the limit, not with what came before. */
  add(page: readonly Item[]): void {
    if (this.#limit > 0) this.#items = [...this.#items, ...page].sort(byScoreThenName).slice(0, this.#limit);
  }

  /** The score an item must reach to be among the best; any will do while there are too few. */
  get floor(): number {
    return this.#items.length < this.#limit ? Number.NEGATIVE_INFINITY : (this.#items.at(-1)?.score ?? 0);
  }

  get items(): readonly Item[] {
    return this.#items;
  }
}
