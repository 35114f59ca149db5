import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PolicyCacheError } from "../../../src/common/errors.js";
import { computeFingerprint } from "../../../src/maths/json/fingerprint.js";
import type { JsonObject } from "../../../src/maths/json/json-value.js";
import { bucketOf, learnedEdges } from "../../../src/maths/states/buckets.js";
import { cellsOf, identityOf, slotsOf } from "../../../src/maths/states/cells.js";
import type { StateDeclaration } from "../../../src/maths/states/declaration.js";
import { checkStateDeclaration, MOST_FEATURES } from "../../../src/maths/states/declared-state.js";
import { stateLevels } from "../../../src/maths/states/state-levels.js";

const DECLARATION = {
  features: {
    amount: { edges: [50, 200] },
    region: "gate",
    userId: "slot",
    traceId: "ignore",
    hour: "number",
    tool: "category",
  },
  levels: [["tool", "tier", "amount"], ["tool", "tier"], ["tool"]],
} as const;

const STATE = { tool: "pay", tier: "gold", amount: 120, region: "eu", userId: "u1", traceId: "t1", hour: 9.5 };

const declared = checkStateDeclaration(DECLARATION);
const levels = stateLevels(declared);

function cells(state: JsonObject) {
  return cellsOf(state, declared, levels);
}

function features(state: JsonObject): readonly unknown[] {
  return cells(state).map((cell) => JSON.parse(cell.features));
}

describe("a declared state", () => {
  it("lies in one cell of each level, from fine to coarse, and gates are part of each", () => {
    expect(features(STATE)).toEqual([
      { tool: "pay", tier: "gold", amount: "50..200", region: "eu", hour: 9.5 },
      { tool: "pay", tier: "gold", amount: "50..200", region: "eu" },
      { tool: "pay", tier: "gold", region: "eu" },
      { tool: "pay", region: "eu" },
    ]);
    expect(cells(STATE).map(({ level }) => level)).toEqual([0, 1, 2, 3]);
    expect(new Set(cells(STATE).map(({ fingerprint }) => fingerprint)).size).toBe(4);
  });

  it("is the same whatever its slots, what is ignored, and where between two edges a number lies", () => {
    expect(cells({ ...STATE, userId: "u2", traceId: null, amount: 50 })).toEqual(cells(STATE));
    expect(cells({ ...STATE, amount: 49.99 })[0]).not.toEqual(cells(STATE)[0]);
    expect(cells({ ...STATE, amount: 49.99 })[2]).toEqual(cells(STATE)[2]);
  });

  it("differs from the finest level on in a feature that coarser ones leave out, and everywhere in a gate", () => {
    const same = (other: JsonObject) =>
      cells(other).map(({ fingerprint }, i) => fingerprint === cells(STATE)[i]?.fingerprint);
    expect(same({ ...STATE, hour: 10 })).toEqual([false, true, true, true]);
    expect(same({ ...STATE, tier: "free" })).toEqual([false, false, false, true]);
    expect(same({ ...STATE, region: "us" })).toEqual([false, false, false, false]);
  });

  it("tells a feature that is absent from one that is null, and takes undefined for absent", () => {
    const { tier: _, ...without } = STATE;
    expect(cells({ ...STATE, tier: undefined })).toEqual(cells(without));
    expect(cells({ ...STATE, tier: null })[1]).not.toEqual(cells(without)[1]);
    expect(features({ amount: null })[1]).toEqual({ amount: null });
  });

  it("has the fingerprint of a state without a declaration where nothing is left out and no number has edges", () => {
    const plain = checkStateDeclaration({ features: { tool: "category", hour: "number", region: "gate" } });
    const [exact] = cellsOf(STATE, plain, stateLevels(plain));
    expect(exact?.fingerprint).toBe(computeFingerprint(STATE));
    expect(identityOf(STATE, plain)).toBe(STATE);
  });

  it("offers its slots to fill actions from", () => {
    expect({ ...slotsOf(STATE, declared) }).toEqual({ userId: "u1" });
    expect({ ...slotsOf({}, declared) }).toEqual({});
  });

  it("takes features called like parts of every object for what they are", () => {
    const odd = checkStateDeclaration({
      features: { constructor: "ignore" as const },
      levels: [["__proto__", "toString"]],
    });
    const state = JSON.parse('{"__proto__": 1, "constructor": 2, "valueOf": 3}') as JsonObject;
    expect(cellsOf(state, odd, stateLevels(odd)).map((cell) => cell.features)).toEqual([
      '{"__proto__": 1, "valueOf": 3}',
      '{"__proto__": 1}',
    ]);
    expect(cellsOf({}, odd, stateLevels(odd)).map((cell) => cell.features)).toEqual(["{}", "{}"]);
  });

  it("does not depend on the order of its features", () => {
    const value = fc.oneof(fc.constantFrom("a", "b", null, true), fc.integer());
    const state = fc.dictionary(fc.constantFrom("tool", "tier", "region", "userId", "x"), value);
    fc.assert(
      fc.property(state, (given) => {
        const reversed = Object.fromEntries(Object.entries(given).reverse());
        expect(cells(reversed)).toEqual(cells(given));
      }),
    );
  });

  it("refuses a number that is none, and what is no JSON", () => {
    expect(() => cells({ ...STATE, amount: "120" })).toThrow(
      'state.amount is "120", expected a finite number, null or nothing: it is declared a number.',
    );
    expect(() => cells({ hour: Number.NaN })).toThrow("state.hour is NaN");
    expect(() => cellsOf({ tool: Number.NaN }, declared, levels, "events[3].state")).toThrow(
      "events[3].state.tool is NaN",
    );
    expect(() => cells({ tool: new Date(0) } as never)).toThrow(PolicyCacheError);
  });
});

