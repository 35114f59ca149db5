import { expect, it } from "vitest";
import { PolicyCache } from "../../src/cache/policy-cache.js";
import { DataFormatError } from "../../src/common/errors.js";
import { importStore } from "../../src/migration/import-store.js";
import { migrateStore } from "../../src/migration/migrate-store.js";
import { startChild } from "../support/child-process.js";
import { eventually } from "../support/eventually.js";
import {
  describeOnDurableEngines,
  describeOnEveryEngine,
  freshLocation,
  openCacheAt,
  openTestStore,
} from "../support/stores/stores.js";
import { asSource, formerExport, makeFormerStore, withMoreAgents } from "./format-1.js";

const NOW = 1_800_000_100;

async function decisionsOf(cache: PolicyCache, agentId = "agent-1") {
  const tasks = ["deploy", "early", "mixed", "broken", "withdrawn", "versions"];
  const decisions = await Promise.all(tasks.map((task) => cache.decide({ agentId, state: { task } })));
  return Object.fromEntries(tasks.map((task, index) => [task, decisions[index]]));
}

/** What a store of format 1 says once it is converted. */
async function expectConverted(cache: PolicyCache, agentId = "agent-1") {
  const { deploy, early, mixed, broken, withdrawn, versions } = await decisionsOf(cache, agentId);
  expect(deploy).toMatchObject({
    kind: "serve",
    action: { spec: { cmd: "deploy" } },
    policy: { evidence: { trials: 41, successes: 41, action: { own: { decisions: 40, successes: 40 } } } },
  });
  expect(early).toMatchObject({ kind: "abstain", nearest: { trials: 3, successesMissing: 3 } });
  expect(broken).toMatchObject({
    kind: "abstain",
    nearest: { retired: { reason: "outcomes" }, successesMissing: expect.any(Number) },
  });
  expect(withdrawn).toMatchObject({ kind: "abstain", nearest: { retired: { reason: "not here" } } });
  expect(versions).toMatchObject({
    kind: "serve",
    policy: { evidence: { dependsOn: { playbook: "3" }, validUntilSeconds: 1_900_000_000 } },
  });
  return mixed;
}

describeOnDurableEngines("a store of format 1", (engine) => {
  const open = (location: string) => openCacheAt(location, { workers: "inline", clock: () => NOW });

  it("is refused, and says what to do; nothing is changed", async () => {
    const location = freshLocation(engine);
    await makeFormerStore(location, formerExport("events"));
    await expect(open(location)).rejects.toThrow(DataFormatError);
    await expect(open(location)).rejects.toMatchObject({ hint: expect.stringContaining("policycache migrate") });
    await migrateStore(location);
  });

  it("is converted: what it served it serves, and goes on learning", async () => {
    const location = freshLocation(engine);
    await makeFormerStore(location, formerExport("events"));
    expect(await migrateStore(location)).toEqual({ states: 8, converted: 9, varied: 1 });
    const cache = await open(location);
    const mixed = await expectConverted(cache);
    // 5 deployments and 3 wipes were one count of 8 of 8, served as "wipe".
    expect(mixed).toMatchObject({ kind: "suggest", action: { spec: { cmd: "deploy" } } });
    await cache.record({
      agentId: "agent-1",
      state: { task: "early" },
      action: { type: "run", spec: { cmd: "wait" } },
      outcome: "success",
    });
    expect(await cache.decide({ agentId: "agent-1", state: { task: "early" } })).toMatchObject({
      nearest: { trials: 4, successes: 4 },
    });
    expect(await migrateStore(location)).toEqual({ states: 8, converted: 0, varied: 1 });
  });

  it("remembers in which states its episodes were", async () => {
    const location = freshLocation(engine);
    await makeFormerStore(location, formerExport("episodes"));
    await migrateStore(location);
    const cache = await open(location);
    const state = { task: "episodes" };
    const evidence = async () => (await cache.explain({ agentId: "agent-1", state })).evidence[0]?.action?.trials;
    const before = await evidence();
    const action = { type: "run", spec: {} };
    await cache.record({ agentId: "agent-1", state, action, outcome: "success", episodeId: "e3" });
    expect(await evidence()).toBe(before);
    await cache.record({ agentId: "agent-1", state, action, outcome: "success", episodeId: "new" });
    expect(await evidence()).toBe((before ?? 0) + 1);
  });

  it("loses nothing when its conversion is killed, and cannot be opened until it is complete", async () => {
    const location = freshLocation(engine);
    await makeFormerStore(location, withMoreAgents(formerExport("events"), 400));
    for (const steps of [1, 60, 200]) {
      const child = startChild("migrator.ts", [location]);
      await eventually(`${steps} steps`, () => child.lines.length >= steps);
      child.process.kill("SIGKILL");
      await child.ended;
      expect(child.lines).not.toContain("done");
      await expect(open(location)).rejects.toThrow("migration");
    }
    const { converted } = await migrateStore(location);
    expect(converted).toBeGreaterThan(0);
    const cache = await open(location);
    for (const agentId of ["agent-1", "copy-0", "copy-123", "copy-399"]) await expectConverted(cache, agentId);
  }, 120_000);

  it("gives ids that can be reported to one who only reads it first", async () => {
    const location = freshLocation(engine);
    await makeFormerStore(location, formerExport("events"));
    await migrateStore(location);
    const reader = await openCacheAt(location, { readOnly: true, workers: "none", clock: () => NOW });
    const { deploy } = await decisionsOf(reader);
    if (deploy?.kind !== "serve") throw new Error(deploy?.reason);
    const cache = await open(location);
    expect((await cache.report(deploy.decisionId, { outcome: "success" })).status).toBe("learned");
  });

  it("is not made by migrating what is not there", async () => {
    await expect(migrateStore(freshLocation(engine))).rejects.toMatchObject({ code: "STORE_NOT_FOUND" });
  });
});

describeOnEveryEngine("an export of version 1", (engine) => {
  it("is converted when it is imported", async () => {
    const store = await openTestStore(engine);
    await importStore(store, asSource(formerExport("events")));
    await expectConverted(await PolicyCache.open(store, { workers: "inline" }));
  });
});
