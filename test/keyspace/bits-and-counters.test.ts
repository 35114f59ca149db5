import { describe, expect, it } from "vitest";
import { randomInteger, seededRandom } from "../support/seeded-random.js";
import { atomically, describeOnEveryEngine, EMBEDDED_ENGINES, openTestStore } from "../support/stores/stores.js";

describeOnEveryEngine("bit arrays", (engine) => {
  it("are all 0 until set, and say how many positions were", async () => {
    const store = await openTestStore(engine);
    await atomically(store, (keyspace) => {
      expect(keyspace.hasBits("k", [0])).toBe(false);
      expect(keyspace.countBits("k")).toBe(0);
      expect(keyspace.setBits("k", [1, 5, 9])).toBe(3);
      expect(keyspace.setBits("k", [5, 6])).toBe(1);
      expect(keyspace.setBits("k", [7, 7, 7])).toBe(1);
      expect(keyspace.setBits("k", [])).toBe(0);
      expect(keyspace.hasBits("k", [1, 5, 6, 7, 9])).toBe(true);
      expect(keyspace.hasBits("k", [1, 2])).toBe(false);
      expect(keyspace.hasBits("other", [1])).toBe(false);
      expect(keyspace.countBits("k")).toBe(5);
    });
  });

  it("reach from the first bit to the end of a full-size filter, across every page border", async () => {
    const store = await openTestStore(engine);
    const positions = [0, 7, 8, 63, 64, 4095, 4096, 8191, 8192, 958_505];
    await atomically(store, (keyspace) => {
      for (const position of positions) {
        expect(keyspace.setBits("k", [position])).toBe(1);
        expect(keyspace.hasBits("k", [position])).toBe(true);
      }
      expect(keyspace.countBits("k")).toBe(positions.length);
      for (const position of positions)
        expect(keyspace.hasBits("k", [position + 1])).toBe(positions.includes(position + 1));
    });
  });

  it("are all 0 again after they were deleted", async () => {
    const store = await openTestStore(engine);
    await atomically(store, (keyspace) => {
      keyspace.deleteBits("k");
      keyspace.setBits("k", [1, 5000]);
      keyspace.setBits("other", [1]);
      keyspace.deleteBits("k");
      expect(keyspace.countBits("k")).toBe(0);
      expect(keyspace.hasBits("k", [1])).toBe(false);
      expect(keyspace.setBits("k", [1])).toBe(1);
      expect(keyspace.hasBits("other", [1])).toBe(true);
    });
  });

  it("agree with a set of numbers after a thousand random settings", async () => {
    const store = await openTestStore(engine);
    const random = seededRandom(11);
    const model = new Set<number>();
    await atomically(store, (keyspace) => {
      for (let round = 0; round < 200; round += 1) {
        const positions = Array.from({ length: 5 }, () => randomInteger(random, 0, 9000));
        const before = model.size;
        for (const position of positions) model.add(position);
        expect(keyspace.setBits("k", positions)).toBe(model.size - before);
      }
      expect(keyspace.countBits("k")).toBe(model.size);
      expect(keyspace.hasBits("k", [...model])).toBe(true);
    });
  });
});

describeOnEveryEngine("counters", (engine) => {
  it("are 0 until added to, and go up and down", async () => {
    const store = await openTestStore(engine);
    await atomically(store, (keyspace) => {
      expect(keyspace.getCounter("k")).toBe(0);
      expect(keyspace.addToCounter("k", 1)).toBe(1);
      expect(keyspace.addToCounter("k", 41)).toBe(42);
      expect(keyspace.addToCounter("k", -50)).toBe(-8);
      expect(keyspace.getCounter("k")).toBe(-8);
      expect(keyspace.getCounter("other")).toBe(0);
    });
  });

  it("add as doubles do", async () => {
    const store = await openTestStore(engine);
    await atomically(store, (keyspace) => {
      for (let round = 0; round < 3; round += 1) keyspace.addToCounter("k", 0.1);
      expect(keyspace.getCounter("k")).toBe(0.1 + 0.1 + 0.1);
    });
  });
});

describe.each(EMBEDDED_ENGINES)("what a failed operation did to counters on %s", (engine) => {
  it("come back to the last bit when an addition is rolled back", async () => {
    const store = await openTestStore(engine);
    await atomically(store, (keyspace) => keyspace.addToCounter("k", 0.1));
    const failing = atomically(store, (keyspace) => {
      keyspace.addToCounter("k", 0.7);
      throw new Error("give up");
    });
    await expect(failing).rejects.toThrow("give up");
    expect(await atomically(store, (keyspace) => keyspace.getCounter("k"))).toBe(0.1);
  });
});
