import { describe, expect, it } from "vitest";
import type { Keyspace } from "../../src/keyspace/port/keyspace.js";
import { atomically, describeOnEveryEngine, EMBEDDED_ENGINES, openTestStore } from "../support/stores/stores.js";

const NOW_MS = 1_715_803_200_000;

/** Appends entries numbered from `from`. @returns their ids */
function append(keyspace: Keyspace, stream: string, count: number, from = 0): string[] {
  return Array.from({ length: count }, (_, index) => keyspace.appendToStream(stream, { n: from + index }, NOW_MS));
}

function numbersIn(keyspace: Keyspace, stream: string): unknown[] {
  return keyspace.readStream(stream, "", 100_000).map(({ fields }) => fields.n);
}

describeOnEveryEngine("streams", (engine) => {
  it("are empty until appended to", async () => {
    const store = await openTestStore(engine);
    await atomically(store, (keyspace) => {
      expect(keyspace.readStream("s", "", 10)).toEqual([]);
      expect(keyspace.describeStream("s")).toEqual({ length: 0, appended: 0 });
      expect(keyspace.describeGroups("s")).toEqual([]);
      expect(keyspace.trimStream("s", 1)).toBe(0);
    });
  });

  it("return what was appended, oldest first, in pages", async () => {
    const store = await openTestStore(engine);
    await atomically(store, (keyspace) => {
      const ids = append(keyspace, "s", 5);
      append(keyspace, "other", 1);
      expect(keyspace.readStream("s", "", 2)).toEqual([
        { id: ids[0], fields: { n: 0 } },
        { id: ids[1], fields: { n: 1 } },
      ]);
      expect(keyspace.readStream("s", ids[1] ?? "", 10).map(({ id }) => id)).toEqual(ids.slice(2));
      expect(keyspace.readStream("s", ids[4] ?? "", 10)).toEqual([]);
      expect(keyspace.readStream("s", "", 0)).toEqual([]);
      expect(keyspace.describeStream("s")).toEqual({ length: 5, appended: 5 });
    });
  });

  it("keep all kinds of values and share nothing with the caller", async () => {
    const store = await openTestStore(engine);
    const fields = { text: "é\u{1F600}", n: 1 / 3, yes: true, list: ["b", "a"], numbers: [0.1, 2] };
    await atomically(store, (keyspace) => keyspace.appendToStream("s", fields, NOW_MS));
    const [entry] = await atomically(store, (keyspace) => keyspace.readStream("s", "", 1));
    expect(entry?.fields).toEqual(fields);
    if (entry !== undefined) Object.assign(entry.fields, { text: "other" });
    fields.numbers.push(9);
    const [again] = await atomically(store, (keyspace) => keyspace.readStream("s", "", 1));
    expect(again?.fields).toEqual({ ...fields, numbers: [0.1, 2] });
  });

  it.each([
    { name: "stands still", times: [5, 5, 5, 5] },
    { name: "goes back", times: [5000, 4000, 1, 0, 4999] },
    { name: "moves on", times: [1, 2, 3, 1000] },
    { name: "moves by parts of a millisecond", times: [1.2, 1.9, 2.1, 2.0, 2.5] },
    { name: "is at zero", times: [0, 0, 0] },
    { name: "comes from all over", times: [0, 1e12, 3, 1e12, 1e12 + 0.5, 1e12 + 1, 2] },
  ])("give growing ids when the clock $name", async ({ times }) => {
    const store = await openTestStore(engine);
    await atomically(store, (keyspace) => {
      const ids = times.map((nowMs, n) => keyspace.appendToStream("s", { n }, nowMs));
      expect(new Set(ids).size).toBe(times.length);
      for (const [position, id] of ids.entries()) {
        const after = keyspace.readStream("s", id, 100).map(({ fields }) => fields.n);
        expect(after).toEqual(times.map((_, n) => n).slice(position + 1));
      }
      expect(numbersIn(keyspace, "s")).toEqual(times.map((_, n) => n));
    });
  });

  it("give the same ids on every engine", async () => {
    const store = await openTestStore(engine);
    await atomically(store, (keyspace) => {
      const ids = [0, 0, 7.9, 7.1, 3, 8].map((nowMs) => keyspace.appendToStream("s", {}, nowMs));
      expect(ids).toEqual(["0-1", "0-2", "7-0", "7-1", "7-2", "8-0"]);
    });
  });

  it("keep growing ids after every entry was trimmed away", async () => {
    const store = await openTestStore(engine);
    await atomically(store, (keyspace) => {
      const last = append(keyspace, "s", 30).at(-1) ?? "";
      expect(keyspace.trimStream("s", 1)).toBe(29);
      const next = keyspace.appendToStream("s", { n: 30 }, 0);
      expect(keyspace.readStream("s", last, 10)).toEqual([{ id: next, fields: { n: 30 } }]);
    });
  });

  it("are trimmed to the length asked for once a tenth too many have gathered", async () => {
    const store = await openTestStore(engine);
    await atomically(store, (keyspace) => {
      append(keyspace, "s", 110);
      expect(keyspace.trimStream("s", 100)).toBe(0);
      append(keyspace, "s", 1, 110);
      expect(keyspace.trimStream("s", 100)).toBe(11);
      expect(keyspace.describeStream("s")).toEqual({ length: 100, appended: 111 });
      expect(numbersIn(keyspace, "s")[0]).toBe(11);
      expect(keyspace.trimStream("s", 100)).toBe(0);
    });
  });

  it("can be appended to again within the operation that trimmed them", async () => {
    const store = await openTestStore(engine);
    await atomically(store, (keyspace) => {
      append(keyspace, "s", 20);
      keyspace.trimStream("s", 10);
      append(keyspace, "s", 1, 20);
      expect(keyspace.trimStream("s", 10)).toBe(0);
      append(keyspace, "s", 1, 21);
      expect(keyspace.trimStream("s", 10)).toBe(2);
      expect(keyspace.describeStream("s")).toEqual({ length: 10, appended: 22 });
      expect(numbersIn(keyspace, "s")).toEqual([12, 13, 14, 15, 16, 17, 18, 19, 20, 21]);
    });
  });

  it("are not trimmed past what a group has not been given", async () => {
    const store = await openTestStore(engine);
    await atomically(store, (keyspace) => {
      append(keyspace, "s", 20);
      keyspace.createGroup("s", "slow");
      expect(keyspace.trimStream("s", 5)).toBe(0);
      const [first, second] = keyspace.deliverNew("s", "slow", "c", 2, NOW_MS);
      expect(keyspace.trimStream("s", 5)).toBe(0);
      keyspace.acknowledge("s", "slow", second?.id ?? "");
      expect(keyspace.trimStream("s", 5), "the first is still pending").toBe(0);
      keyspace.acknowledge("s", "slow", first?.id ?? "");
      expect(keyspace.trimStream("s", 5)).toBe(2);
      expect(numbersIn(keyspace, "s")[0]).toBe(2);
    });
  });

  it("are trimmed up to the slowest of several groups", async () => {
    const store = await openTestStore(engine);
    await atomically(store, (keyspace) => {
      append(keyspace, "s", 20);
      for (const group of ["fast", "slow"]) keyspace.createGroup("s", group);
      for (const { id } of keyspace.deliverNew("s", "fast", "c", 20, NOW_MS)) keyspace.acknowledge("s", "fast", id);
      for (const { id } of keyspace.deliverNew("s", "slow", "c", 6, NOW_MS)) keyspace.acknowledge("s", "slow", id);
      expect(keyspace.trimStream("s", 1)).toBe(6);
      expect(keyspace.deliverNew("s", "slow", "c", 100, NOW_MS).map(({ fields }) => fields.n)[0]).toBe(6);
    });
  });

  it("are trimmed up to an entry that is pending behind acknowledged ones", async () => {
    const store = await openTestStore(engine);
    await atomically(store, (keyspace) => {
      append(keyspace, "s", 20);
      keyspace.createGroup("s", "g");
      const entries = keyspace.deliverNew("s", "g", "c", 20, NOW_MS);
      for (const { id, fields } of entries) if (fields.n !== 7) keyspace.acknowledge("s", "g", id);
      expect(keyspace.trimStream("s", 1)).toBe(7);
      expect(numbersIn(keyspace, "s")).toHaveLength(13);
      expect(keyspace.takeOver("s", "g", "d", 0, 5, NOW_MS).map(({ fields }) => fields?.n)).toEqual([7]);
    });
  });

  it("wake those who wait for them, also when an append trimmed the stream", async () => {
    const store = await openTestStore(engine);
    const { signal } = new AbortController();
    await atomically(store, (keyspace) => append(keyspace, "s", 11));
    const waiting = store.waitForAppend("s", 0, 10_000, signal);
    const elsewhere = new AbortController();
    const notWoken = store.waitForAppend("other", 0, 10_000, elsewhere.signal).then(() => "woken");
    await atomically(store, (keyspace) => {
      keyspace.appendToStream("s", {}, NOW_MS);
      expect(keyspace.trimStream("s", 5)).toBe(7);
    });
    await waiting;
    expect(await Promise.race([notWoken, Promise.resolve("waiting")])).toBe("waiting");
    elsewhere.abort();
    await notWoken;
  });
});

describe.each(EMBEDDED_ENGINES)("what a failed operation did to streams on %s", (engine) => {
  it("wake nobody when the operation that appended fails", async () => {
    const store = await openTestStore(engine);
    const patience = new AbortController();
    let woken = false;
    const waiting = store.waitForAppend("s", 0, 200, patience.signal).then(() => {
      woken = true;
    });
    const failing = atomically(store, (keyspace) => {
      keyspace.appendToStream("s", {}, NOW_MS);
      throw new Error("give up");
    });
    await expect(failing).rejects.toThrow("give up");
    expect(woken).toBe(false);
    patience.abort();
    await waiting;
  });
});
