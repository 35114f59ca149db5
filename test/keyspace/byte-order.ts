import { seededRandom } from "../support/seeded-random.js";

/**
 * Texts in ascending order of their UTF-8 bytes. The last two are the other way round in UTF-16, whose surrogates sort
 * before U+FF5E.
 */
export const BYTE_ORDERED: readonly string[] = [
  "0",
  "B",
  "Z",
  "_",
  "a",
  "a\tb",
  "a a",
  "a-1",
  "a:1",
  "aa",
  "~",
  "é",
  "\uFF5E",
  "\u{1F600}",
];

/** The same members in another order, the same one every time. */
export function shuffled<Item>(items: readonly Item[]): Item[] {
  const random = seededRandom(7);
  return items
    .map((item) => ({ item, place: random() }))
    .sort((left, right) => left.place - right.place)
    .map(({ item }) => item);
}
