import { describe, expect, it } from "vitest";
import { RecentMap } from "../../../src/common/maps/recent-map.js";

describe("RecentMap", () => {
  it("keeps no more than it may, and what was used last", () => {
    const map = new RecentMap<number, number>(10);
    for (let key = 0; key < 100; key += 1) {
      map.set(key, -key);
      expect(map.get(0)).toBe(-0);
    }
    const kept = Array.from({ length: 100 }, (_, age) => 99 - age).filter((key) => map.get(key) !== undefined);
    expect(kept.length).toBeLessThanOrEqual(10);
    expect(kept.slice(0, 3)).toEqual([99, 98, 97]);
  });

  it("forgets a key in whichever generation it is, or all of them", () => {
    const map = new RecentMap<string, number>(4);
    for (const key of ["a", "b", "c"]) map.set(key, 1);
    map.get("a"); // in both generations now
    for (const key of ["a", "b", "c"]) {
      map.delete(key);
      expect(map.get(key)).toBeUndefined();
    }
    map.set("d", 1);
    map.clear();
    expect(map.get("d")).toBeUndefined();
  });

  it("keeps no more weight than it may, and nothing that weighs more than half of it", () => {
    const map = new RecentMap<number, { weight: number }>(1000, 100, ({ weight }) => weight);
    const kept = () => Array.from({ length: 40 }, (_, key) => map.get(key)?.weight ?? 0);
    const sum = (weights: readonly number[]) => weights.reduce((total, weight) => total + weight, 0);
    for (let key = 0; key < 40; key += 1) {
      map.set(key, { weight: 1 + ((key * 7) % 30) });
      expect(map.get(key)).toBeDefined();
    }
    expect(sum(kept())).toBeLessThanOrEqual(100);
    map.set(39, { weight: 51 });
    expect(map.get(39)).toBeUndefined();
    for (let round = 0; round < 100; round += 1) map.set(0, { weight: 40 });
    for (let key = 1; key < 5; key += 1) map.set(key, { weight: 10 });
    expect(map.get(4)).toBeDefined();
    expect(sum(kept())).toBeLessThanOrEqual(100);
  });
});
