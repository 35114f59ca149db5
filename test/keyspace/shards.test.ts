import { describe, expect, it } from "vitest";
import { ConfigurationError, InvalidArgumentError } from "../../src/common/errors.js";
import { MemoryEngine } from "../../src/keyspace/memory/engine.js";
import { openStore } from "../../src/store/store.js";
import { freshLocation, openTestStore } from "../support/stores/stores.js";

const read = { name: "read", access: "read", execute: () => "read" } as const;

describe("shards", () => {
  it("are found by the FNV-1a hash of a scope", async () => {
    const seven = await openTestStore("memory", { shards: 7 });
    // FNV-1a of "", "a" and "foobar" as published: 0x811c9dc5, 0xe40c292c and 0xbf9cf968.
    expect(seven.shardOf("")).toBe(0x811c9dc5 % 7);
    expect(seven.shardOf("a")).toBe(0xe40c292c % 7);
    expect(seven.shardOf("foobar")).toBe(0xbf9cf968 % 7);
    const eight = await openTestStore("memory", { shards: 8 });
    const agents = ["default", "agent-1", "agent-2", "agent-3", "Zoë", "日本", "🦊"];
    expect(agents.map((agent) => eight.shardOf(agent))).toEqual([6, 0, 1, 6, 4, 1, 0]);
    expect(agents.map((agent) => seven.shardOf(agent))).toEqual([4, 1, 2, 4, 3, 1, 2]);
  });

  it("hold about the same number of agents", async () => {
    const store = await openTestStore("memory", { shards: 16 });
    const counts = new Array<number>(16).fill(0);
    for (let agent = 0; agent < 16_000; agent += 1) {
      const shard = store.shardOf(`agent-${agent}`);
      counts[shard] = (counts[shard] ?? 0) + 1;
    }
    expect(Math.min(...counts)).toBeGreaterThan(900);
    expect(Math.max(...counts)).toBeLessThan(1100);
  });

  it.each(["memory", "sqlite"] as const)("number one unless asked for more, on %s", async (engine) => {
    const store = await openTestStore(engine);
    expect(store.shardCount).toBe(1);
    expect(["", "agent-1", "agent-2"].map((scope) => store.shardOf(scope))).toEqual([0, 0, 0]);
  });

  it.each([0, -1, 1.5, Number.NaN, 1025])("cannot number %s", async (shards) => {
    await expect(openStore("memory:", { shards })).rejects.toThrow(ConfigurationError);
  });

  it("are not offered by a SQLite file, which is left alone then", async () => {
    await expect(openStore(freshLocation("sqlite"), { shards: 2 })).rejects.toThrow(/shards is 2, expected 1/);
  });

  it.each([3, -1, 0.5, undefined])("are named by their number, which is not %s of three", async (shard) => {
    const store = await openTestStore("memory", { shards: 3 });
    await expect(store.run(read, undefined, shard as number)).rejects.toThrow(InvalidArgumentError);
    await expect(store.run(read, undefined, 2)).resolves.toBe("read");
  });

  it("share no key", async () => {
    const engine = new MemoryEngine(2);
    const count = {
      name: "count",
      access: "write",
      execute: (keyspace: { addToCounter(key: string, amount: number): number }) => keyspace.addToCounter("c", 1),
    } as const;
    await engine.run(count, undefined, 0);
    await engine.run(count, undefined, 0);
    expect(await engine.run(count, undefined, 1)).toBe(1);
  });
});
