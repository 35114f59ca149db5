import { expect, it } from "vitest";
import type { Keyspace } from "../../src/keyspace/port/keyspace.js";
import { atomically, describeOnEveryEngine, openTestStore } from "../support/stores/stores.js";
import { BYTE_ORDERED, shuffled } from "./byte-order.js";

describeOnEveryEngine("sets", (engine) => {
  it("hold each member once and say whether it is new", async () => {
    const store = await openTestStore(engine);
    await atomically(store, (keyspace) => {
      expect(keyspace.isInSet("k", "a")).toBe(false);
      expect(keyspace.addToSet("k", "a")).toBe(true);
      expect(keyspace.addToSet("k", "a")).toBe(false);
      expect(keyspace.isInSet("k", "a")).toBe(true);
      expect(keyspace.isInSet("other", "a")).toBe(false);
      expect(keyspace.countSet("k")).toBe(1);
      expect(keyspace.countSet("other")).toBe(0);
      expect(keyspace.removeFromSet("k", "a")).toBe(true);
      expect(keyspace.removeFromSet("k", "a")).toBe(false);
      expect(keyspace.removeFromSet("other", "a")).toBe(false);
      expect(keyspace.countSet("k")).toBe(0);
    });
  });

  it("come in the order of the UTF-8 bytes of their members", async () => {
    const store = await openTestStore(engine);
    await atomically(store, (keyspace) => {
      for (const member of shuffled(BYTE_ORDERED)) keyspace.addToSet("k", member);
      expect(keyspace.pageOfSet("k", "", "", 100)).toEqual(BYTE_ORDERED);
    });
  });

  it("are read page by page, whatever the size of a page", async () => {
    const store = await openTestStore(engine);
    await atomically(store, (keyspace) => {
      for (const member of shuffled(BYTE_ORDERED)) keyspace.addToSet("k", member);
      for (const limit of [1, 2, 3, 13, 14, 15]) expect(pages(keyspace, "k", "", limit)).toEqual(BYTE_ORDERED);
    });
  });

  it("are read by prefix, the prefix itself included", async () => {
    const store = await openTestStore(engine);
    const members = ["a", "a\tx", "a\ty", "aa", "ab", "b", "b\tx"];
    await atomically(store, (keyspace) => {
      for (const member of shuffled(members)) keyspace.addToSet("k", member);
      expect(pages(keyspace, "k", "a", 2)).toEqual(["a", "a\tx", "a\ty", "aa", "ab"]);
      expect(pages(keyspace, "k", "a\t", 1)).toEqual(["a\tx", "a\ty"]);
      expect(pages(keyspace, "k", "c", 5)).toEqual([]);
      expect(pages(keyspace, "absent", "", 5)).toEqual([]);
    });
  });

  it("start after a member that need not be there, also one before or behind the prefix", async () => {
    const store = await openTestStore(engine);
    await atomically(store, (keyspace) => {
      for (const member of ["a", "b1", "b2", "c"]) keyspace.addToSet("k", member);
      expect(keyspace.pageOfSet("k", "", "b", 10)).toEqual(["b1", "b2", "c"]);
      expect(keyspace.pageOfSet("k", "b", "a", 10)).toEqual(["b1", "b2"]);
      expect(keyspace.pageOfSet("k", "b", "b1", 10)).toEqual(["b2"]);
      expect(keyspace.pageOfSet("k", "b", "c", 10)).toEqual([]);
      expect(keyspace.pageOfSet("k", "", "", 0)).toEqual([]);
      for (const member of ["\uFFFD", "\u{1F600}"]) keyspace.addToSet("k", member);
      expect(keyspace.pageOfSet("k", "\u{1F600}", "\uFF5E", 10), "before it in UTF-8 alone").toEqual(["\u{1F600}"]);
    });
  });

  it("find members that go on with the last code point", async () => {
    const store = await openTestStore(engine);
    const members = ["a", "a\u{10FFFF}", "a\u{10FFFF}\u{10FFFF}", "\u{10FFFF}"];
    await atomically(store, (keyspace) => {
      for (const member of members) keyspace.addToSet("k", member);
      expect(keyspace.pageOfSet("k", "", "", 10)).toEqual(members);
      expect(keyspace.pageOfSet("k", "a", "", 10)).toEqual(members.slice(0, 3));
    });
  });
});

/** All members with a prefix, read in pages. */
function pages(keyspace: Keyspace, key: string, prefix: string, limit: number): string[] {
  const members: string[] = [];
  for (;;) {
    const page = keyspace.pageOfSet(key, prefix, members.at(-1) ?? "", limit);
    members.push(...page);
    if (page.length < limit) return members;
  }
}
