import { expect, it } from "vitest";
import { type ListedBlock, type OutcomeEvent, PolicyCache } from "../../../src/index.js";
import { importStore, verifyExport } from "../../../src/migration/import-store.js";
import { linesOf } from "../../migration/export-content.js";
import { eventually } from "../../support/eventually.js";
import {
  describeOnEveryEngine,
  freshLocation,
  openCacheAt,
  openTestCache,
  openTestStore,
} from "../../support/stores/stores.js";

const NOW = 1_750_000_000;
const state = { task: "deploy" };
const ship = { type: "ship", spec: { to: "prod" } };

async function succeed(cache: PolicyCache, count: number, more: Partial<OutcomeEvent> = {}): Promise<void> {
  for (let index = 0; index < count; index += 1)
    await cache.record({ state, action: ship, outcome: "success", ...more });
}

async function listed(cache: PolicyCache, after?: string): Promise<ListedBlock[]> {
  const blocks: ListedBlock[] = [];
  for await (const block of cache.blocks({ after })) blocks.push(block);
  return blocks;
}

async function* source(lines: readonly string[]) {
  yield `${lines.join("\n")}\n`;
}

describeOnEveryEngine("blocking", (engine) => {
  it("lasts through any number of successes, until it is taken away", async () => {
    const cache = await openTestCache(engine, { workers: "inline" });
    await succeed(cache, 6);
    expect((await cache.decide({ state })).kind).toBe("serve");
    expect(await cache.block({ state, action: { type: "ship" }, reason: "never again" })).toBe(true);
    await succeed(cache, 20);
    expect(await cache.decide({ state })).toMatchObject({
      kind: "abstain",
      reason: "ship: blocked: never again.",
      refused: [{ actionType: "ship", by: "block", reason: "blocked: never again" }],
      nearest: { successes: 26, blocks: [{ reason: "never again" }] },
    });
    expect(await cache.unblock({ state, action: { type: "ship" } })).toBe(true);
    expect(await cache.unblock({ state, action: { type: "ship" } })).toBe(false);
    expect(await cache.decide({ state })).toMatchObject({ kind: "serve", policy: { evidence: { trials: 26 } } });
  });

  it("holds before there is a policy, and is no outcome", async () => {
    const cache = await openTestCache(engine, { workers: "inline" });
    expect(await cache.block({ state, action: { type: "ship" }, reason: "not yet" })).toBe(true);
    expect(await cache.decide({ state })).toMatchObject({
      kind: "abstain",
      reason: "ship: blocked: not yet.",
      refused: [{ actionType: "ship", by: "block" }],
    });
    await succeed(cache, 6);
    expect(await cache.decide({ state })).toMatchObject({ kind: "abstain", reason: "ship: blocked: not yet." });
    await cache.unblock({ state, action: { type: "ship" } });
    expect(await cache.decide({ state })).toMatchObject({ kind: "serve", policy: { evidence: { trials: 6 } } });
  });

  it("blocks the very action with its parameters, and no other of its type", async () => {
    const cache = await openTestCache(engine, { workers: "inline" });
    await succeed(cache, 20);
    await cache.block({ state, action: { type: "ship", spec: { to: "test" } }, reason: "another one" });
    expect((await cache.decide({ state })).kind).toBe("serve");
    await cache.block({ state, action: ship, reason: "this one" });
    expect(await cache.decide({ state })).toMatchObject({ kind: "abstain", reason: "ship: blocked: this one." });
    expect(await cache.unblock({ state, action: { type: "ship" } })).toBe(false);
    await cache.unblock({ state, action: ship });
    expect((await cache.decide({ state })).kind).toBe("serve");
    expect((await cache.explain({ state })).evidence[0]?.blocks).toMatchObject([{ spec: { to: "test" } }]);
  });

  it("blocks what a template gives in a situation", async () => {
    const actions = { mail: { slots: { to: "customer" } } };
    const cache = await openTestCache(engine, { workers: "inline", actions });
    for (const customer of ["a", "b", "c", "a", "b", "c", "a", "b"]) {
      const action = { type: "mail", spec: { to: customer } };
      await cache.record({ state, params: { customer }, action, outcome: "success" });
    }
    await cache.block({ state, action: { type: "mail", spec: { to: "b" } }, reason: "has asked us not to" });
    expect((await cache.decide({ state, params: { customer: "a" } })).kind).toBe("serve");
    expect(await cache.decide({ state, params: { customer: "b" } })).toMatchObject({
      kind: "abstain",
      reason: "mail: blocked: has asked us not to.",
    });
  });

  it("stays when the policy is deleted with its evidence", async () => {
    const cache = await openTestCache(engine, { workers: "inline" });
    await succeed(cache, 6);
    await cache.block({ state, action: { type: "ship" }, reason: "never again" });
    const { stateFingerprint } = await cache.decide({ state });
    const identity = { agentId: "default", stateFingerprint, actionType: "ship" };
    expect(await cache.policies.delete(identity)).toBe(true);
    expect((await cache.explain({ state })).evidence).toMatchObject([{ successes: 0, trials: 0, actions: [] }]);
    await succeed(cache, 6);
    expect(await cache.decide({ state })).toMatchObject({ kind: "abstain", reason: "ship: blocked: never again." });
    await cache.unblock({ state, action: { type: "ship" } });
    expect(await cache.decide({ state })).toMatchObject({ kind: "serve", policy: { evidence: { trials: 6 } } });
    expect(await cache.policies.delete(identity)).toBe(true);
    expect((await cache.explain({ state })).evidence).toEqual([]);
  });

  it("is listed with all others of the agent, state by state", async () => {
    const cache = await openTestCache(engine, { workers: "inline", clock: () => NOW });
    const other = { task: "roll back" };
    await cache.block({ state, action: { type: "ship" }, reason: "frozen", until: NOW + 10 });
    await cache.block({ state, action: { type: "ship", spec: { to: "test" } }, reason: "broken" });
    await cache.block({ state: other, action: { type: "wipe" }, reason: "never" });
    await cache.block({ agentId: "b", state, action: { type: "ship" }, reason: "another agent" });
    await succeed(cache, 3);
    const blocks = await listed(cache);
    const at = { blockedAtSeconds: NOW };
    const ofShip = { ...at, actionType: "ship", stateFeatures: state };
    const fingerprint = expect.stringMatching(/^[0-9a-f]{16}$/);
    expect(blocks).toHaveLength(3);
    expect(blocks).toEqual(
      expect.arrayContaining([
        { ...ofShip, stateFingerprint: fingerprint, reason: "frozen", untilSeconds: NOW + 10 },
        { ...ofShip, stateFingerprint: fingerprint, reason: "broken", spec: { to: "test" } },
        { ...at, stateFingerprint: fingerprint, actionType: "wipe", stateFeatures: other, reason: "never" },
      ]),
    );
    const first = blocks[0]?.stateFingerprint;
    const rest = await listed(cache, first);
    expect(rest).toEqual(blocks.filter(({ stateFingerprint }) => stateFingerprint !== first));
  });

  it("tells whether something changed, and replaces the reason and the time", async () => {
    const cache = await openTestCache(engine, { workers: "inline", clock: () => NOW });
    const action = { type: "ship" };
    const events: unknown[] = [];
    cache.on("blocked", (event) => events.push(event));
    expect(await cache.block({ state, action, reason: "one" })).toBe(true);
    expect(await cache.block({ state, action, reason: "one" })).toBe(false);
    expect(await cache.block({ state, action, reason: "two", until: NOW + 10 })).toBe(true);
    expect((await cache.explain({ state })).evidence[0]?.blocks).toEqual([
      { reason: "two", blockedAtSeconds: NOW, untilSeconds: NOW + 10 },
    ]);
    await cache.block({ state, action: ship, reason: "three" });
    await cache.unblock({ state, action: ship });
    expect(events).toMatchObject([
      { actionType: "ship", reason: "one" },
      { reason: "two", untilSeconds: NOW + 10 },
      { reason: "three", spec: { to: "prod" } },
    ]);
    expect(events[0]).not.toHaveProperty("spec");
    const over = cache.block({ state, action, reason: "over", until: NOW });
    await expect(over).rejects.toMatchObject({ code: "INVALID_ARGUMENT", parameter: "until" });
  });

  it("is over at its time", async () => {
    let now = NOW;
    const cache = await openTestCache(engine, { workers: "inline", clock: () => now });
    await succeed(cache, 6);
    await cache.block({ state, action: ship, reason: "frozen", until: NOW + 10 });
    now = NOW + 9.5;
    expect((await cache.decide({ state })).kind).toBe("abstain");
    now = NOW + 10;
    expect((await cache.decide({ state })).kind).toBe("serve");
  });

  it("is never suggested, tried or explored, and the agent's own way may still choose it", async () => {
    const cache = await openTestCache(engine, { workers: "inline" });
    await succeed(cache, 6);
    await succeed(cache, 5, { outcome: "failure" });
    await cache.block({ state, action: { type: "ship" }, reason: "no" });
    expect((await cache.decide({ state })).kind).toBe("abstain");
    expect((await cache.decide({ state, explore: "epsilon-greedy" })).kind).toBe("abstain");
    const candidates = [ship, { type: "wait" }];
    for (let index = 0; index < 20; index += 1) {
      const explored = await cache.decide({ state, explore: { strategy: "epsilon-greedy", candidates, epsilon: 1 } });
      expect(explored).toMatchObject({ kind: "explore", action: { type: "wait" } });
    }
    const own = await cache.decide({ state, errorBudget: 0.2, trials: { rate: 1 }, fallback: () => ship });
    expect(own).toMatchObject({ kind: "fallback", action: ship });
    await cache.report(own.decisionId, { outcome: "success" });
    expect((await cache.explain({ state })).evidence[0]).toMatchObject({ trials: 12, blocks: [{ reason: "no" }] });
  });

  it("is in force for a policy that was created by hand, and without it leaves other agents alone", async () => {
    const cache = await openTestCache(engine, { workers: "inline" });
    const { stateFingerprint } = await cache.decide({ state });
    const fields = { stateFeatures: state, actionSpec: {} };
    await cache.policies.create({ agentId: "default", stateFingerprint, actionType: "ship", ...fields });
    await cache.block({ state, action: { type: "ship" }, reason: "no" });
    expect(await cache.decide({ state })).toMatchObject({ kind: "abstain", reason: "ship: blocked: no." });
    await succeed(cache, 6, { agentId: "other" });
    expect((await cache.decide({ agentId: "other", state })).kind).toBe("serve");
  });

  it("is seen by another cache on the same store, and survives retirement, restoring and invalidation", async () => {
    const cache = await openTestCache(engine, { workers: "inline" });
    const other = await PolicyCache.open(cache.store, { workers: "inline" });
    await succeed(cache, 6);
    expect((await other.decide({ state })).kind).toBe("serve");
    await cache.block({ state, action: ship, reason: "no" });
    expect((await other.decide({ state })).kind).toBe("abstain");
    await cache.retire({ state, actionType: "ship" }, "moving");
    await cache.restore({ state, actionType: "ship" });
    await cache.invalidate({ state });
    await succeed(cache, 6);
    expect(await other.decide({ state })).toMatchObject({ kind: "abstain", reason: "ship: blocked: no." });
  });

  it("moves with an export, which is refused when its blocks are damaged", async () => {
    const cache = await openTestCache(engine, { workers: "inline" });
    await succeed(cache, 6);
    await cache.block({ state, action: { type: "ship" }, reason: "no" });
    const lines = await linesOf(cache.store);
    const store = await openTestStore(engine);
    await importStore(store, source(lines));
    const copy = await PolicyCache.open(store, { workers: "inline" });
    await succeed(copy, 6);
    expect(await copy.decide({ state })).toMatchObject({ kind: "abstain", reason: "ship: blocked: no." });
    const line = lines.find((one) => one.includes("blockedSpecs")) ?? "";
    for (const [from, to] of [
      ['"blockedSpecs":[""]', '"blockedSpecs":["{"]'],
      ['"blockedReasons":["no"]', '"blockedReasons":[]'],
    ] as const) {
      expect(line).toContain(from);
      await expect(
        verifyExport(source(lines.map((one) => (one === line ? line.replace(from, to) : one)))),
      ).rejects.toThrow();
    }
  });

  it("is in force for the near caches of other connections, and after opening the store again", async () => {
    const place = freshLocation(engine);
    const cache = await openCacheAt(place, { workers: "inline" });
    if (engine === "memory") return;
    const near = await openCacheAt(place, engine === "redis" ? { nearCache: true } : {});
    await succeed(cache, 6);
    await eventually("served", async () => (await near.decide({ state })).kind === "serve");
    await cache.block({ state, action: { type: "ship" }, reason: "no" });
    await eventually("blocked", async () => (await near.decide({ state })).kind === "abstain");
    await cache.close();
    const again = await openCacheAt(place, { workers: "inline" });
    await succeed(again, 6);
    expect(await again.decide({ state })).toMatchObject({ kind: "abstain", reason: "ship: blocked: no." });
  });

  it("refuses what it cannot mean, and changes nothing", async () => {
    const cache = await openTestCache(engine, { workers: "inline" });
    const request = { state, action: ship, reason: "no" };
    await expect(cache.block({ ...request, reason: "" })).rejects.toThrow("reason");
    await expect(cache.block({ ...request, reason: "x".repeat(513) })).rejects.toThrow("reason");
    await expect(cache.block({ ...request, until: Date.now() })).rejects.toThrow("until");
    await expect(cache.block({ ...request, until: 0 })).rejects.toThrow("until");
    await expect(cache.block({ ...request, untill: NOW } as never)).rejects.toThrow("untill");
    await expect(cache.unblock({ ...request } as never)).rejects.toThrow("reason");
    await expect(cache.block({ action: ship, reason: "no" } as never)).rejects.toThrow("state");
    await expect(cache.block({ state, action: { spec: {} }, reason: "no" } as never)).rejects.toThrow("action.type");
    expect((await cache.statistics()).totals.states).toBe(0);
  });

  it("has room for a hundred actions of a type", async () => {
    const cache = await openTestCache(engine, { workers: "inline" });
    const blockOne = (n: number) => cache.block({ state, action: { type: "ship", spec: { n } }, reason: "no" });
    for (let n = 0; n < 100; n += 1) await blockOne(n);
    await expect(blockOne(100)).rejects.toMatchObject({ code: "LIMIT_REACHED" });
    expect(await cache.unblock({ state, action: { type: "ship", spec: { n: 50 } } })).toBe(true);
    expect(await blockOne(100)).toBe(true);
  });
});