describe("a declaration", () => {
  it("has the same fingerprint as every other that means the same", () => {
    const { features: given } = DECLARATION;
    const reordered = checkStateDeclaration({
      levels: [["amount", "tier", "tool", "tool"], ["tier", "tool"], ["tool"]],
      features: Object.fromEntries(Object.entries({ ...given, tool: undefined, other: "category" as const }).reverse()),
    });
    expect(reordered.fingerprint).toBe(declared.fingerprint);
    expect(stateLevels(reordered).version).toBe(levels.version);
  });

  it("has another one whenever states may be told apart otherwise", () => {
    const { features: given, levels: lists } = DECLARATION;
    const others: StateDeclaration[] = [
      { features: { ...given, amount: { edges: [50, 201] } }, levels: lists },
      { features: { ...given, amount: { edges: [50, 200], gate: true } }, levels: [["tool", "tier"], ["tool"]] },
      { features: { ...given, region: "category" }, levels: lists },
      { features: { ...given, userId: "ignore" }, levels: lists },
      { features: { ...given, hour: "category" }, levels: lists },
      { features: given, levels: [["tool", "tier"], ["tool"]] },
      { features: given, levels: "learned" },
      { features: given },
    ];
    const fingerprints = [DECLARATION, ...others].map((other) => checkStateDeclaration(other).fingerprint);
    expect(new Set(fingerprints).size).toBe(others.length + 1);
  });

  it("keeps nothing of what the caller may change afterwards", () => {
    const given = { features: { amount: { edges: [1, 2] } }, levels: [["a", "b"], ["a"]] };
    const kept = checkStateDeclaration(given);
    given.features.amount.edges.push(3);
    given.levels[0]?.push("c");
    expect(kept.numbers.get("amount")).toEqual([1, 2]);
    expect(kept.levels).toEqual([["a", "b"], ["a"]]);
  });

  it("tells nothing apart by itself: without features and levels there is the state alone", () => {
    const none = checkStateDeclaration({});
    expect(cellsOf(STATE, none, stateLevels(none)).map(({ fingerprint }) => fingerprint)).toEqual([
      computeFingerprint(STATE),
    ]);
  });

  it.each<[unknown, string]>([
    [null, "Option state is null, expected an object"],
    [{ feature: {} }, "Did you mean features?"],
    [
      { features: [] },
      "Option state.features is an array of 0, expected an object with a declaration for each feature",
    ],
    [{ features: { "": "gate" } }, "Option state.features is an empty string, expected the name of a feature"],
    [{ features: { amount: "numbers" } }, 'Option state.features.amount is "numbers", expected "category", "number"'],
    [{ features: { amount: { edge: [1] } } }, "Did you mean edges?"],
    [
      { features: { amount: {} } },
      "Option state.features.amount.edges is undefined, expected a list of 1 to 64 numbers",
    ],
    [{ features: { amount: { edges: [] } } }, "Option state.features.amount.edges is an array of 0"],
    [{ features: { amount: { edges: [1, Number.NaN] } } }, "Option state.features.amount.edges[1] is NaN"],
    [{ features: { amount: { edges: [2, 2] } } }, "expected a number above 2, the edge before"],
    [
      { features: { amount: { edges: [1], gate: 1 } } },
      "Option state.features.amount.gate is 1, expected true or false",
    ],
    [{ levels: "learn" }, 'Option state.levels is "learn", expected "learned" or a list of lists of features'],
    [{ levels: [[]] }, "Option state.levels[0] is an array of 0, expected a list with the name of a feature"],
    [{ levels: [["a", 1]] }, "Option state.levels[0][1] is 1, expected the name of a feature"],
    [{ levels: [["a"], ["b"]] }, 'Option state.levels[1] is "b", expected a feature of the level before: a'],
    [{ levels: [["a"], ["a"]] }, "expected fewer features than the level before: a"],
    [{ levels: [["a", "b", "c", "d", "e", "f", "g", "h"]].concat(Array(7).fill(["a"])) }, "at most 7 lists"],
    [{ features: { a: "slot" }, levels: [["a"]] }, 'a feature that tells states apart, but it is declared "slot"'],
    [{ features: { a: "gate" }, levels: [["a"]] }, "Gates are part of every level."],
    [
      { features: Object.fromEntries(Array.from({ length: MOST_FEATURES + 1 }, (_, i) => [`f${i}`, "gate"])) },
      "at most 64 features, but it has 65",
    ],
  ])("is refused when it is %j", (given, message) => {
    expect(() => checkStateDeclaration(given as StateDeclaration)).toThrow(message);
  });
});

