import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

/** Absolute name of a file in the shared data folder beside the repository, or undefined when it is absent. */
export function sharedData(path: string): string | undefined {
  const file = fileURLToPath(new URL(`../../../shared/data/${path}`, import.meta.url));
  return existsSync(file) ? file : undefined;
}

/** A suite over a file of shared data. Without the file the suite is reported as skipped, with the reason. */
export function describeWithData(name: string, path: string, fn: (file: string) => void): void {
  const file = sharedData(path);
  if (file === undefined) {
    describe.skip(`${name} (skipped: ../shared/data/${path} is not here)`, () => {
      it("needs its data file", () => {});
    });
    return;
  }
  describe(name, () => fn(file));
}

/** Parses a JSON data file; the caller states the shape it relies on. */
export function readJson<T>(file: string): T {
  return JSON.parse(readFileSync(file, "utf8")) as T;
}

/** Asserts |actual − expected| ≤ tolerance, and therefore that `actual` is a number. */
export function expectWithin(actual: number, expected: number, tolerance: number, label = "value"): void {
  const distance = actual === expected ? 0 : Math.abs(actual - expected);
  expect(distance <= tolerance, `${label}: ${actual} is not within ${tolerance} of ${expected}`).toBe(true);
}

/** Asserts a relative error of at most `tolerance`; an expected 0 must be met exactly. */
export function expectRelative(actual: number, expected: number, tolerance: number, label = "value"): void {
  expectWithin(actual, expected, tolerance * Math.abs(expected), label);
}
