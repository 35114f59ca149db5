import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { summaryText } from "../../../../src/cli/commands/demo/demo-text.js";
import type { SizeClass } from "../../../../src/cli/commands/demo/files/size-class.js";
import { runDemo } from "../../../../src/cli/commands/demo/run-demo.js";
import { OUTCOME_STREAM } from "../../../../src/index.js";
import { StreamConsumer, type StreamEntry } from "../../../../src/models.js";
import { dumpTables } from "../../../support/stores/dump.js";
import { openCacheAt } from "../../../support/stores/stores.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";
import { collectedTerminal } from "./collected-terminal.js";
import { type SampleFiles, sampleFolder } from "./sample-folder.js";

/** Any time will do, so outcomes depend on the files alone. */
const SIZE_ONLY: readonly SizeClass[] = [
  {
    name: "1-4 KiB",
    minBytes: 1024,
    maxBytes: 4096,
    maxShare: 0.43,
    maxTimeInGzip6: 1e9,
    maxFilesPerKind: 60,
  },
];

const THREE_SORTS: SampleFiles = { json: 30, text: 30, noise: 30 };

async function runOn(folder: string, options: { seed?: number; store?: string } = {}) {
  const terminal = collectedTerminal();
  const { seed = 1, ...rest } = options;
  const report = await runDemo({ seed, folder, sizeClasses: SIZE_ONLY, ...rest }, terminal);
  return { report, terminal };
}

/** The recorded events of a kept store, oldest first, without their times. */
async function recordedEvents(store: string): Promise<readonly unknown[]> {
  const cache = await openCacheAt(store, { workers: "none" });
  const entries: StreamEntry[] = [];
  const consumer = new StreamConsumer({
    store: cache.store,
    streamKey: OUTCOME_STREAM,
    groupName: "test",
    consumerName: "test",
    handler: (batch) => {
      entries.push(...batch);
    },
  });
  while ((await consumer.processBatch({ blockMs: 0 })) > 0);
  return entries.map(({ fields: { ts: _, actionNumbers: __, ...rest } }) => rest);
}

describe("the demonstration on a folder of JSON, prose and random bytes", () => {
  it("learns which codecs keep the budget, and serves them for files it has not seen", async () => {
    const { report } = await runOn(sampleFolder(THREE_SORTS));
    const codecsOf = (kind: string) =>
      report.learning.policies.filter((policy) => policy.kind === kind).map(({ codec }) => codec);
    expect(codecsOf("json").sort()).toEqual([...report.codecs].sort());
    expect(codecsOf("markdown")).toContain("brotli-11");
    expect(codecsOf("markdown")).not.toContain("gzip-6");
    expect(codecsOf("packed")).toEqual([]);
    const right = report.states.map(({ kind, right }) => [kind, right]);
    expect(right).toContainEqual(["json", 10]);
    expect(right).toContainEqual(["packed", 0]);
    expect(report.deciding.served).toMatchObject({ right: report.deciding.served.files });
  });

  it("counts every file and every outcome once", async () => {
    const { report } = await runOn(sampleFolder(THREE_SORTS));
    const { files, learning, deciding, comparison, states } = report;
    expect(files).toEqual({ found: 90, training: 60, heldOut: 30, copies: 0, unreadable: 0 });
    expect(learning).toMatchObject({ files: 60, outcomes: 180 });
    const { served, suggested, abstained } = deciding;
    expect(served.files + suggested.files + abstained.files).toBe(30);
    expect(served.right + suggested.right + abstained.right).toBe(comparison.policyCache.right);
    expect(states.reduce((sum, state) => sum + state.files, 0)).toBe(30);
    expect(states.reduce((sum, state) => sum + state.right, 0)).toBe(comparison.policyCache.right);
    expect(states.reduce((sum, state) => sum + state.rightInHindsight, 0)).toBe(comparison.bestInHindsight.right);
    expect(comparison.always.map(({ files: total }) => total)).toEqual(report.codecs.map(() => 30));
    expect(comparison.policyCache.right - comparison.bestCodec.right).toBe(
      comparison.onlyPolicyCache - comparison.onlyBestCodec,
    );
  });

  it("abstains where nothing works, uses gzip-6 there, and records what came of it", async () => {
    const store = join(temporaryFolder(), "kept.db");
    const { report } = await runOn(sampleFolder(THREE_SORTS), { store });
    expect(report.deciding).toMatchObject({ fallback: "gzip-6", abstained: { files: 10, right: 0 } });
    const packed = report.states.find(({ kind }) => kind === "packed");
    expect(packed).toMatchObject({ abstained: 10, used: { "gzip-6": 10 } });
    const cache = await openCacheAt(store, { workers: "none" });
    const { totals } = await cache.statistics({ agentId: "demo" });
    expect(totals).toMatchObject({ events: 180 + 30, states: 3, pairs: 18 });
    expect(totals.policies).toBe(report.learning.policies.length);
  });

  it("prints each policy when it crystallizes, with its state, action, counts and bound", async () => {
    const { report, terminal } = await runOn(sampleFolder(THREE_SORTS));
    const lines = terminal.said.filter((text) => text.includes("->"));
    expect(lines).toHaveLength(report.learning.policies.length);
    const [first] = report.learning.policies;
    expect(first).toMatchObject({ trials: 6, successes: 6 });
    expect(lines[0]).toContain(`${first?.kind}, 1-4 KiB`);
    expect(lines[0]).toMatch(/-> \S+ +6 of 6 right +bound 0\.610$/);
    expect(terminal.progressed).toEqual(
      new Map([
        ["learning", "60/60"],
        ["deciding", "30/30"],
      ]),
    );
  });

  it("gives the same events in the same order for the same seed, and others for another", async () => {
    const folder = sampleFolder(THREE_SORTS);
    const stores = temporaryFolder();
    const events = [];
    for (const [name, seed] of Object.entries({ first: 5, again: 5, other: 6 })) {
      const store = join(stores, `${name}.db`);
      await runOn(folder, { seed, store });
      events.push(await recordedEvents(store));
    }
    const [first, again, other] = events;
    expect(first).toHaveLength(210);
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
  });

  it("says so when one codec does as well as the cache", async () => {
    const { report, terminal } = await runOn(sampleFolder({ json: 60 }));
    expect(report.comparison.policyCache).toEqual({ right: 20, files: 20, rate: 1, low: expect.any(Number), high: 1 });
    expect(summaryText(report, terminal.screen)).toContain(
      "PolicyCache was right for as many files as with always gzip-1,",
    );
  });

  it("says so when one codec does better than the cache", async () => {
    // Too few files for a policy: the cache abstains, and gzip-6 is not enough for prose.
    const { report, terminal } = await runOn(sampleFolder({ text: 12, noise: 28 }));
    expect(report.learning.policies).toEqual([]);
    expect(report.comparison).toMatchObject({ policyCache: { right: 0 }, bestCodec: { right: 4 } });
    expect(summaryText(report, terminal.screen)).toContain("PolicyCache was right for 4 files fewer than");
  });
});

