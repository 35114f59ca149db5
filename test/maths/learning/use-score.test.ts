import { expect, it } from "vitest";
import { useScore } from "../../../src/maths/learning/use-score.js";

it("rises from 0 through one half at 10 uses towards 1", () => {
  expect([0, 10, 30, 90].map(useScore)).toEqual([0, 0.5, 0.75, 0.9]);
  expect(useScore(1e12)).toBeLessThan(1);
});
