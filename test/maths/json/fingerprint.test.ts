import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InvalidArgumentError } from "../../../src/common/errors.js";
import { canonicalJson } from "../../../src/maths/json/canonical-json.js";
import { computeFingerprint } from "../../../src/maths/json/fingerprint.js";
import { describeWithData, readJson } from "../../support/golden.js";

function naming(parameter: string) {
  return expect.toSatisfy((error) => error instanceof InvalidArgumentError && error.parameter === parameter);
}

describe("computeFingerprint", () => {
  it("C1: the same for any key order", () => {
    expect(computeFingerprint({ task: "deploy", env: "staging" })).toBe("86e6b7501eb99c29");
    expect(computeFingerprint({ env: "staging", task: "deploy" })).toBe("86e6b7501eb99c29");
  });

  it("C2: another value", () => {
    expect(computeFingerprint({ task: "deploy", env: "production" })).toBe("a2f40001eb8d1f6a");
  });

  it("C3: one key", () => {
    expect(computeFingerprint({ task: "deploy" })).toBe("c0ec4f6d2679a33d");
  });

  it("C4: no key", () => {
    expect(computeFingerprint({})).toBe("44136fa355b3678a");
  });

  it("C5: includeFields makes the other keys irrelevant", () => {
    for (const env of ["staging", "production"]) {
      expect(computeFingerprint({ task: "deploy", env }, { includeFields: ["task"] })).toBe("c0ec4f6d2679a33d");
    }
  });

  it("C6: an included field that is absent is an error", () => {
    const include = (field: string) => () => computeFingerprint({ task: "deploy" }, { includeFields: ["task", field] });
    expect(include("nonexistent")).toThrow('includeFields[1] is "nonexistent", expected a top-level key of features.');
    expect(include("toString")).toThrow(naming("includeFields[1]"));
    expect(include("__proto__")).toThrow(naming("includeFields[1]"));
  });

  it("C7: numbers", () => {
    expect(computeFingerprint({ n: 1 })).toBe("e5d5f7c1d225fd6b");
    expect(computeFingerprint({ n: 1.5 })).toBe("fde9a8047fc30860");
  });

  it("C8: nesting", () => {
    expect(computeFingerprint({ a: { b: [1, 2, { c: null }] }, z: true })).toBe("ec63628deb3d96a7");
    expect(computeFingerprint({ nested: { y: 1, x: 2 } })).toBe("29f452245537436d");
  });

  it("C9: upper case sorts first, arrays keep their order", () => {
    expect(computeFingerprint({ b: 1, a: 2, B: 3 })).toBe("ad2a88ca7095190f");
    expect(computeFingerprint({ list: ["b", "a"] })).toBe("5a83025409a4d11e");
  });

  it("C10: text outside ASCII", () => {
    expect(computeFingerprint({ city: "Zürich" })).toBe("96bafd99ec46980d");
    expect(computeFingerprint({ e: "\u{1f600}" })).toBe("9080d1b52062acb1");
  });

  it("C11: the hour bucket", () => {
    const at = (nowSeconds: number) => computeFingerprint({ task: "deploy" }, { includeTimestamp: true, nowSeconds });
    expect(at(1_736_121_600)).toBe("b536c560abfd1c10");
    expect(at(1_736_121_600)).toBe(computeFingerprint({ task: "deploy", __hour_bucket__: 482_256 }));
    expect(at(1_736_121_600 + 3_599.9)).toBe(at(1_736_121_600));
    expect(at(1_736_121_600 + 3_600)).not.toBe(at(1_736_121_600));
  });

  it("C12: a number that is not finite is an error", () => {
    expect(() => computeFingerprint({ x: Number.NaN })).toThrow(naming("features.x"));
  });

  it("wants the clock passed in", () => {
    expect(() => computeFingerprint({}, { includeTimestamp: true })).toThrow(naming("nowSeconds"));
    expect(() => computeFingerprint({}, { includeTimestamp: true, nowSeconds: Number.NaN })).toThrow(
      naming("nowSeconds"),
    );
    expect(computeFingerprint({}, { nowSeconds: 7 })).toBe("44136fa355b3678a");
  });

  it("refuses anything but a plain object, with or without options", () => {
    for (const value of [null, undefined, 1, "text", [], new Date(0), new Map()]) {
      const features = value as unknown as object;
      expect(() => computeFingerprint(features)).toThrow(naming("features"));
      expect(() => computeFingerprint(features, { includeFields: [] })).toThrow(naming("features"));
      expect(() => computeFingerprint(features, { includeTimestamp: true, nowSeconds: 0 })).toThrow(naming("features"));
    }
    expect(() => computeFingerprint({}, { includeFields: "task" as unknown as string[] })).toThrow(
      naming("includeFields"),
    );
    expect(() => computeFingerprint({}, { includeFields: [1 as unknown as string] })).toThrow(
      naming("includeFields[0]"),
    );
  });

  it("speaks of the value in the caller's words, also with options", () => {
    const features = { a: { b: [0, 0, undefined] } };
    expect(() => computeFingerprint(features, {}, "state")).toThrow(naming("state.a.b[2]"));
    expect(() => computeFingerprint(features, { includeFields: ["a"] }, "state")).toThrow(naming("state.a.b[2]"));
    expect(() => computeFingerprint(features, { includeFields: ["c"] }, "state")).toThrow("a top-level key of state");
  });

  it("reads each feature once, however often it is included", () => {
    let reads = 0;
    const features = {
      get a() {
        reads += 1;
        return reads;
      },
    };
    expect(computeFingerprint(features, { includeFields: ["a", "a"] })).toBe(computeFingerprint({ a: 1 }));
    expect(reads).toBe(1);
  });

  it("does not depend on key order, and including all keys changes nothing", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: "binary" }), fc.jsonValue()), (features) => {
        const fingerprint = computeFingerprint(features);
        expect(fingerprint).toMatch(/^[0-9a-f]{16}$/);
        const keys = Object.keys(features).reverse();
        expect(computeFingerprint(features, { includeFields: keys })).toBe(fingerprint);
        expect(computeFingerprint(Object.fromEntries(keys.map((key) => [key, features[key]])))).toBe(fingerprint);
      }),
    );
  });
});

