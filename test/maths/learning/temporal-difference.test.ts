import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { tdError, tdUpdatedValue } from "../../../src/maths/learning/temporal-difference.js";
import { describeWithData, expectWithin, readJson } from "../../support/golden.js";

const T12 = 1e-12;
const ALPHA = 0.1;
const GAMMA = 0.95;

function update(q: number, reward: number, maxFutureQ = 0, alpha = ALPHA, gamma = GAMMA) {
  const error = tdError(q, reward, maxFutureQ, gamma);
  return { error, q: tdUpdatedValue(q, error, alpha) };
}

describe("tdError and tdUpdatedValue", () => {
  it("C98: two updates from 0", () => {
    const first = update(0, 1);
    expectWithin(first.error, 1, T12);
    expectWithin(first.q, 0.1, T12);
    const second = update(first.q, 1, 0.5);
    expectWithin(second.error, 1.375, T12);
    expectWithin(second.q, 0.2375, T12);
  });

  it("C99: one terminal update from 0", () => {
    const rewards: [reward: number, q: number][] = [
      [5, 0.5],
      [-1.5, -0.15],
      [0.25, 0.025],
      [4, 0.4],
    ];
    for (const [reward, q] of rewards) expectWithin(update(0, reward).q, q, T12);
  });

  it("C100: with a future value", () => {
    const { error, q } = update(0.5, 0.8, 0.6);
    expectWithin(error, 0.87, T12);
    expectWithin(q, 0.587, T12);
  });

  it("C101: ten rewards of 1; a step size of 1 replaces the value by its target", () => {
    let q = 0;
    for (let step = 0; step < 10; step++) q = update(q, 1).q;
    expectWithin(q, 0.6513215599, T12);
    expectWithin(update(0.3, 0.8, 0.5, 1).q, 0.8 + GAMMA * 0.5, T12);
  });

  it("moves the value towards its target and not past it", () => {
    const value = fc.double({ min: -1e6, max: 1e6, noNaN: true });
    const unit = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(value, value, value, unit, unit, (q, reward, maxFutureQ, alpha, gamma) => {
        const target = reward + gamma * maxFutureQ;
        const before = Math.abs(target - q);
        const updated = update(q, reward, maxFutureQ, alpha, gamma).q;
        expectWithin(Math.abs(target - updated), (1 - alpha) * before, 1e-9);
      }),
    );
  });
});

describeWithData("td.json", "golden/td.json", (file) => {
  const { sequences } = readJson<TdFile>(file);

  it("sequences", () => {
    expect(sequences.length).toBeGreaterThan(50);
    for (const { name, alpha, gamma, initialQ, steps } of sequences) {
      let q = initialQ;
      steps.forEach((step, index) => {
        const updated = update(q, step.reward, step.nextMax, alpha, gamma);
        const label = `${name}, step ${index}`;
        expectWithin(updated.error, step.tdError, 1e-9 * Math.max(1, Math.abs(step.tdError)), label);
        expectWithin(updated.q, step.q, 1e-9 * Math.max(1, Math.abs(step.q)), label);
        q = updated.q;
      });
    }
  });
});

interface TdFile {
  readonly sequences: readonly {
    name: string;
    alpha: number;
    gamma: number;
    initialQ: number;
    steps: readonly { reward: number; nextMax: number; tdError: number; q: number }[];
  }[];
}
