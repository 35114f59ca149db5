import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../src/maths/json/json-value.js";
import { type CountedDecisions, learnFeatureOrder } from "../../../src/maths/levels/feature-order.js";
import { learnLevels, learnNextAfter, prefixesOf } from "../../../src/maths/levels/learned-levels.js";
import { estimatesOf } from "../../../src/maths/levels/score.js";
import { checkStateDeclaration } from "../../../src/maths/states/declared-state.js";

const LEARNED = checkStateDeclaration({ levels: "learned" });
const NO_EDGES = new Map<string, readonly number[]>();

function decided(state: JsonObject, actionType: string, count = 1): CountedDecisions {
  return { state, actionType, count };
}

describe("the order of features", () => {
  it("begins with what says most, tells its gain, and leaves out what says nothing", () => {
    const decisions = [decided({ x: 1, y: 1 }, "a", 2), decided({ x: 2, y: 1 }, "b", 2)];
    const { chosen, others } = learnFeatureOrder(decisions, LEARNED, NO_EDGES);
    // Of four decisions in one cell each is foretold with (2 - 1 + 2 · 0.5) / (4 - 1 + 2), of two in one with (2 - 1 + 1) / 3.
    expect(chosen).toEqual([{ feature: "x", gain: expect.closeTo(4 * Math.log(2 / 3 / (2 / 5)), 12) }]);
    expect(others).toEqual([{ feature: "y", gain: 0 }]);
  });

  it("takes a feature for what it says beside the ones before", () => {
    const decisions = ["a", "b", "c", "d"].flatMap((actionType, kind) => [
      decided({ high: kind > 1, copyOfHigh: kind > 1, odd: kind % 2, noise: 0 }, actionType, 20),
      decided({ high: kind > 1, copyOfHigh: kind > 1, odd: kind % 2, noise: 1 }, actionType, 20),
    ]);
    const { chosen, others } = learnFeatureOrder(decisions, LEARNED, NO_EDGES);
    expect(chosen.map(({ feature }) => feature)).toEqual(["copyOfHigh", "odd"]);
    expect(others.map(({ feature }) => feature)).toEqual(["high", "noise"]);
    expect(others[0]?.gain).toBe(0);
    expect(others[1]?.gain).toBeLessThan(0);
  });

  it("does not choose what every state has for itself", () => {
    const decisions = Array.from({ length: 100 }, (_, id) => decided({ id, kind: id % 2 }, `t${id % 2}`));
    const { chosen, others } = learnFeatureOrder(decisions, LEARNED, NO_EDGES);
    expect(chosen.map(({ feature }) => feature)).toEqual(["kind"]);
    expect(others.map(({ feature }) => feature)).toEqual(["id"]);
  });

  it("looks for what features say within each value of the gates, and at nothing that is no condition", () => {
    const declared = checkStateDeclaration({
      features: { region: "gate", user: "slot", trace: "ignore" },
      levels: "learned",
    });
    // Within each region the kind decides; over both it says nothing.
    const decisions = ["eu", "us"].flatMap((region) =>
      [0, 1].map((kind) =>
        decided({ region, kind, user: kind, trace: kind }, (kind === 0) === (region === "eu") ? "a" : "b", 9),
      ),
    );
    const order = learnFeatureOrder(decisions, declared, NO_EDGES);
    expect(order.chosen.map(({ feature }) => feature)).toEqual(["kind"]);
    expect(order.others).toEqual([]);
    expect(learnFeatureOrder(decisions, LEARNED, NO_EDGES).chosen).toEqual([]);
  });

  it("looks at numbers between their edges, and tells null from nothing", () => {
    const declared = checkStateDeclaration({ features: { amount: "number" }, levels: "learned" });
    const decisions = Array.from({ length: 64 }, (_, amount) => decided({ amount }, amount < 32 ? "low" : "high"));
    const gainWith = (edges: readonly number[]) =>
      learnFeatureOrder(decisions, declared, new Map([["amount", edges]])).chosen[0]?.gain;
    expect(gainWith([32])).toBeGreaterThan(30);
    expect(gainWith([])).toBeUndefined();
    const absent = [decided({ tier: null }, "a", 9), decided({}, "b", 9)];
    expect(learnFeatureOrder(absent, LEARNED, NO_EDGES).chosen).toHaveLength(1);
  });

  it("is nothing without decisions, and of one decision", () => {
    expect(learnFeatureOrder([], LEARNED, NO_EDGES)).toEqual({ chosen: [], others: [] });
    expect(learnFeatureOrder([decided({ x: 1 }, "a")], LEARNED, NO_EDGES)).toEqual({
      chosen: [],
      others: [{ feature: "x", gain: 0 }],
    });
  });

  it("depends neither on the order of decisions nor on how they are put together", () => {
    const decision = fc.record({
      state: fc.record({ x: fc.integer({ min: 0, max: 2 }), y: fc.integer({ min: 0, max: 2 }) }),
      actionType: fc.constantFrom("a", "b"),
      count: fc.integer({ min: 1, max: 3 }),
    });
    fc.assert(
      fc.property(fc.array(decision, { maxLength: 30 }), (decisions) => {
        const single = decisions.flatMap(({ count, ...one }) =>
          Array.from({ length: count }, () => ({ ...one, count: 1 })),
        );
        const names = (given: readonly CountedDecisions[]) =>
          learnFeatureOrder(given, LEARNED, NO_EDGES).chosen.map(({ feature }) => feature);
        expect(names(single.reverse())).toEqual(names(decisions));
      }),
    );
  });

  it("looks at the 64 features that most decisions have", () => {
    const rare = Object.fromEntries(Array.from({ length: 80 }, (_, index) => [`rare${index}`, index]));
    const decisions = [decided({ ...rare, often: 1 }, "a", 9), decided({ often: 2 }, "b", 9)];
    const { chosen, others } = learnFeatureOrder(decisions, LEARNED, NO_EDGES);
    expect(chosen.concat(others)).toHaveLength(64);
    expect(chosen[0]?.feature).toBe("often");
  });
});

