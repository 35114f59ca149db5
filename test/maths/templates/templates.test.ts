import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalJson } from "../../../src/maths/json/canonical-json.js";
import type { JsonObject } from "../../../src/maths/json/json-value.js";
import {
  type ArgumentSources,
  MOST_SOURCES,
  NO_SOURCES,
  sourcesOf,
  withArgument,
} from "../../../src/maths/templates/argument-sources.js";
import {
  fill,
  type KnownArguments,
  MOST_TEMPLATES,
  type Template,
  templatesOf,
  withDecision,
} from "../../../src/maths/templates/template.js";
import { MOST_VALUES, type Scalar, valuesIn } from "../../../src/maths/templates/values-in-sight.js";

/** One decision: what was in sight, and what was done. */
type Decided = readonly [params: JsonObject, spec: JsonObject];

function known(decisions: readonly Decided[]): KnownArguments {
  return decisions.reduce<KnownArguments>(
    (before, [params, spec]) => withDecision(before, spec, valuesIn(params)),
    new Map(),
  );
}

/** The templates of the last of these decisions. */
function templatesAfter(decisions: readonly Decided[]): readonly Template[] {
  const [params, spec] = decisions.at(-1) as Decided;
  return templatesOf(known(decisions), spec, valuesIn(params));
}

function slotsIn(template: Template | undefined): unknown {
  return Object.fromEntries(template?.slots ?? []);
}

const EDITS: readonly Decided[] = [
  [{ file: "a.ts" }, { path: "a.ts", mode: "fix" }],
  [{ file: "b.ts" }, { path: "b.ts", mode: "fix" }],
];

describe("templates", () => {
  it("bind what explained two different values, and keep what was seen twice", () => {
    const [template, ...others] = templatesAfter(EDITS);
    expect(others).toEqual([]);
    expect(template?.spec).toBe('{"mode": "fix", "path": null}');
    expect(slotsIn(template)).toEqual({ path: { from: "file", type: "string" } });
    expect(fill(template as Template, valuesIn({ file: "c.ts" }))).toEqual({ spec: { path: "c.ts", mode: "fix" } });
  });

  it("are what was done as it was, as long as nothing explains it", () => {
    const [first] = EDITS as [Decided];
    const literal = { spec: '{"mode": "fix", "path": "a.ts"}', slots: new Map() };
    expect(templatesAfter([first])).toEqual([expect.objectContaining(literal)]);
    // Twice the same value may be a constant: then it is one.
    expect(templatesAfter([first, first])).toEqual([expect.objectContaining(literal)]);
    expect(templatesAfter([...EDITS, [{ file: "c.ts" }, { path: "d.ts", mode: "fix" }]])).toEqual([
      expect.objectContaining({ spec: '{"mode": "fix", "path": "d.ts"}' }),
    ]);
  });

  it("give exactly what was done, three at most, the likeliest first", () => {
    const decisions: readonly Decided[] = [1, 2, 3].map((id) => [
      { user: `u${id}`, owner: id < 3 ? `u${id}` : "u3", order: id, last: id, note: "x" },
      { user: `u${id}`, order: id },
    ]);
    const misled: Decided = [
      { user: "u8", owner: "u9", order: 8, last: 9 },
      { user: "u8", order: 8 },
    ];
    const templates = templatesAfter([
      ...decisions,
      misled,
      [
        { user: "u5", owner: "u5", order: 5, last: 5 },
        { user: "u5", order: 5 },
      ],
    ]);
    expect(templates.map(slotsIn)).toEqual([
      { user: { from: "user", type: "string" }, order: { from: "order", type: "number" } },
      { user: { from: "owner", type: "string" }, order: { from: "order", type: "number" } },
      { user: { from: "user", type: "string" }, order: { from: "last", type: "number" } },
    ]);
    expect(templates).toHaveLength(MOST_TEMPLATES);
    expect(new Set(templates.map(({ id }) => id)).size).toBe(MOST_TEMPLATES);
  });

  it("look into lists and objects, and at keys that hold points", () => {
    const decisions: readonly Decided[] = ["a", "b"].map((id) => [
      { "res.id": id, order: { items: [{ id: `${id}1` }, { id: `${id}2` }] } },
      { who: id, items: [`${id}2`, `${id}1`], nested: { "a.b": id } },
    ]);
    const [template] = templatesAfter(decisions);
    expect(slotsIn(template)).toEqual({
      who: { from: "res\\.id", type: "string" },
      "items.0": { from: "order.items.1.id", type: "string" },
      "items.1": { from: "order.items.0.id", type: "string" },
      "nested.a\\.b": { from: "res\\.id", type: "string" },
    });
    expect(
      fill(template as Template, valuesIn({ "res.id": "c", order: { items: [{ id: "x" }, { id: "y" }] } })),
    ).toEqual({
      spec: { who: "c", items: ["y", "x"], nested: { "a.b": "c" } },
    });
  });

  it("fill a text that holds a value, once and not by chance", () => {
    const mute = (name: string): Decided => [{ name }, { text: `Mute ${name}!` }];
    const [template] = templatesAfter([mute("Ada"), mute("Grace")]);
    expect(slotsIn(template)).toEqual({ text: { from: "name", type: "string", before: "Mute ", after: "!" } });
    expect(fill(template as Template, valuesIn({ name: "Alan" }))).toEqual({ spec: { text: "Mute Alan!" } });
    // Two letters may stand anywhere, and of two places nobody knows which is the slot.
    expect(templatesAfter([mute("Al"), mute("Bo")]).map(slotsIn)).toEqual([{}]);
    const twice = (name: string): Decided => [{ name }, { text: `${name} and ${name}` }];
    expect(templatesAfter([twice("Ada"), twice("Eve")]).map(slotsIn)).toEqual([{}]);
  });

  it("fill numbers and truths, but never with a value of another type", () => {
    const decisions: readonly Decided[] = [
      [
        { amount: 5, force: true },
        { amount: 5, force: true },
      ],
      [
        { amount: 7, force: false },
        { amount: 7, force: false },
      ],
    ];
    const [template] = templatesAfter(decisions);
    expect(fill(template as Template, valuesIn({ amount: 9, force: true }))).toEqual({
      spec: { amount: 9, force: true },
    });
    expect(fill(template as Template, valuesIn({ amount: "9", force: true }))).toEqual({ unbound: "amount" });
  });

  it("are not filled when a slot has no value", () => {
    const [template] = templatesAfter(EDITS);
    for (const params of [{}, { file: "" }, { file: null }, { file: ["a.ts"] }] satisfies JsonObject[]) {
      expect(fill(template as Template, valuesIn(params))).toEqual({ unbound: "path" });
    }
  });

  it("keep lists, nothings and empty objects as they are, and keys called like parts of every object", () => {
    const spec = JSON.parse('{"__proto__": {"x": 1}, "list": [], "none": null, "deep": [[{}]]}') as JsonObject;
    const [template] = templatesAfter([
      [{}, spec],
      [{}, spec],
    ]);
    const filling = fill(template as Template, new Map());
    expect("spec" in filling && canonicalJson(filling.spec)).toBe(canonicalJson(spec));
  });

  it("give what was done again when they are filled from what was in sight then, whatever it was", () => {
    const scalar = fc.oneof(fc.constantFrom("a", "abc", "xabcx", "", 1, 2, true, null), fc.string({ maxLength: 4 }));
    const object = fc.dictionary(
      fc.constantFrom("a", "b", "a.b", "\\", "__proto__"),
      fc.oneof(scalar, fc.array(scalar, { maxLength: 3 })),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(object, object), { minLength: 1, maxLength: 12 }), (decisions) => {
        const [params, spec] = decisions.at(-1) as Decided;
        for (const template of templatesAfter(decisions as readonly Decided[])) {
          const filling = fill(template, valuesIn(params));
          expect("spec" in filling && canonicalJson(filling.spec)).toBe(canonicalJson(spec));
        }
      }),
    );
  });
});

