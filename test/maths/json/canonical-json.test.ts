import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InvalidArgumentError } from "../../../src/common/errors.js";
import {
  canonicalJson,
  MAX_CANONICAL_CHARACTERS,
  MAX_CANONICAL_DEPTH,
} from "../../../src/maths/json/canonical-json.js";

/** The value inside `levels` arrays. */
function nested(levels: number, value: unknown): unknown {
  let result = value;
  for (let level = 0; level < levels; level++) result = [result];
  return result;
}

function reversedKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversedKeys);
  if (typeof value !== "object" || value === null) return value;
  const copy: Record<string, unknown> = Object.create(null);
  for (const [key, item] of Object.entries(value).reverse()) copy[key] = reversedKeys(item);
  return copy;
}

function refusal(value: unknown, path?: string): InvalidArgumentError {
  try {
    canonicalJson(value, path);
  } catch (error) {
    if (error instanceof InvalidArgumentError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe("canonicalJson", () => {
  it("writes scalars", () => {
    const texts = [null, true, false, 0, -0, -1.5, 1e21, 1e-7, "", "a b"].map((value) => canonicalJson(value));
    expect(texts).toEqual(["null", "true", "false", "0", "0", "-1.5", "1e+21", "1e-7", '""', '"a b"']);
  });

  it("separates with a space and keeps array order", () => {
    expect(canonicalJson({ b: [2, 1, []], a: {} })).toBe('{"a": {}, "b": [2, 1, []]}');
  });

  it("escapes everything outside printable ASCII, unpaired surrogates included", () => {
    expect(canonicalJson('"\\\b\f\n\r\t\u0000\u001f~\u007f\u00fc\u2028\u{1f600}\ud800')).toBe(
      '"\\"\\\\\\b\\f\\n\\r\\t\\u0000\\u001f~\\u007f\\u00fc\\u2028\\ud83d\\ude00\\ud800"',
    );
  });

  it("sorts keys by code point, not by UTF-16 unit", () => {
    // From low to high: "\ud800" and "\ud83d" unpaired, then U+E000, U+FFFF, and the supplementary planes.
    const keys = ["", "A", "a", "\u00fc", "\ud800", "\ud83d", "\ud83dA", "\ue000", "\uffff", "\u{10000}", "\u{1f600}"];
    fc.assert(
      fc.property(fc.shuffledSubarray(keys, { minLength: keys.length }), (shuffled) => {
        const text = canonicalJson(Object.fromEntries(shuffled.map((key) => [key, 0])));
        expect(Object.keys(JSON.parse(text))).toEqual(keys);
      }),
    );
  });

  it("sorts any keys as their code point sequences do", () => {
    const unit = fc.constantFrom("a", "\ud83d", "\ude00", "\ud83d\ude00", "\ud83d\ude01", "\ue000", "\uffff", "\u00e9");
    const key = fc.string({ unit, maxLength: 4 });
    fc.assert(
      fc.property(fc.uniqueArray(key), (keys) => {
        const text = canonicalJson(Object.fromEntries(keys.map((name) => [`k${name}`, 0])));
        const sequences = Object.keys(JSON.parse(text)).map((name) => [...name].map((point) => point.codePointAt(0)));
        const sorted = sequences.toSorted((left, right) => {
          for (let index = 0; index < Math.min(left.length, right.length); index++) {
            const difference = (left[index] as number) - (right[index] as number);
            if (difference !== 0) return difference;
          }
          return left.length - right.length;
        });
        expect(sequences).toEqual(sorted);
      }),
    );
  });

  it("sorts many ASCII keys as well as few", () => {
    const keys = fc.uniqueArray(fc.string({ unit: fc.constantFrom(..."aAzZ09_- ~") }), { maxLength: 40 });
    fc.assert(
      fc.property(keys, (names) => {
        const text = canonicalJson(Object.fromEntries(names.map((name) => [name, 0])));
        expect(text).toBe(
          `{${names
            .toSorted()
            .map((name) => `"${name}": 0`)
            .join(", ")}}`,
        );
      }),
    );
  });

  it("does not depend on key order and reads back as the same value", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4, stringUnit: "binary" }), (value) => {
        const text = canonicalJson(value);
        expect(canonicalJson(reversedKeys(value))).toBe(text);
        expect(text).toMatch(/^[ -~]*$/);
        expect(canonicalJson(JSON.parse(text))).toBe(text);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it("takes names of Object's own members for ordinary keys", () => {
    const value: unknown = JSON.parse('{"__proto__": 1, "toString": 2, "constructor": {"prototype": 3}}');
    expect(canonicalJson(value)).toBe('{"__proto__": 1, "constructor": {"prototype": 3}, "toString": 2}');
  });

  it("accepts objects without a prototype and ignores what is not enumerable or inherited", () => {
    const value: object = Object.create(null, { shown: { value: 1, enumerable: true }, hidden: { value: 2 } });
    expect(canonicalJson(value)).toBe('{"shown": 1}');
  });

  it("takes properties that are undefined for absent, wherever they stand", () => {
    expect(canonicalJson({ a: undefined })).toBe("{}");
    expect(canonicalJson({ a: undefined, b: 1, c: undefined, d: 2, e: undefined })).toBe('{"b": 1, "d": 2}');
    expect(canonicalJson({ a: [{ b: undefined }] })).toBe('{"a": [{}]}');
  });

  it("reads each property once", () => {
    let reads = 0;
    const value = {
      get counter() {
        reads += 1;
        return reads;
      },
    };
    expect(canonicalJson(value)).toBe('{"counter": 1}');
    expect(reads).toBe(1);
  });

  it("writes a value that occurs twice twice: that is no cycle", () => {
    const shared = { a: 1 };
    expect(canonicalJson([shared, shared])).toBe('[{"a": 1}, {"a": 1}]');
  });

  describe("refuses", () => {
    it.each([
      ["NaN", Number.NaN, "NaN"],
      ["an infinity", Number.NEGATIVE_INFINITY, "-Infinity"],
      ["undefined", undefined, "undefined"],
      ["a function", () => 0, "a function"],
      ["a symbol", Symbol("s"), "Symbol(s)"],
      ["a bigint", 1n, "1"],
      ["a Date", new Date(0), "a Date"],
      ["a Map", new Map(), "an object"],
      ["a Set", new Set(), "an object"],
      ["a boxed number", Object(1), "an object"],
      ["bytes", new Uint8Array(2), "an object"],
      ["an array of another class", new (class extends Array {})(), "an array of 0"],
      ["an instance", new (class Point {})(), "an object"],
      ["an object that inherits", Object.create({ a: 1 }), "an object"],
      ["a symbol key", { [Symbol.iterator]: 1 }, "an object"],
    ])("%s, at any place", (_name, value, shown) => {
      expect(refusal(value).message).toContain(`value is ${shown}, expected`);
      const deep = refusal({ a: { b: [1, 2, value] } }, "state");
      expect(deep.parameter).toBe("state.a.b[2]");
      expect(deep.message).toContain(`state.a.b[2] is ${shown}, expected`);
    });

    it("toJSON, which is a function-valued property like any other", () => {
      expect(refusal({ toJSON: () => 1 }).parameter).toBe("value.toJSON");
    });

    it("array holes, saying so", () => {
      // biome-ignore lint/suspicious/noSparseArray: the hole is the subject
      const sparse = [1, , 3];
      expect(refusal(sparse).parameter).toBe("value[1]");
      expect(refusal(sparse).hint).toContain("hole");
      expect(refusal([undefined]).hint).toBeUndefined();
      expect(refusal(new Array(2 ** 32 - 1)).parameter).toBe("value[0]");
    });

    it("cycles, naming where they close", () => {
      const self: Record<string, unknown> = { name: "x" };
      self.again = self;
      expect(refusal(self, "state").message).toContain("state.again is an object");
      expect(refusal(self, "state").message).toContain("it is state again");

      const list: unknown[] = [];
      list.push({ deeper: { list } });
      const outer = { list };
      expect(refusal(outer, "state").parameter).toBe("state.list[0].deeper.list");
      expect(refusal(outer, "state").message).toContain("it is state.list again");
    });

    it("cycles beside much text, quickly and still as cycles", () => {
      const branching: Record<string, unknown> = { text: "x".repeat(100_000) };
      branching.x = branching;
      branching.y = branching;
      branching.z = "x".repeat(100_000);
      expect(refusal(branching).message).toContain("without cycles");
    });

    it("deeper nesting than the limit", () => {
      expect(canonicalJson(nested(MAX_CANONICAL_DEPTH, 1))).toHaveLength(2 * MAX_CANONICAL_DEPTH + 1);
      expect(refusal(nested(MAX_CANONICAL_DEPTH + 1, 1)).message).toContain(`${MAX_CANONICAL_DEPTH} levels`);
      expect(refusal(nested(100_000, 1)).parameter).toHaveLength("value".length + 3 * MAX_CANONICAL_DEPTH);
    });

    it("more text than the limit", () => {
      expect(canonicalJson("x".repeat(MAX_CANONICAL_CHARACTERS - 2))).toHaveLength(MAX_CANONICAL_CHARACTERS);
      expect(refusal("x".repeat(MAX_CANONICAL_CHARACTERS - 1)).message).toContain("characters");
      expect(refusal("\u0000".repeat(MAX_CANONICAL_CHARACTERS / 4)).message).toContain("characters");
      expect(refusal({ a: "x".repeat(MAX_CANONICAL_CHARACTERS) }).parameter).toBe("value.a");
      const half = "x".repeat(MAX_CANONICAL_CHARACTERS / 2);
      expect(refusal({ a: half, b: [half] }, "state").message).toContain("state");
      expect(refusal(new Array(MAX_CANONICAL_CHARACTERS).fill(0)).message).toContain("characters");
    });

    it("shared parts that would multiply without end, before they do", () => {
      let value: unknown[] = [];
      for (let level = 0; level < 100; level++) value = [value, value];
      expect(refusal(value).message).toContain("characters");
    });
  });

  it("quotes keys that are no identifiers and shortens long ones in the path", () => {
    expect(refusal({ "a b": { größe: Number.NaN } }).parameter).toBe('value["a b"].größe');
    expect(refusal({ ["k".repeat(1_000)]: Number.NaN }).parameter).toBe(`value["${"k".repeat(40)}…"]`);
    expect(refusal({ "": Number.NaN }, "action.spec").parameter).toBe('action.spec[""]');
  });
});