describeWithData("fingerprint.json", "golden/fingerprint.json", (file) => {
  const golden = readJson<FingerprintFile>(file);

  it("cases: canonical text and fingerprint", () => {
    expect(golden.cases.length).toBe(326);
    for (const { id, features, canonical, fingerprint } of golden.cases) {
      expect(canonicalJson(features), id).toBe(canonical);
      expect(computeFingerprint(features), id).toBe(fingerprint);
    }
  });

  it("surrogates: unpaired ones are legal", () => {
    expect(golden.surrogates.length).toBe(6);
    for (const { id, features, canonical, fingerprint } of golden.surrogates) {
      expect(canonicalJson(features), id).toBe(canonical);
      expect(computeFingerprint(features), id).toBe(fingerprint);
    }
  });

  it("floats: JavaScript's number text", () => {
    expect(golden.floats.length).toBe(160);
    for (const { id, bits, jsText, sameText, canonical, fingerprint, jsCanonical, jsFingerprint } of golden.floats) {
      const features = { v: doubleFromBits(bits) };
      expect(canonicalJson(features.v), id).toBe(jsText);
      expect(canonicalJson(features), id).toBe(jsCanonical);
      expect(computeFingerprint(features), id).toBe(jsFingerprint);
      if (sameText) expect([canonical, fingerprint], id).toEqual([jsCanonical, jsFingerprint]);
    }
  });

  it("nonFinite: errors here", () => {
    expect(golden.nonFinite.length).toBe(3);
    for (const { bits } of golden.nonFinite) {
      expect(() => computeFingerprint({ v: doubleFromBits(bits) })).toThrow(naming("features.v"));
    }
  });

  it("includeFields", () => {
    expect(golden.includeFields.length).toBe(40);
    for (const { id, features, includeFields, fingerprint } of golden.includeFields) {
      expect(computeFingerprint(features, { includeFields }), id).toBe(fingerprint);
    }
  });

  it("includeFieldsMissing: errors naming the absent field", () => {
    expect(golden.includeFieldsMissing.length).toBe(10);
    for (const { id, features, includeFields, missing } of golden.includeFieldsMissing) {
      const index = includeFields.findIndex((field) => missing.includes(field));
      expect(() => computeFingerprint(features, { includeFields }), id).toThrow(naming(`includeFields[${index}]`));
    }
  });

  it("hourBucket", () => {
    expect(golden.hourBucket.length).toBe(30);
    for (const { id, features, includeFields, ts, fingerprint } of golden.hourBucket) {
      const options = {
        includeTimestamp: true,
        nowSeconds: ts,
        ...(includeFields === undefined ? {} : { includeFields }),
      };
      expect(computeFingerprint(features, options), id).toBe(fingerprint);
    }
  });

  it("timeBuckets: the hour bucket of any time, before 1970 too", () => {
    expect(golden.timeBuckets.length).toBe(34);
    for (const { ts, hourBucket } of golden.timeBuckets) {
      const expected = computeFingerprint({ __hour_bucket__: hourBucket });
      expect(computeFingerprint({}, { includeTimestamp: true, nowSeconds: ts }), `${ts}`).toBe(expected);
    }
  });
});

function doubleFromBits(bits: string): number {
  return Buffer.from(bits, "hex").readDoubleBE();
}

interface FingerprintCase {
  readonly id: string;
  readonly features: Record<string, unknown>;
  readonly canonical: string;
  readonly fingerprint: string;
}

interface FingerprintFile {
  readonly cases: readonly FingerprintCase[];
  readonly surrogates: readonly FingerprintCase[];
  readonly floats: readonly (FingerprintCase & {
    bits: string;
    jsText: string;
    sameText: boolean;
    jsCanonical: string;
    jsFingerprint: string;
  })[];
  readonly nonFinite: readonly { bits: string }[];
  readonly includeFields: readonly (FingerprintCase & { includeFields: string[] })[];
  readonly includeFieldsMissing: readonly (FingerprintCase & { includeFields: string[]; missing: string[] })[];
  readonly hourBucket: readonly (FingerprintCase & { includeFields?: string[]; ts: number })[];
  readonly timeBuckets: readonly { ts: number; hourBucket: number }[];
}
