import { describe, expect, it } from "vitest";
import type { Statistics } from "../../src/cache/inspecting/statistics.js";
import { PolicyCache } from "../../src/cache/policy-cache.js";
import { CRYSTALLIZER_GROUP } from "../../src/cache/recording/outcome-stream.js";
import { exportStore } from "../../src/migration/export-store.js";
import { importStore, verifyExport } from "../../src/migration/import-store.js";
import { keyField } from "../../src/model/fields.js";
import { decayingSortedField } from "../../src/primitives/decay-clock.js";
import { defineModel } from "../../src/repository/define-model.js";
import { Repository } from "../../src/repository/repository.js";
import { openStore } from "../../src/store/store.js";
import { ManualClock } from "../../src/testing/manual-clock.js";
import { DEPLOY } from "../support/events.js";
import { freshLocation, openTestStore } from "../support/stores/stores.js";
import { contentOf, linesOf } from "./export-content.js";
import { AGENTS, consumer, fillStore, mixedEvents, RICH_DEFAULTS } from "./rich-store.js";

async function* asSource(lines: readonly string[]) {
  yield `${lines.join("\n")}\n`;
}

/** The last digit of a line that does not tell its shard, increased. */
function withOtherDigit(line: string): string {
  return line.replace(/(\d)(\D*"shard")/, (_, digit, rest) => `${(Number(digit) + 1) % 10}${rest}`);
}

/** What a group has not had, in front of what it has, counts as in hand once shards become one. */
function withWaiting({ stream: { groups, ...stream }, ...others }: Statistics) {
  const waiting = Object.fromEntries(groups.map(({ name, pending, lag }) => [name, pending + lag]));
  return { ...others, stream, waiting };
}

async function openFilled(shards: number) {
  const clock = new ManualClock(1_715_860_800);
  const options = { clock: clock.read, shards, defaults: RICH_DEFAULTS };
  const store = await openTestStore("memory", options);
  await fillStore(store, clock);
  return { store, options, lines: await linesOf(store) };
}

describe("a store that is exported and imported", () => {
  it("is the same again, from memory over SQLite to memory", async () => {
    const { options, lines } = await openFilled(1);
    const sqlite = await openTestStore("sqlite", options);
    const summary = await importStore(sqlite, asSource(lines));
    expect(summary).toEqual(await verifyExport(asSource(lines)));
    expect(Math.min(...Object.values(summary))).toBeGreaterThan(0); // some of everything
    const again = await linesOf(sqlite);
    expect(contentOf(again)).toEqual(contentOf(lines));
    const memory = await openTestStore("memory", options);
    await importStore(memory, asSource(again));
    expect(contentOf(await linesOf(memory))).toEqual(contentOf(lines));
  });

  it("is the same again in as many shards", async () => {
    const { options, lines } = await openFilled(5);
    const copy = await openTestStore("memory", options);
    await importStore(copy, asSource(lines));
    expect(contentOf(await linesOf(copy))).toEqual(contentOf(lines));
  });

  it.each([
    { from: 1, to: 8 },
    { from: 3, to: 8 },
    { from: 8, to: 3 },
    { from: 8, to: 1 },
  ])("answers and goes on learning as before when $from shards become $to", async ({ from, to }) => {
    const { store, options, lines } = await openFilled(from);
    const moved = await openTestStore("memory", { ...options, shards: to });
    await importStore(moved, asSource(lines));
    const caches = [
      await PolicyCache.open(store, { workers: "none" }),
      await PolicyCache.open(moved, { workers: "none" }),
    ];
    const states = await Promise.all(caches.map(async (cache) => withWaiting(await cache.statistics())));
    expect(states[1]).toEqual(states[0]);
    expect(states[1]?.waiting[CRYSTALLIZER_GROUP]).toBeGreaterThan(0);
    // What was counted is not counted again, what was not is, and so for what comes.
    for (const cache of caches) {
      await cache.recordMany(mixedEvents(400));
      await cache.flush();
      while ((await consumer(cache.store, "discoverer", 50).processBatch()) > 0) {
        // Until it has caught up.
      }
    }
    const [before, after] = await Promise.all(caches.map((cache) => cache.statistics()));
    expect(after?.agents).toEqual(before?.agents);
    expect(after?.totals).toMatchObject({ events: expect.any(Number) });
    for (const agentId of AGENTS) {
      const [old, young] = await Promise.all(
        caches.map(async (cache) => ({
          explained: { ...(await cache.explain({ agentId, state: DEPLOY })), decision: undefined },
          ranking: await cache.ranking({ agentId, limit: 100 }),
          accesses: await cache.policies.count(agentId),
        })),
      );
      expect(young).toEqual(old);
    }
  });
});

