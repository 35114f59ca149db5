import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { updatedConfidence } from "../../../src/maths/learning/confidence.js";
import { describeWithData, expectWithin, readJson } from "../../support/golden.js";

const T12 = 1e-12;
const CAP = 20;

/** Confidence after each of the signals. */
function trajectory(initial: number, signals: readonly number[], cap = CAP, startCount = 0): number[] {
  let confidence = initial;
  return signals.map((signal, index) => {
    confidence = updatedConfidence(confidence, startCount + index, signal, cap);
    return confidence;
  });
}

function confidenceAfter(initial: number, signals: readonly number[], cap = CAP, startCount = 0): number {
  return trajectory(initial, signals, cap, startCount).at(-1) ?? initial;
}

function repeated(signal: number, times: number): number[] {
  return new Array<number>(times).fill(signal);
}

describe("updatedConfidence", () => {
  it("C40: 0.9 from 0.5, five times", () => {
    const expected = [0.7, 0.7666666666666666, 0.8, 0.82, 0.8333333333333333];
    trajectory(0.5, repeated(0.9, 5)).forEach((confidence, index) => {
      expectWithin(confidence, expected[index] as number, T12);
    });
  });

  it("C41: 0.1 from 0.5", () => expectWithin(confidenceAfter(0.5, [0.1]), 0.3, T12));

  it("C42: 0.9 from an initial 0.01", () => expectWithin(confidenceAfter(0.01, [0.9]), 0.455, T12));

  it("C43: eight mixed signals, in any order", () => {
    const signals = [0.9, 0.1, 0.8, 0.2, 0.7, 0.6, 0.45, 0.3];
    fc.assert(
      fc.property(fc.shuffledSubarray(signals, { minLength: signals.length }), (order) => {
        expectWithin(confidenceAfter(0.5, order), 0.5055555555555555, T12);
      }),
    );
  });

  it("C44: twenty equal signals", () => {
    expectWithin(confidenceAfter(0.5, repeated(0.9, 20)), 0.8809523809523809, T12);
    expectWithin(confidenceAfter(0.5, repeated(1, 20)), 0.976190476190476, T12);
    expectWithin(confidenceAfter(0.5, repeated(0, 20)), 0.023809523809523815, T12);
  });

  it("C45: contradictions against 20 observations", () => {
    trajectory(0.9, repeated(0.1, 30), CAP, 20).forEach((confidence, index) => {
      expectWithin(confidence, 0.1 + 0.8 * (20 / 21) ** (index + 1), T12);
    });
    expectWithin(confidenceAfter(0.9, repeated(0.1, 14), CAP, 20), 0.5040543623964151, T12);
    expectWithin(confidenceAfter(0.9, repeated(0.1, 15), CAP, 20), 0.4848136784727763, T12);
  });

  it("C46: a smaller cap forgets faster", () => {
    expectWithin(confidenceAfter(0.9, [0.1], 20, 20), 0.861904761904762, T12);
    expectWithin(confidenceAfter(0.9, [0.1], 5, 20), 0.7666666666666667, T12);
    expectWithin(confidenceAfter(0.9, [0.1], 1, 20), 0.5, T12);
  });

  it("C47: a signal of 0.5 leaves 0.5 as it is", () => expect(confidenceAfter(0.5, repeated(0.5, 30))).toBe(0.5));

  it("is the running mean of the initial value and all signals below the cap", () => {
    const unit = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(unit, fc.array(unit, { maxLength: CAP }), (initial, signals) => {
        const sum = signals.reduce((total, signal) => total + signal, initial);
        expectWithin(confidenceAfter(initial, signals), sum / (signals.length + 1), T12);
      }),
    );
  });

  it("stays between the old value and the signal", () => {
    const unit = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(unit, unit, fc.nat(1_000), fc.integer({ min: 1, max: 100 }), (confidence, signal, count, cap) => {
        const updated = updatedConfidence(confidence, count, signal, cap);
        expect(updated).toBeGreaterThanOrEqual(Math.min(confidence, signal) - T12);
        expect(updated).toBeLessThanOrEqual(Math.max(confidence, signal) + T12);
      }),
    );
  });
});

describeWithData("confidence.json", "golden/confidence.json", (file) => {
  const { sequences } = readJson<ConfidenceFile>(file);

  it("sequences", () => {
    expect(sequences.length).toBeGreaterThan(50);
    for (const { name, initial, cap, startCount, steps } of sequences) {
      const confidences = trajectory(
        initial,
        steps.map((step) => step.signal),
        cap,
        startCount,
      );
      confidences.forEach((confidence, index) => {
        expectWithin(confidence, (steps[index] as ConfidenceStep).confidence, 1e-12, `${name}, step ${index}`);
      });
    }
  });
});

interface ConfidenceStep {
  readonly signal: number;
  readonly confidence: number;
}

interface ConfidenceFile {
  readonly sequences: readonly {
    name: string;
    initial: number;
    cap: number;
    startCount: number;
    steps: readonly ConfidenceStep[];
  }[];
}