describe("levels that are learned", () => {
  const open = checkStateDeclaration({ features: { amount: "number", region: "gate" }, levels: "learned" });

  it("are none, until they were learned", () => {
    expect(stateLevels(open).levels).toEqual([]);
  });

  it("look at buckets of numbers, while the states themselves stay told apart by every number", () => {
    const learned = stateLevels(open, { levels: [["tool", "amount"]], edges: new Map([["amount", [10]]]) });
    const state = { tool: "pay", amount: 11, region: "eu" };
    expect(cellsOf(state, open, learned).map((cell) => JSON.parse(cell.features))).toEqual([
      state,
      { ...state, amount: ">=10" },
    ]);
  });

  it("have another version whenever their cells differ", () => {
    const none = new Map<string, readonly number[]>();
    const versions = [
      stateLevels(open),
      stateLevels(open, { levels: [["a"]], edges: none }),
      stateLevels(open, { levels: [["b"]], edges: none }),
      stateLevels(open, { levels: [["a"]], edges: new Map([["amount", [1]]]) }),
      stateLevels(open, { levels: [["a"]], edges: new Map([["amount", [2]]]) }),
    ].map(({ version }) => version);
    expect(new Set(versions).size).toBe(versions.length);
  });
});

describe("edges", () => {
  it("belong to what is above them", () => {
    expect([-1, 50, 199, 200, 1e9].map((value) => bucketOf(value, [50, 200]))).toEqual([
      "<50",
      "50..200",
      "50..200",
      ">=200",
      ">=200",
    ]);
    expect(bucketOf(3, [])).toBe("any");
  });

  it("are learned so that about equally many numbers lie between them", () => {
    const once = (values: readonly number[]) => values.map((value) => ({ value, count: 1 }));
    expect(learnedEdges(once(Array.from({ length: 80 }, (_, i) => i)))).toEqual([10, 20, 30, 40, 50, 60, 70]);
    expect(learnedEdges(once([3, 1, 2]))).toEqual([2, 3]);
    expect(learnedEdges(once([]))).toEqual([]);
    expect(learnedEdges(once([5, 5, 5]))).toEqual([]);
  });

  it("do not cut in two what was seen often", () => {
    const often = [
      { value: 0, count: 60 },
      { value: 1, count: 20 },
      { value: 2, count: 5 },
      { value: 3, count: 5 },
      { value: 7, count: 10 },
    ];
    expect(learnedEdges(often)).toEqual([1, 2, 7]);
  });

  it("are at most seven, ascend, and leave no bucket empty, whatever the numbers", () => {
    const numbers = fc.array(fc.record({ value: fc.double({ noNaN: true }), count: fc.integer({ min: 1, max: 50 }) }));
    fc.assert(
      fc.property(numbers, (given) => {
        const edges = learnedEdges(given);
        expect(edges.length).toBeLessThanOrEqual(7);
        expect([...edges].sort((left, right) => left - right)).toEqual(edges);
        const buckets = new Set(given.map(({ value }) => bucketOf(value, edges)));
        expect(buckets.size).toBe(given.length === 0 ? 0 : edges.length + 1);
      }),
    );
  });
});