describe("the sources of an argument", () => {
  function sourcesAfter(seen: readonly (readonly [argument: Scalar, params: JsonObject])[]): ArgumentSources {
    return seen.reduce((sources, [argument, params]) => withArgument(sources, argument, valuesIn(params)), NO_SOURCES);
  }

  it("count when they had a value, and when it was the argument", () => {
    const sources = sourcesAfter([
      ["a", { user: "a", owner: "a" }],
      ["b", { user: "b", owner: "x" }],
      ["c", { user: "c" }],
    ]);
    expect(sources.decisions).toBe(3);
    expect(sources.slots).toEqual([
      { slot: { from: "user", type: "string" }, defined: 3, matches: 3 },
      { slot: { from: "owner", type: "string" }, defined: 2, matches: 1, only: "a" },
    ]);
    expect(sourcesOf(sources)).toEqual([{ slot: { from: "user", type: "string" }, share: 3 / 5 }]);
  });

  it("stay few: the least likely are forgotten", () => {
    const many = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`copy${index}`, "a"]));
    const sources = sourcesAfter([
      ["a", { ...many, user: "a" }],
      ["b", { user: "b" }],
      ...Array.from({ length: 30 }, (_, index) => [`c${index}`, { user: `c${index}` }] as const),
      ["c0", { user: "c0" }],
    ]);
    expect(sources.slots).toHaveLength(MOST_SOURCES);
    expect(sources.constants).toHaveLength(MOST_SOURCES);
    expect(sourcesOf(sources)[0]).toMatchObject({ slot: { from: "user" } });
  });

  it("are the likelier of a slot and a constant", () => {
    const mostlyEu = Array.from({ length: 8 }, () => ["eu", { region: "us" }] as const);
    const sources = sourcesAfter([["us", { region: "us" }], ["ca", { region: "ca" }], ...mostlyEu]);
    expect(sourcesOf(sources).map(({ share, ...source }) => source)).toEqual([
      { constant: "eu" },
      { slot: { from: "region", type: "string" } },
    ]);
  });
});

describe("the values of an object", () => {
  it("are told apart by their paths, whatever the keys", () => {
    const values = valuesIn({
      "a.b": 1,
      a: { b: 2, "": 3 },
      "a\\": { b: 4 },
      list: [5, [6]],
      none: undefined,
      empty: {},
    });
    expect([...values]).toEqual([
      ["a\\.b", 1],
      ["a.b", 2],
      ["a.", 3],
      ["a\\\\.b", 4],
      ["list.0", 5],
      ["list.1.0", 6],
    ]);
  });

  it("are looked at up to a number", () => {
    const values = valuesIn({ list: Array.from({ length: MOST_VALUES + 1 }, (_, index) => index) });
    expect(values.size).toBe(MOST_VALUES);
  });
});
