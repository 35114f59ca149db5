import { describe, expect, it } from "vitest";
import type { Guard } from "../../../src/cache/actions/guard.js";
import type { StandardSchema } from "../../../src/cache/actions/standard-schema.js";
import type { DecidedAction } from "../../../src/cache/cache-types.js";
import type { OutcomeEvent } from "../../../src/cache/events/outcome-event.js";
import type { PolicyCacheOptions } from "../../../src/cache/opening/cache-options.js";
import { PolicyCache } from "../../../src/cache/policy-cache.js";
import { ConfigurationError, InvalidArgumentError } from "../../../src/common/errors.js";
import type { JsonObject } from "../../../src/maths/json/json-value.js";
import { describeOnEveryEngine, openTestCache } from "../../support/stores/stores.js";

const STATE = { task: "deploy", env: "staging" };
const SHIP = { type: "ship", spec: { playbook: "deploy.yml" } };

function successes(count: number, more: Partial<OutcomeEvent> = {}): OutcomeEvent[] {
  return Array(count).fill({ state: STATE, action: SHIP, outcome: "success", ...more });
}

async function cacheWith(options: PolicyCacheOptions, events = successes(8)): Promise<PolicyCache> {
  const cache = await openTestCache("memory", { workers: "inline", ...options });
  await cache.recordMany(events);
  return cache;
}

const schemaFor = (playbook: string): StandardSchema => ({
  "~standard": {
    version: 1,
    vendor: "test",
    validate: (value) => {
      const isRight = (value as { playbook?: string }).playbook === playbook;
      return isRight ? { value } : { issues: [{ message: `expected ${playbook}`, path: ["playbook"] }] };
    },
  },
});

describeOnEveryEngine("a failed guard", (engine) => {
  it("means abstaining with the reason, and is counted for good, in statistics and explain", async () => {
    const actions = { ship: { guard: () => "the freeze is on" } };
    const cache = await openTestCache(engine, { workers: "inline", actions });
    await cache.recordMany(successes(8));
    for (let time = 0; time < 2; time += 1) {
      expect(await cache.decide({ state: STATE })).toMatchObject({
        kind: "abstain",
        reason: "ship: its guard says: the freeze is on.",
        refused: [{ actionType: "ship", by: "guard", reason: "its guard says: the freeze is on" }],
        ranked: [{ evidence: { passes: true } }],
      });
    }
    const explained = await cache.explain({ state: STATE });
    expect(explained.decision.kind).toBe("abstain");
    expect(explained.evidence[0]?.refusals).toMatchObject({ count: 2, lastReason: "its guard says: the freeze is on" });
    expect((await cache.statistics()).totals.refusals).toBe(2);
    await cache.recordMany(successes(1));
    expect((await cache.statistics()).totals).toMatchObject({ refusals: 2, events: 9 });
  });

  it("retires by selector", async () => {
    const cache = await openTestCache(engine, { workers: "inline" });
    const other = { task: "deploy", env: "production" };
    await cache.recordMany([
      ...successes(8, { dependsOn: { playbook: "3" } }),
      ...successes(8, { state: other, dependsOn: { playbook: "4" } }),
      ...successes(8, { action: { type: "ask" } }),
      ...successes(8, { agentId: "other" }),
    ]);
    const kinds = async () => {
      const here = await cache.decide({ state: STATE });
      return [here.ranked.map(({ evidence }) => evidence.passes), (await cache.decide({ state: other })).kind];
    };
    expect(await cache.invalidate({ agentId: "default", dependsOn: { playbook: "5" } })).toMatchObject({ retired: 0 });
    expect(await cache.invalidate({ agentId: "default", dependsOn: { playbook: "3" } })).toMatchObject({ retired: 1 });
    expect(await kinds()).toEqual([[true, false], "serve"]);
    expect(await cache.invalidate({ agentId: "default", state: other, actionType: "ask" })).toMatchObject({
      retired: 0,
    });
    expect(await cache.invalidate({ agentId: "default", state: other, reason: "rollback" })).toMatchObject({
      retired: 1,
    });
    expect(await cache.decide({ state: other })).toMatchObject({ kind: "abstain", reason: /rollback/ });
    expect(await cache.invalidate({ agentId: "default" })).toMatchObject({ retired: 1 });
    expect(await cache.decide({ state: STATE, agentId: "other" })).toMatchObject({ kind: "serve" });
  });
});

