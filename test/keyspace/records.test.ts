import { expect, it } from "vitest";
import type { Fields } from "../../src/keyspace/port/keyspace.js";
import { atomically, describeOnEveryEngine, openTestStore } from "../support/stores/stores.js";
import { BYTE_ORDERED, shuffled } from "./byte-order.js";

describeOnEveryEngine("records", (engine) => {
  it("are absent until put, then read back whole with every kind of value", async () => {
    const store = await openTestStore(engine);
    const fields: Fields = {
      text: "a",
      empty: "",
      unicode: "Zürich \u{1F600} \u2028",
      quotes: `"\\'\t\n`,
      zero: 0,
      fraction: 0.1 + 0.2,
      tiny: Number.MIN_VALUE,
      large: Number.MAX_VALUE,
      exact: Number.MAX_SAFE_INTEGER,
      yes: true,
      no: false,
      texts: ["b", "a", ""],
      numbers: [1 / 3, -1, 0],
      nothing: [],
    };
    await atomically(store, (keyspace) => {
      expect(keyspace.getRecord("k", "id")).toBeUndefined();
      expect(keyspace.listRecords("k")).toEqual([]);
      keyspace.putRecord("k", "id", fields);
      expect(keyspace.getRecord("k", "id")).toEqual(fields);
    });
    expect(await atomically(store, (keyspace) => keyspace.listRecords("k"))).toEqual([{ id: "id", fields }]);
  });

  it("do not tell zero from negative zero", async () => {
    const store = await openTestStore(engine);
    await atomically(store, (keyspace) => {
      keyspace.putRecord("k", "id", { n: -0, list: [-0, 1] });
      expect(keyspace.getRecord("k", "id")).toEqual({ n: 0, list: [0, 1] });
      keyspace.appendToStream("s", { n: -0 }, 0);
      expect(keyspace.readStream("s", "", 1)[0]?.fields).toEqual({ n: 0 });
    });
  });

  it("are replaced whole, not merged", async () => {
    const store = await openTestStore(engine);
    await atomically(store, (keyspace) => {
      keyspace.putRecord("k", "id", { a: 1, b: 2 });
      keyspace.putRecord("k", "id", { b: 3 });
      expect(keyspace.getRecord("k", "id")).toEqual({ b: 3 });
    });
  });

  it("may have no fields at all", async () => {
    const store = await openTestStore(engine);
    await atomically(store, (keyspace) => {
      keyspace.putRecord("k", "id", {});
      expect(keyspace.getRecord("k", "id")).toEqual({});
      expect(keyspace.listRecords("k")).toEqual([{ id: "id", fields: {} }]);
    });
  });

  it("are told apart by key and by id, also when their concatenation is the same", async () => {
    const store = await openTestStore(engine);
    await atomically(store, (keyspace) => {
      keyspace.putRecord("a", "bc", { n: 1 });
      keyspace.putRecord("ab", "c", { n: 2 });
      keyspace.putRecord("a", "b\tc", { n: 3 });
      expect(keyspace.getRecord("a", "bc")).toEqual({ n: 1 });
      expect(keyspace.getRecord("ab", "c")).toEqual({ n: 2 });
      expect(keyspace.listRecords("a").map(({ id }) => id)).toEqual(["b\tc", "bc"]);
    });
  });

  it("are listed in the order of the UTF-8 bytes of their ids", async () => {
    const store = await openTestStore(engine);
    await atomically(store, (keyspace) => {
      for (const id of shuffled(BYTE_ORDERED)) keyspace.putRecord("k", id, { id });
      expect(keyspace.listRecords("k").map(({ id }) => id)).toEqual(BYTE_ORDERED);
      for (const { id, fields } of keyspace.listRecords("k")) expect(fields.id).toBe(id);
    });
  });

  it("say on deletion whether there was one, and leave the others", async () => {
    const store = await openTestStore(engine);
    await atomically(store, (keyspace) => {
      keyspace.putRecord("k", "a", { n: 1 });
      keyspace.putRecord("k", "b", { n: 2 });
      expect(keyspace.deleteRecord("k", "a")).toBe(true);
      expect(keyspace.deleteRecord("k", "a")).toBe(false);
      expect(keyspace.deleteRecord("other", "b")).toBe(false);
      expect(keyspace.listRecords("k")).toEqual([{ id: "b", fields: { n: 2 } }]);
    });
  });

  it("share nothing with what was put in or handed out", async () => {
    const store = await openTestStore(engine);
    const numbers = [1, 2];
    const given: Fields = { numbers, n: 1 };
    await atomically(store, (keyspace) => keyspace.putRecord("k", "id", given));
    numbers.push(3);
    given.n = 2;
    const read = await atomically(store, (keyspace) => keyspace.getRecord("k", "id"));
    expect(read).toEqual({ numbers: [1, 2], n: 1 });
    if (read !== undefined) read.n = 5;
    const [listed] = await atomically(store, (keyspace) => keyspace.listRecords("k"));
    for (const change of [() => Object.assign(listed?.fields ?? {}, { n: 7 }), () => Object(read?.numbers).push(9)]) {
      try {
        change();
      } catch {
        // An engine may refuse it.
      }
    }
    expect(await atomically(store, (keyspace) => keyspace.getRecord("k", "id"))).toEqual({ numbers: [1, 2], n: 1 });
  });

  it("survive texts of a mebibyte", async () => {
    const store = await openTestStore(engine);
    const text = "x".repeat(1_048_576);
    await atomically(store, (keyspace) => keyspace.putRecord("k", "id", { text }));
    expect((await atomically(store, (keyspace) => keyspace.getRecord("k", "id")))?.text).toHaveLength(text.length);
  });
});
