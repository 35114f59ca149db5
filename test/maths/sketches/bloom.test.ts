import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InvalidArgumentError } from "../../../src/common/errors.js";
import { bloomPositions, bloomSize, fnv1a32 } from "../../../src/maths/sketches/bloom.js";
import { describeWithData, readJson } from "../../support/golden.js";

function naming(parameter: string) {
  return expect.toSatisfy((error) => error instanceof InvalidArgumentError && error.parameter === parameter);
}

describe("bloomSize", () => {
  it("C66: bits and hashes", () => {
    expect(bloomSize(0.01, 100_000)).toEqual({ bits: 958_506, hashes: 7 });
    expect(bloomSize(0.1, 1_000)).toEqual({ bits: 4_793, hashes: 3 });
    expect(bloomSize(0.05, 10_000)).toEqual({ bits: 62_353, hashes: 4 });
    expect(bloomSize(0.001, 100_000)).toEqual({ bits: 1_437_759, hashes: 10 });
  });

  it("rejects what is no probability and no capacity", () => {
    for (const errorRate of [0, 1, -0.1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => bloomSize(errorRate, 100)).toThrow(naming("errorRate"));
    }
    for (const capacity of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, Number.MAX_SAFE_INTEGER]) {
      expect(() => bloomSize(0.01, capacity)).toThrow(naming("capacity"));
    }
  });
});

describe("fnv1a32", () => {
  it("C67: published values", () => {
    const encoder = new TextEncoder();
    expect(fnv1a32(encoder.encode(""))).toBe(2_166_136_261);
    expect(fnv1a32(encoder.encode("a"))).toBe(0xe40c292c);
    expect(fnv1a32(encoder.encode("foobar"))).toBe(0xbf9cf968);
  });
});

describe("bloomPositions", () => {
  it("C68: positions at 958506 bits and 7 hashes", () => {
    const positions = (item: string) => bloomPositions(item, 958_506, 7);
    expect(positions("kubernetes")).toEqual([404057, 268507, 132957, 955913, 820363, 684813, 549263]);
    expect(positions("a")).toEqual([604774, 255034, 863800, 514060, 164320, 773086, 423346]);
    expect(positions("")).toEqual([871207, 786168, 701129, 616090, 531051, 446012, 360973]);
  });

  it("hashes bytes, not characters", () => {
    const bytes = new TextEncoder().encode("Zürich");
    expect(bytes.length).toBe(7);
    expect(bloomPositions("Zürich", 958_506, 1)).toEqual([fnv1a32(bytes) % 958_506]);
  });

  it("stays inside the bit array, also for one or two bits", () => {
    expect(bloomPositions("x", 1, 3)).toEqual([0, 0, 0]);
    fc.assert(
      fc.property(
        fc.string({ unit: "binary" }),
        fc.integer({ min: 1, max: 2 ** 40 }),
        fc.integer({ min: 1, max: 40 }),
        (item, bits, hashes) => {
          const positions = bloomPositions(item, bits, hashes);
          expect(positions.length).toBe(hashes);
          expect(positions.every((position) => Number.isInteger(position) && position >= 0 && position < bits)).toBe(
            true,
          );
          expect(bloomPositions(item, bits, hashes)).toEqual(positions);
        },
      ),
    );
  });

  it("rejects an unusable filter or item", () => {
    for (const bits of [0, -8, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => bloomPositions("x", bits, 7)).toThrow(naming("bits"));
    }
    for (const hashes of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 1_101]) {
      expect(() => bloomPositions("x", 8, hashes)).toThrow(naming("hashes"));
    }
    expect(() => bloomPositions(7 as unknown as string, 8, 1)).toThrow(naming("item"));
  });

  it("C70: at design capacity the filter holds its error rate", () => {
    const { bits, hashes } = bloomSize(0.01, 100_000);
    const items = Array.from({ length: 150_000 }, (_, index) => pseudoRandomHex(index));
    const filter = filterOf(items.slice(0, 100_000), bits, hashes);
    const fill = filter.reduce((sum, bit) => sum + bit, 0) / bits;
    expect(Math.abs(fill - 0.518)).toBeLessThanOrEqual(0.005);
    expect(falsePositiveRate(filter, items.slice(100_000), hashes)).toBeLessThanOrEqual(0.015);
  });

  it("C70: sequential identifiers with a common prefix do not collide", () => {
    const { bits, hashes } = bloomSize(0.01, 100_000);
    const items = Array.from({ length: 20_000 }, (_, index) => `policy-entry-${index}`);
    const filter = filterOf(items.slice(0, 10_000), bits, hashes);
    expect(falsePositiveRate(filter, items.slice(10_000), hashes)).toBeLessThanOrEqual(0.001);
  });
});

describeWithData("bloom.json", "golden/bloom.json", (file) => {
  const { cases } = readJson<{ cases: { n: number; p: number; m: number; k: number }[] }>(file);

  it("sizes", () => {
    expect(cases.length).toBeGreaterThan(100);
    for (const { n, p, m, k } of cases) expect(bloomSize(p, n), `${n} at ${p}`).toEqual({ bits: m, hashes: k });
  });
});

/** One byte per bit. */
function filterOf(items: readonly string[], bits: number, hashes: number): Uint8Array {
  const filter = new Uint8Array(bits);
  for (const item of items) {
    for (const position of bloomPositions(item, bits, hashes)) filter[position] = 1;
  }
  return filter;
}

function falsePositiveRate(filter: Uint8Array, fresh: readonly string[], hashes: number): number {
  const positives = fresh.filter((item) =>
    bloomPositions(item, filter.length, hashes).every((position) => filter[position] === 1),
  );
  return positives.length / fresh.length;
}

/** 16 hexadecimal characters that look random: two rounds of a 32-bit finaliser. */
function pseudoRandomHex(seed: number): string {
  const word = (input: number) => {
    let mixed = Math.imul(input ^ (input >>> 16), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    return ((mixed ^ (mixed >>> 16)) >>> 0).toString(16).padStart(8, "0");
  };
  return word(seed + 1) + word(seed + 0x9e3779b9);
}