describe("a guard", () => {
  it.each<[string, Guard, string]>([
    ["false", () => false, "its guard refused it"],
    ["a text", () => "no", "its guard says: no"],
    ["a promise of false", async () => false, "its guard refused it"],
    ["nothing", (() => undefined) as never, "its guard answered neither true nor false"],
    [
      "an error",
      () => {
        throw new Error("broken");
      },
      "its guard failed: broken",
    ],
    ["a rejection", () => Promise.reject(new Error("down")), "its guard failed: down"],
    ["no answer in time", () => new Promise<boolean>(() => {}), "its guard failed: no answer within 20 ms"],
  ])("that answers with %s refuses, and never throws", async (_answer, guard, reason) => {
    const cache = await cacheWith({ actions: { ship: { guard, guardTimeoutMs: 20 } } });
    expect(await cache.decide({ state: STATE })).toMatchObject({ kind: "abstain", refused: [{ by: "guard", reason }] });
  });

  it("is told the state and the action, and what it does to them changes nothing", async () => {
    const seen: unknown[] = [];
    const guard: Guard = (state, action) => {
      seen.push(structuredClone({ state, action }));
      Object.assign(state, { env: "changed" });
      return true;
    };
    const cache = await cacheWith({ actions: { ship: { guard } } });
    expect((await cache.decide({ state: STATE })).kind).toBe("serve");
    expect((await cache.decide({ state: STATE })).kind).toBe("serve");
    expect(seen).toEqual(Array(2).fill({ state: STATE, action: SHIP }));
  });

  it("that fails lets the next policy be served, and holds for suggestions as well", async () => {
    const events = [...successes(12), ...successes(8, { action: { type: "ask" } })];
    const cache = await cacheWith({ actions: { ask: { guard: () => false } } }, events);
    const refused = [{ actionType: "ask", by: "guard" }];
    expect(await cache.decide({ state: STATE })).toMatchObject({ kind: "serve", action: { type: "ship" }, refused });
    expect(await cache.decide({ state: STATE, errorBudget: 0.05 })).toMatchObject({
      kind: "suggest",
      action: { type: "ship" },
    });
  });

  it("keeps an action from being explored", async () => {
    const cache = await cacheWith({ actions: { drop: { guard: () => false } } }, []);
    const candidates = [{ type: "drop" }, SHIP];
    for (let time = 0; time < 20; time += 1) {
      const explored = await cache.decide({
        state: STATE,
        explore: { strategy: "epsilon-greedy", epsilon: 1, candidates },
      });
      expect(explored).toMatchObject({ kind: "explore", action: SHIP, propensity: 1 });
    }
  });
});

describe("a schema", () => {
  it("must accept the spec of an action that is served", async () => {
    const right = await cacheWith({ actions: { ship: { schema: schemaFor("deploy.yml") } } });
    expect((await right.decide({ state: STATE })).kind).toBe("serve");
    const wrong = await cacheWith({ actions: { ship: { schema: schemaFor("other.yml") } } });
    expect((await wrong.decide({ state: STATE })).refused).toEqual([
      { actionType: "ship", by: "schema", reason: "its schema says: playbook: expected other.yml" },
    ]);
  });
});

