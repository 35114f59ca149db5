import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InvalidArgumentError } from "../../../src/common/errors.js";
import { predictionError } from "../../../src/maths/learning/prediction-error.js";
import { expectWithin } from "../../support/golden.js";

const T12 = 1e-12;

describe("predictionError", () => {
  it("C89: one number, one string, several keys", () => {
    expectWithin(predictionError({ x: 0.9 }, { x: 0.3 }), 0.6, T12);
    expectWithin(predictionError({ x: 100 }, { x: 50 }), 0.5, T12);
    expect(predictionError({ x: 0 }, { x: 0 })).toBe(0);
    expectWithin(predictionError({ x: 1000 }, { x: 1 }), 0.999, T12);
    expectWithin(predictionError({ x: 0.2 }, { x: -0.3 }), 0.5, T12);
    expect(predictionError({ x: 5 }, { x: -5 })).toBe(1);
    expect(predictionError({ x: "hello" }, { x: "world" })).toBe(1);
    expectWithin(predictionError({ a: 1, b: 2 }, { a: 1 }), 0.5, T12);
    expectWithin(predictionError({ n: 1, s: "yes" }, { n: 0.5, s: "yes" }), 0.25, T12);
    expect(predictionError({}, {})).toBe(0);
    expect(predictionError({ x: 1 }, { x: "1" })).toBe(1);
    expect(predictionError({ x: { a: [1, 2], b: null } }, { x: { b: null, a: [1, 2] } })).toBe(0);
  });

  it("compares nested values as wholes", () => {
    expect(predictionError({ x: { a: 1 } }, { x: { a: 1.1 } })).toBe(1);
    expect(predictionError({ x: [1, 2] }, { x: [2, 1] })).toBe(1);
    expect(predictionError({ x: null }, { x: null })).toBe(0);
    expect(predictionError({ x: null }, {})).toBe(1);
    expect(predictionError({ x: true }, { x: 1 })).toBe(1);
  });

  it("counts keys that only the outcome has, whatever they are called", () => {
    const actual: object = JSON.parse('{"__proto__": 1, "constructor": 2, "x": 3}');
    expectWithin(predictionError({ x: 3 }, actual), 2 / 3, T12);
  });

  it("stays in [0, 1], is 0 for equal maps, and does not mind which side is which", () => {
    const map = fc.dictionary(
      fc.constantFrom("a", "b", "c"),
      fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.jsonValue({ maxDepth: 2 })),
    );
    fc.assert(
      fc.property(map, map, (predicted, actual) => {
        const error = predictionError(predicted, actual);
        expect(error).toBeGreaterThanOrEqual(0);
        expect(error).toBeLessThanOrEqual(1);
        expectWithin(predictionError(actual, predicted), error, T12);
        expect(predictionError(actual, structuredClone(actual))).toBe(0);
      }),
    );
  });

  it("names the entry that is not a JSON value", () => {
    expect(() => predictionError({ x: Number.NaN }, {})).toThrow("predicted.x is NaN");
    expect(() => predictionError({}, { x: Number.POSITIVE_INFINITY })).toThrow("actual.x is Infinity");
    expect(() => predictionError({ x: new Date(0) }, {})).toThrow("predicted.x is a Date");
    expect(() => predictionError([], {})).toThrow(InvalidArgumentError);
    expect(() => predictionError({}, null as unknown as object)).toThrow(InvalidArgumentError);
  });
});
