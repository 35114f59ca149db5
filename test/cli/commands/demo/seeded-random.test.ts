import { expect, it } from "vitest";
import { LARGEST_SEED, seededRandom, shuffled } from "../../../../src/cli/commands/demo/seeded-random.js";

it("draws the sequence that the C++ standard states for minstd_rand: value 10 000 from seed 1 is 399268537", () => {
  const random = seededRandom(1);
  let last = 0;
  for (let draw = 0; draw < 10_000; draw += 1) last = random();
  expect(Math.round(last * LARGEST_SEED) + 1).toBe(399_268_537);
});

it("stays from 0 to below 1 for the smallest and the largest seed", () => {
  for (const seed of [1, LARGEST_SEED]) {
    const random = seededRandom(seed);
    for (let draw = 0; draw < 1000; draw += 1) {
      const number = random();
      expect(number >= 0 && number < 1, String(number)).toBe(true);
    }
  }
});

it("shuffles into every order about equally often, and leaves its input alone", () => {
  const random = seededRandom(42);
  const items = ["a", "b", "c"] as const;
  const counts = new Map<string, number>();
  for (let round = 0; round < 6000; round += 1) {
    const order = shuffled(items, random).join("");
    counts.set(order, (counts.get(order) ?? 0) + 1);
  }
  expect([...counts.keys()].sort()).toEqual(["abc", "acb", "bac", "bca", "cab", "cba"]);
  for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(150);
  expect(items).toEqual(["a", "b", "c"]);
});