describe("validity", () => {
  it("ends at validUntil, of the newest event that says so or of the action type", async () => {
    const now = Date.now() / 1000;
    const expired = await cacheWith({}, [
      ...successes(8, { validUntil: now + 1000 }),
      ...successes(1, { validUntil: 1 }),
    ]);
    expect((await expired.decide({ state: STATE })).refused).toMatchObject([
      { by: "validUntil", reason: "was valid until 1970-01-01T00:00:01.000Z" },
    ]);
    const valid = await cacheWith({}, successes(8, { validUntil: now + 1000 }));
    expect((await valid.decide({ state: STATE })).kind).toBe("serve");
    const type = await cacheWith({ actions: { ship: { validUntilSeconds: 1 } } });
    expect((await type.decide({ state: STATE })).kind).toBe("abstain");
  });

  it("ends when a version it depends on is another now", async () => {
    const cache = await cacheWith({ versions: { playbook: "3" } }, successes(8, { dependsOn: { playbook: "3" } }));
    expect((await cache.decide({ state: STATE })).kind).toBe("serve");
    expect((await cache.decide({ state: STATE, versions: { model: "x" } })).kind).toBe("serve");
    expect((await cache.decide({ state: STATE, versions: { playbook: "4" } })).refused).toEqual([
      { actionType: "ship", by: "dependsOn", reason: "depends on playbook 3, which is 4 now" },
    ]);
  });

  it("begins anew with the first outcome under another version: those before are no evidence for it", async () => {
    const cache = await cacheWith({}, successes(8, { dependsOn: { playbook: "3" } }));
    await cache.recordMany(successes(1, { dependsOn: { playbook: "4" } }));
    const started = await cache.decide({ state: STATE });
    expect(started).toMatchObject({ kind: "abstain", missing: "5 more successes in a row would serve" });
    await cache.recordMany(successes(5, { dependsOn: { playbook: "4" } }));
    expect((await cache.decide({ state: STATE, versions: { playbook: "4" } })).kind).toBe("serve");
    expect((await cache.ranking()).records[0]?.evidence).toMatchObject({
      successes: 6,
      former: { successes: 8, trials: 8 },
      dependsOn: { playbook: "4" },
    });
  });

  it("begins anew before there is a policy as well", async () => {
    const cache = await cacheWith({}, successes(5, { dependsOn: { playbook: "3" } }));
    await cache.recordMany(successes(5, { dependsOn: { playbook: "4" } }));
    expect((await cache.ranking()).records).toEqual([]);
    await cache.recordMany(successes(1, { dependsOn: { playbook: "4" } }));
    expect((await cache.decide({ state: STATE })).kind).toBe("serve");
  });
});

describe("wrong checks", () => {
  it.each([
    [{ guard: "no" }],
    [{ schema: {} }],
    [{ guardTimeoutMs: 0 }],
    [{ guardTimeoutMs: 1e12 }],
    [{ validUntilSeconds: "tomorrow" }],
    [{ dependsOn: { playbook: 3 } }],
  ])("are refused when the cache is opened: %j", async (options) => {
    await expect(PolicyCache.open("memory:", { actions: { ship: options as never } })).rejects.toThrow(
      ConfigurationError,
    );
  });

  it("are refused in events, requests and selectors", async () => {
    const cache = await cacheWith({});
    const wrong = { playbook: 3 } as never;
    await expect(cache.record({ ...successes(1)[0], dependsOn: wrong } as OutcomeEvent)).rejects.toThrow(
      "dependsOn.playbook",
    );
    await expect(cache.record({ ...successes(1)[0], validUntil: -1 } as OutcomeEvent)).rejects.toThrow("validUntil");
    await expect(cache.decide({ state: STATE, versions: wrong })).rejects.toThrow(InvalidArgumentError);
    await expect(cache.invalidate({ agentId: "" })).rejects.toThrow("agentId");
    await expect(PolicyCache.open("memory:", { versions: wrong })).rejects.toThrow(ConfigurationError);
  });
});

describeOnEveryEngine("the parameters of the situation", (engine) => {
  it("are shown to guards, with the action as it would be carried out, and to the fallback, each in a copy", async () => {
    const seen: unknown[] = [];
    const guard = (state: JsonObject, action: DecidedAction, params: JsonObject) => {
      seen.push(structuredClone([state, action, params]));
      Object.assign(params, { file: "other.ts" });
      return true;
    };
    const cache = await openTestCache(engine, { workers: "inline", actions: { edit: { guard } } });
    const state = { task: "lint" };
    for (const file of ["a", "b", "c", "d", "e", "f"]) {
      const action = { type: "edit", spec: { path: file } };
      await cache.record({ state, params: { file }, action, outcome: "success" });
    }
    const params = { file: "new.ts" };
    const decision = await cache.decide({ state, params });
    expect(decision).toMatchObject({ kind: "serve", action: { spec: { path: "new.ts" } } });
    expect(seen).toEqual([[state, { type: "edit", spec: { path: "new.ts" } }, params]]);
    const fallback = (_: unknown, asked: unknown) => {
      seen.push(asked);
      return { type: "edit" };
    };
    await cache.decide({ state: { task: "other" }, params, fallback });
    expect(seen[1]).toEqual({ state: { task: "other" }, params });
    expect(params).toEqual({ file: "new.ts" });
  });
});