describe("the files of the demonstration", () => {
  it("passes over copies, links and files of other sizes", async () => {
    const folder = sampleFolder({ json: 40 });
    mkdirSync(join(folder, "more"));
    writeFileSync(join(folder, "more", "original.json"), "[0]".repeat(700));
    writeFileSync(join(folder, "more", "copy.json"), "[0]".repeat(700));
    writeFileSync(join(folder, "more", "small.json"), "[0]");
    writeFileSync(join(folder, "more", "large.json"), "[0]".repeat(7000));
    symlinkSync(folder, join(folder, "more", "link"), "junction");
    const { report } = await runOn(folder);
    expect(report.files).toEqual({ found: 44, training: 28, heldOut: 13, copies: 1, unreadable: 0 });
  });

  it("refuses a folder that does not exist", async () => {
    const folder = join(temporaryFolder(), "node_modules");
    await expect(runOn(folder)).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
      parameter: "--folder",
      hint: expect.stringContaining("npm install"),
    });
  });

  it("refuses an empty folder, and one with too few different files", async () => {
    await expect(runOn(temporaryFolder())).rejects.toThrow(/at least 40 different files of 1-4 KiB; it has 0\. Run/);
    await expect(runOn(sampleFolder({ json: 39 }))).rejects.toThrow(/it has 39\. Run/);
  });

  it("refuses a file in place of a folder", async () => {
    const file = join(temporaryFolder(), "file");
    writeFileSync(file, "");
    await expect(runOn(file)).rejects.toMatchObject({ code: "INVALID_ARGUMENT", parameter: "--folder" });
  });
});

describe("the store of the demonstration", () => {
  it("is temporary unless one is named", async () => {
    const temporary = temporaryFolder();
    for (const name of ["TMPDIR", "TEMP", "TMP"]) vi.stubEnv(name, temporary);
    const { report } = await runOn(sampleFolder({ json: 40 })).finally(() => vi.unstubAllEnvs());
    expect(report.store).toBeNull();
    expect(readdirSync(temporary).filter((name) => name.startsWith("policycache-demo-"))).toEqual([]);
  });

  it("answers decisions after the demonstration when it is kept", async () => {
    const store = join(temporaryFolder(), "kept.db");
    const { report, terminal } = await runOn(sampleFolder(THREE_SORTS), { store });
    expect(summaryText(report, terminal.screen)).toContain(`policycache policies --store ${store} --agent demo`);
    const cache = await openCacheAt(store, { workers: "none" });
    const decision = await cache.decide({ agentId: "demo", state: { kind: "json", size: "1-4 KiB" } });
    expect(decision.kind).toBe("serve");
  });

  it("is refused, unchanged, when it has seen a demonstration", async () => {
    const folder = sampleFolder({ json: 40 });
    const store = join(temporaryFolder(), "kept.db");
    await runOn(folder, { store });
    const before = dumpTables(store);
    await expect(runOn(folder, { store })).rejects.toMatchObject({ code: "INVALID_ARGUMENT", parameter: "--store" });
    expect(dumpTables(store)).toEqual(before);
  });
});

describe("an interrupted demonstration", () => {
  it("reports on what was done until then", async () => {
    const folder = sampleFolder(THREE_SORTS);
    const interruption = new AbortController();
    const terminal = collectedTerminal();
    const stopsAtFirstPolicy = {
      ...terminal,
      say: (text: string) => {
        terminal.say(text);
        if (text.includes("->")) interruption.abort();
      },
    };
    const report = await runDemo({ seed: 1, folder, sizeClasses: SIZE_ONLY }, stopsAtFirstPolicy, interruption.signal);
    expect(report.interrupted).toBe(true);
    expect(report.learning.policies.length).toBeGreaterThan(0);
    expect(report.learning.files).toBeLessThan(60);
    expect(report.comparison.policyCache).toEqual({ right: 0, files: 0, rate: null, low: 0, high: 1 });
    expect(summaryText(report, terminal.screen)).toBe("There was nothing to decide yet.");
  });
});
