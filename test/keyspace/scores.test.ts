import { expect, it } from "vitest";
import { atomically, describeOnEveryEngine, openTestStore } from "../support/stores/stores.js";
import { BYTE_ORDERED, shuffled } from "./byte-order.js";

describeOnEveryEngine("sorted indexes", (engine) => {
  it("keep one score per member, the last one", async () => {
    const store = await openTestStore(engine);
    await atomically(store, (keyspace) => {
      expect(keyspace.getScore("k", "m")).toBeUndefined();
      keyspace.putScore("k", "m", 1);
      keyspace.putScore("k", "m", 1);
      keyspace.putScore("k", "m", -2.5);
      expect(keyspace.getScore("k", "m")).toBe(-2.5);
      expect(keyspace.getScore("other", "m")).toBeUndefined();
      expect(keyspace.countScores("k")).toBe(1);
      expect(keyspace.rangeByRank("k", 0, -1)).toEqual([{ member: "m", score: -2.5 }]);
    });
  });

  it("keep the score a member has when another is only to be added", async () => {
    const store = await openTestStore(engine);
    await atomically(store, (keyspace) => {
      expect(keyspace.addScore("k", "m", 1)).toBe(true);
      expect(keyspace.addScore("k", "m", 2)).toBe(false);
      expect(keyspace.addScore("k", "zero", -0)).toBe(true);
      expect(keyspace.rangeByRank("k", 0, -1)).toEqual([
        { member: "zero", score: 0 },
        { member: "m", score: 1 },
      ]);
    });
  });

  it("keep every bit of a score", async () => {
    const store = await openTestStore(engine);
    const scores = [
      0.1 + 0.2,
      1 / 3,
      Number.MIN_VALUE,
      Number.MAX_VALUE,
      -Number.MAX_VALUE,
      2 ** 53 - 1,
      1.7e9 + 0.001,
    ];
    await atomically(store, (keyspace) => {
      for (const [position, score] of scores.entries()) keyspace.putScore("k", `m${position}`, score);
      for (const [position, score] of scores.entries()) expect(keyspace.getScore("k", `m${position}`)).toBe(score);
    });
  });

  it("do not tell zero from negative zero", async () => {
    const store = await openTestStore(engine);
    await atomically(store, (keyspace) => {
      keyspace.putScore("k", "a", 0);
      keyspace.putScore("k", "b", -0);
      keyspace.putScore("k", "c", 0);
      expect(keyspace.rangeByRank("k", 0, -1)).toEqual(["a", "b", "c"].map((member) => ({ member, score: 0 })));
      expect(keyspace.getScore("k", "b")).toBe(0);
    });
  });

  it("are read by ascending score, equal scores by the bytes of the member", async () => {
    const store = await openTestStore(engine);
    await atomically(store, (keyspace) => {
      for (const member of shuffled(BYTE_ORDERED)) keyspace.putScore("k", member, 0.5);
      keyspace.putScore("k", "low", -1);
      keyspace.putScore("k", "high", 10);
      const members = keyspace.rangeByRank("k", 0, -1).map(({ member }) => member);
      expect(members).toEqual(["low", ...BYTE_ORDERED, "high"]);
      expect(keyspace.rangeUpToScore("k", 0.5, 100).map(({ member }) => member)).toEqual(["low", ...BYTE_ORDERED]);
    });
  });

  it.each([
    { start: 0, stop: -1, expected: "abcde" },
    { start: 0, stop: 0, expected: "a" },
    { start: 1, stop: 3, expected: "bcd" },
    { start: 3, stop: 99, expected: "de" },
    { start: -2, stop: -1, expected: "de" },
    { start: -99, stop: 1, expected: "ab" },
    { start: -99, stop: -5, expected: "a" },
    { start: 0, stop: -99, expected: "" },
    { start: 3, stop: 1, expected: "" },
    { start: 5, stop: 9, expected: "" },
    { start: -1, stop: 0, expected: "" },
    { start: 2, stop: -2, expected: "cd" },
  ])("rank $start to $stop of abcde gives '$expected'", async ({ start, stop, expected }) => {
    const store = await openTestStore(engine);
    await atomically(store, (keyspace) => {
      for (const [position, member] of ["a", "b", "c", "d", "e"].entries()) keyspace.putScore("k", member, position);
      const members = keyspace.rangeByRank("k", start, stop).map(({ member }) => member);
      expect(members.join("")).toBe(expected);
      expect(keyspace.rangeByRank("absent", start, stop)).toEqual([]);
    });
  });

  it("start at a score, that score included, and stop at the limit", async () => {
    const store = await openTestStore(engine);
    await atomically(store, (keyspace) => {
      for (const score of [3, 1, 2, 2.5]) keyspace.putScore("k", `m${score}`, score);
      keyspace.putScore("k", "also 2", 2);
      const from = (score: number, limit: number) => keyspace.rangeFromScore("k", score, limit).map((m) => m.member);
      expect(from(2, 10)).toEqual(["also 2", "m2", "m2.5", "m3"]);
      expect(from(-1e308, 2)).toEqual(["m1", "also 2"]);
      expect(from(3.01, 10)).toEqual([]);
      expect(from(0, 0)).toEqual([]);
      expect(keyspace.rangeFromScore("absent", 0, 10)).toEqual([]);
    });
  });

  it("stop at a score, that score included, and at the limit", async () => {
    const store = await openTestStore(engine);
    await atomically(store, (keyspace) => {
      for (const score of [3, 1, 2, 2.5]) keyspace.putScore("k", `m${score}`, score);
      const upTo = (score: number, limit: number) => keyspace.rangeUpToScore("k", score, limit).map((m) => m.score);
      expect(upTo(2, 10)).toEqual([1, 2]);
      expect(upTo(99, 3)).toEqual([1, 2, 2.5]);
      expect(upTo(0.99, 10)).toEqual([]);
      expect(upTo(99, 0)).toEqual([]);
      expect(keyspace.rangeUpToScore("absent", 99, 10)).toEqual([]);
    });
  });

  it("forget a removed member and say whether there was one", async () => {
    const store = await openTestStore(engine);
    await atomically(store, (keyspace) => {
      keyspace.putScore("k", "a", 1);
      keyspace.putScore("k", "b", 2);
      expect(keyspace.removeScore("k", "a")).toBe(true);
      expect(keyspace.removeScore("k", "a")).toBe(false);
      expect(keyspace.removeScore("absent", "b")).toBe(false);
      expect(keyspace.getScore("k", "a")).toBeUndefined();
      expect(keyspace.rangeByRank("k", 0, -1)).toEqual([{ member: "b", score: 2 }]);
      expect(keyspace.countScores("k")).toBe(1);
      expect(keyspace.countScores("absent")).toBe(0);
    });
  });

  it("share nothing with what was handed out", async () => {
    const store = await openTestStore(engine);
    await atomically(store, (keyspace) => keyspace.putScore("k", "a", 1));
    const [member] = await atomically(store, (keyspace) => keyspace.rangeByRank("k", 0, -1));
    if (member !== undefined) Object.assign(member, { score: 99 });
    const [lowest] = await atomically(store, (keyspace) => keyspace.rangeUpToScore("k", 5, 1));
    expect(lowest).toEqual({ member: "a", score: 1 });
  });
});
