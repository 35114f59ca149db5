export { seededRandom } from "../../src/maths/learning/seeded-random.js";

/** An integer from `low` to `high`, both included. */
export function randomInteger(random: () => number, low: number, high: number): number {
  return low + Math.floor(random() * (high - low + 1));
}