describe("levels that are learned", () => {
  it("are beginnings of the order, each shorter than the one before", () => {
    expect(prefixesOf(["a", "b", "c", "d", "e", "f"], 3)).toEqual([
      ["a", "b", "c", "d", "e", "f"],
      ["a", "b", "c", "d"],
      ["a", "b"],
    ]);
    expect(prefixesOf(["a", "b"], 3)).toEqual([["a", "b"], ["a"]]);
    expect(prefixesOf(["a"], 3)).toEqual([["a"]]);
    expect(prefixesOf([], 3)).toEqual([]);
  });

  it("keep the edges that were first learned, and declared ones", () => {
    const declared = checkStateDeclaration({
      features: { amount: "number", hour: "number", size: { edges: [5] } },
      levels: "learned",
    });
    const numbers = (offset: number) =>
      Array.from({ length: 16 }, (_, index) => decided({ amount: index + offset, size: index }, "a"));
    const first = learnLevels(numbers(0), declared);
    expect(first.edges.get("amount")).toEqual([2, 4, 6, 8, 10, 12, 14]);
    expect(first.edges.get("hour")).toEqual([]);
    expect(first.edges.has("size")).toBe(false);
    expect(learnLevels(numbers(100), declared, first).edges).toEqual(first.edges);
  });

  it("are as many as asked for, eight at most, the states themselves included", () => {
    const states = Array.from({ length: 256 }, (_, bits) =>
      decided(Object.fromEntries(Array.from("abcdefgh", (name, bit) => [name, (bits >> bit) & 1])), `t${bits}`, 9),
    );
    expect(learnLevels(states, LEARNED).levels.map(({ length }) => length)).toEqual([8, 5, 3]);
    expect(learnLevels(states, LEARNED, undefined, 2).levels.map(({ length }) => length)).toEqual([8]);
    expect(learnLevels(states, LEARNED, undefined, 99).levels).toHaveLength(7);
  });

  it("are learned after 300, 1000 and 3000 decisions, and then after three times as many each time", () => {
    expect([0, 299, 300, 999, 1000, 2999, 3000, 9000].map(learnNextAfter)).toEqual([
      300, 300, 1000, 1000, 3000, 3000, 9000, 27000,
    ]);
  });
});

describe("the score of an action", () => {
  it("moves from coarse to fine, the more the more a cell knows", () => {
    const cells = [
      { right: 80, decisions: 100 },
      { right: 3, decisions: 3 },
      { right: 0, decisions: 0 },
    ];
    const coarse = (80 + 2 * 0.5) / 102;
    const finer = (3 + 2 * coarse) / 5;
    expect(estimatesOf(0.5, cells)).toEqual([coarse, finer, finer]);
    expect(estimatesOf(0.5, [])).toEqual([]);
  });

  it("lies between what the cells and all decisions tell", () => {
    const cell = fc
      .nat({ max: 50 })
      .chain((decisions) => fc.record({ decisions: fc.constant(decisions), right: fc.nat({ max: decisions }) }));
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), fc.array(cell), (overall, cells) => {
        for (const estimate of estimatesOf(overall, cells)) {
          expect(estimate).toBeGreaterThanOrEqual(0);
          expect(estimate).toBeLessThanOrEqual(1);
        }
      }),
    );
  });
});