describe("a model without a scope", () => {
  const Note = defineModel("Note", {
    identity: ["folder", "name"],
    group: { name: "folder", by: ["folder"] },
    fields: { folder: keyField(), name: keyField(), recency: decayingSortedField({ partitionBy: "folder" }) },
    eventStream: { streamName: "notes", partitionField: "folder" },
  });

  it("moves as a whole, to where it is looked for", async () => {
    const one = await openTestStore("memory");
    for (const folder of ["a", "b", "c"]) await new Repository(one, Note).create({ folder, name: "n" });
    const eight = await openTestStore("memory", { shards: 8 });
    await importStore(eight, asSource(await linesOf(one)));
    const notes = new Repository(eight, Note);
    for (const folder of ["a", "b", "c"]) {
      expect(await notes.group({ folder })).toHaveLength(1);
      expect(await notes.topByDecay({ folder })).toHaveLength(1);
      expect(await notes.clock("recency").count({ folder })).toBe(1);
      expect(await notes.events.read({ partition: folder })).toHaveLength(1);
    }
  });
});

describe("an import", () => {
  it("refuses a store that is not empty, and changes nothing", async () => {
    const { options, lines } = await openFilled(1);
    const used = await openTestStore("memory", options);
    await PolicyCache.open(used, { workers: "none" });
    const before = await linesOf(used);
    await expect(importStore(used, asSource(lines))).rejects.toMatchObject({ code: "STORE_NOT_EMPTY" });
    expect(contentOf(await linesOf(used))).toEqual(contentOf(before));
  });

  it.each<[damage: string, change: (lines: string[]) => string[], message: RegExp]>([
    ["cut off behind a line", (lines) => lines.slice(0, 100), /stops after line 100/],
    [
      "cut off within a line",
      (lines) => [...lines.slice(0, 99), lines[99]?.slice(0, 20) ?? ""],
      /line 100 is not readable/,
    ],
    ["without its end", (lines) => lines.slice(0, -1), /without its end/],
    ["with a line missing", (lines) => lines.toSpliced(50, 1), /lines and should have/],
    ["with a line twice", (lines) => lines.toSpliced(50, 0, lines[50] ?? ""), /lines and should have/],
    ["with two lines exchanged", (lines) => lines.toSpliced(50, 2, lines[51] ?? "", lines[50] ?? ""), /checksum/],
    ["with another digit", (lines) => lines.with(60, withOtherDigit(lines[60] ?? "")), /checksum/],
    ["with more behind its end", (lines) => [...lines, lines[50] ?? ""], /comes after its end/],
    ["that is something else", () => ['{"agentId":"a"}', "more"], /no export of a PolicyCache store/],
    ["that is no text", () => ["\u0000\u0001"], /no export of a PolicyCache store/],
    ["that is empty", () => [""], /no export|stops after line 0/],
    [
      "of a later version",
      (lines) => lines.with(0, lines[0]?.replace('"version":2', '"version":3') ?? ""),
      /version 3/,
    ],
  ])("finds an export %s, and the store stays marked as incomplete", async (_damage, change, message) => {
    const { lines } = await openFilled(1);
    const damaged = change([...lines]);
    expect(damaged).not.toEqual(lines);
    await expect(verifyExport(asSource(damaged))).rejects.toThrow(message);
    const location = freshLocation("sqlite");
    const store = await openStore(location);
    await expect(importStore(store, asSource(damaged))).rejects.toMatchObject({ code: "DATA_FORMAT" });
    const hasBegun = (await linesOf(store)).length > 2;
    await store.close();
    if (hasBegun) await expect(PolicyCache.open(location)).rejects.toThrow(/import.* was not completed/);
  });

  it("reads an export that comes in pieces of any size", async () => {
    const { lines, options } = await openFilled(1);
    const bytes = Buffer.from(`${lines.join("\n")}\n`);
    const copy = await openTestStore("memory", options);
    async function* pieces() {
      for (let start = 0, size = 1; start < bytes.length; start += size, size = (size * 7 + 3) % 5000) {
        yield bytes.subarray(start, start + size);
      }
    }
    await importStore(copy, pieces());
    expect(contentOf(await linesOf(copy))).toEqual(contentOf(lines));
  });
});

describe("an export", () => {
  it("is refused at its end when somebody wrote meanwhile", async () => {
    const { store } = await openFilled(1);
    const lines = exportStore(store);
    await lines.next(); // the header
    await lines.next();
    const cache = await PolicyCache.open(store, { workers: "none" });
    await cache.record({ ...(mixedEvents(1)[0] as never as object), id: "meanwhile" } as never);
    const rest = async () => {
      for await (const _line of lines) {
        // To the end.
      }
    };
    await expect(rest()).rejects.toMatchObject({ code: "STORE_BUSY", retryable: true });
  });
});
