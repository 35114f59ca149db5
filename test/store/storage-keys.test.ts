import { describe, expect, it } from "vitest";
import { PolicyCacheError } from "../../src/common/errors.js";
import { keyField } from "../../src/model/fields.js";
import { defineModel } from "../../src/repository/define-model.js";
import { deadLettersOf, groupKey, partitionOf, storageKey, streamKey } from "../../src/store/storage-keys.js";
import { scopeOfKey, structureOf } from "../../src/store/stored-key.js";

describe("a storage key", () => {
  it("is the kind and its parts, joined by TAB", () => {
    expect(storageKey("agents")).toBe("agents");
    expect(storageKey("lookup", "Note", "topic", "agent-1")).toBe("lookup\tNote\ttopic\tagent-1");
    expect(storageKey("clock", "Note", "recency", "", "a", "b")).toBe("clock\tNote\trecency\t\ta\tb");
    expect(groupKey("state", "agent-1", "f")).toBe("state\tagent-1\tf");
  });

  it("needs all parts of its kind, and takes no others", () => {
    // @ts-expect-error a part is missing
    storageKey("members", "Note");
    // @ts-expect-error there is one too many
    storageKey("members", "Note", "agent-1", "more");
    // @ts-expect-error there is no such kind
    storageKey("memebers", "Note", "agent-1");
  });

  it.each([
    [storageKey("agents"), "a member", "a member"],
    [storageKey("settings", "outcomes"), "", undefined],
    [storageKey("seen", "agent-1"), "event", "agent-1"],
    [storageKey("staged", "Note", "agent-1", "a\tb"), "", "agent-1"],
    [storageKey("sorted", "Note", "rank", ""), "", ""],
    [groupKey("topic", "agent-1", "t"), "", "agent-1"],
  ])("tells the scope: %j", (key, member, scope) => {
    expect(scopeOfKey(key, member)).toBe(scope);
  });
});

describe("what is found under a key", () => {
  it("is the structure of its kind; a kind that is not listed is a model's group of records", () => {
    expect(structureOf(storageKey("members", "Note", ""), ["set", "index"])).toBe("set");
    expect(structureOf(storageKey("errors", "Note", "", "default"), ["set", "index"])).toBe("index");
    expect(structureOf(groupKey("topic", "agent-1", "t"), ["records"])).toBe("records");
  });

  it.each([
    ["tomorrow\tNote\tagent-1", "set"],
    ["members\tNote\tagent-1", "records"],
  ] as const)("is refused when nothing of its kind is known: %j as %s", (key, structure) => {
    const refused = expect.objectContaining({
      code: "DATA_FORMAT",
      message: expect.stringContaining(`"${key.split("\t")[0]}"`),
    });
    expect(() => structureOf(key, [structure])).toThrow(refused);
  });
});

describe("a stream", () => {
  it("is named after its partition, and so are its dead letters", () => {
    expect(streamKey("notes", "")).toBe("stream:notes");
    const partitioned = streamKey("notes", "agent:1");
    expect(partitioned).toBe("stream:notes:agent:1");
    expect(deadLettersOf(partitioned)).toBe("dead:stream:notes:agent:1");
    expect([partitionOf(partitioned), partitionOf(deadLettersOf(partitioned))]).toEqual(["agent:1", "agent:1"]);
    expect(partitionOf(streamKey("notes", ""))).toBe("");
  });
});

describe("a model's group", () => {
  it.each(["members", "deliveries", "import"])("cannot have a name that the library uses itself: %s", (name) => {
    const declare = () =>
      defineModel("Note", {
        fields: { a: keyField(), b: keyField() },
        identity: ["a", "b"],
        group: { name, by: ["a"] },
      });
    expect(declare).toThrow(PolicyCacheError);
  });
});
