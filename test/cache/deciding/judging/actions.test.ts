import { expect, it } from "vitest";
import type { PolicyCache } from "../../../../src/cache/policy-cache.js";
import type { JsonObject } from "../../../../src/maths/json/json-value.js";
import { describeOnEveryEngine, openTestCache } from "../../../support/stores/stores.js";

const STATE = { task: "ship" };

function run(cmd: string, changes: object = {}) {
  return { state: STATE, action: { type: "run", spec: { cmd } }, outcome: "success", ...changes } as const;
}

function edit(params: JsonObject, spec: JsonObject) {
  return { state: STATE, params, action: { type: "edit_file", spec }, outcome: "success" } as const;
}

async function repeat(
  cache: PolicyCache,
  times: number,
  eventOf: (index: number) => Parameters<PolicyCache["record"]>[0],
) {
  for (let index = 0; index < times; index += 1) await cache.record(eventOf(index));
}

describeOnEveryEngine("the action that was proven", (engine) => {
  it("is the one that is served, whatever else its type did", async () => {
    const cache = await openTestCache(engine, { workers: "inline" });
    await repeat(cache, 5, () => run("deploy"));
    await cache.record(run("wipe"));
    const early = await cache.decide({ state: STATE });
    expect(early).toMatchObject({ kind: "suggest", action: { spec: { cmd: "deploy" } } });
    expect(early.reason).toContain("2 different parameters");
    await cache.record(run("deploy"));
    const late = await cache.decide({ state: STATE });
    expect(late).toMatchObject({
      kind: "serve",
      action: { type: "run", spec: { cmd: "deploy" } },
      policy: { evidence: { successes: 6, trials: 6, ofType: { successes: 7, trials: 7 } } },
    });
  });

  it("does not depend on which event is the newest", async () => {
    const cache = await openTestCache(engine, { workers: "inline", clock: () => 1000 });
    await cache.record(run("wipe", { outcome: "failure", ts: 5_000_000 }));
    await repeat(cache, 30, () => run("deploy"));
    const decision = await cache.decide({ state: STATE, errorBudget: 0.2 });
    expect(decision).toMatchObject({ kind: "serve", action: { spec: { cmd: "deploy" } } });
  });

  it("is none where the parameters vary", async () => {
    const cache = await openTestCache(engine, { workers: "inline" });
    await repeat(cache, 100, (index) => run(`job-${index}`));
    const decision = await cache.decide({ state: STATE });
    expect(decision.kind).toBe("suggest");
    expect(decision.reason).toContain("run was done with 32 different parameters");
    expect((await cache.explain({ state: STATE })).evidence[0]?.actions).toHaveLength(32);
  });

  it("starts over after it was forgotten, and must be proven more strongly", async () => {
    const cache = await openTestCache(engine, { workers: "inline" });
    await cache.record(run("deploy"));
    await repeat(cache, 40, (index) => run(`job-${index}`));
    const needed = async () => {
      for (let count = 1; count < 200; count += 1) {
        await cache.record(run("deploy"));
        if ((await cache.decide({ state: STATE, errorBudget: 0.2 })).kind === "serve") return count;
      }
      return undefined;
    };
    expect(await needed()).toBeGreaterThan(30);
  });

  it("comes second where a guard refuses the best", async () => {
    const guard = (_: unknown, { spec }: { spec: JsonObject }) => spec.cmd !== "deploy" || "not on Fridays";
    const cache = await openTestCache(engine, { workers: "inline", actions: { run: { guard } } });
    await repeat(cache, 20, () => run("deploy"));
    await repeat(cache, 10, () => run("restart"));
    const decision = await cache.decide({ state: STATE });
    expect(decision).toMatchObject({
      kind: "serve",
      action: { spec: { cmd: "restart" } },
      policy: { evidence: { successes: 10, trials: 10 } },
      refused: [{ by: "guard", reason: "its guard says: not on Fridays" }],
    });
  });
});

describeOnEveryEngine("a template", (engine) => {
  it("is found in what parameters explain, and filled from others", async () => {
    const cache = await openTestCache(engine, { workers: "inline" });
    await repeat(cache, 6, (index) => edit({ file: `src/${index}.ts` }, { path: `src/${index}.ts`, mode: "fix" }));
    const decision = await cache.decide({ state: STATE, params: { file: "src/new.ts" } });
    expect(decision).toMatchObject({
      kind: "serve",
      action: { type: "edit_file", spec: { path: "src/new.ts", mode: "fix" } },
      policy: {
        evidence: {
          successes: 6,
          trials: 6,
          action: { spec: { path: null, mode: "fix" }, slots: { path: { from: "file", type: "string" } } },
        },
      },
    });
    if (decision.kind !== "serve") throw new Error("not served");
    await cache.report(decision.decisionId, { outcome: "success" });
    const after = await cache.decide({ state: STATE, params: { file: "a" } });
    expect(after).toMatchObject({
      policy: { evidence: { trials: 7, action: { taken: { successes: 1, trials: 1 } } } },
    });
  });

  it("is not served without the parameter it needs, or with one of another type", async () => {
    const cache = await openTestCache(engine, { workers: "inline" });
    await repeat(cache, 6, (index) => edit({ file: `${index}.ts` }, { path: `${index}.ts` }));
    const refused = (reason: string) => ({ kind: "abstain", refused: [{ by: "params", reason }] });
    expect(await cache.decide({ state: STATE })).toMatchObject(refused("params.file is missing, which fills its path"));
    expect(await cache.decide({ state: STATE, params: { file: 7 } })).toMatchObject(
      refused("params.file is of type number, where its path was of type string"),
    );
    expect((await cache.explain({ state: STATE })).evidence[0]?.refusals).toBeUndefined();
  });

  it("has no slot that was filled with one value only: a constant may equal a parameter by chance", async () => {
    const cache = await openTestCache(engine, { workers: "inline" });
    await repeat(cache, 8, (index) => edit({ file: `${index}.ts`, count: 3 }, { path: `${index}.ts`, retries: 3 }));
    expect(await cache.decide({ state: STATE, params: { file: "new.ts", count: 50 } })).toMatchObject({
      kind: "serve",
      action: { spec: { path: "new.ts", retries: 3 } },
    });
  });

  it("takes declared slots at their word, and counts what they do not explain as it is", async () => {
    const actions = { edit_file: { slots: { path: "target.file" } } };
    const cache = await openTestCache(engine, { workers: "inline", actions });
    await repeat(cache, 6, () => edit({ target: { file: "a.ts" }, mode: "fix" }, { path: "a.ts", mode: "fix" }));
    await repeat(cache, 3, () => edit({ target: { file: "a.ts" } }, { path: "other.ts" }));
    const decision = await cache.decide({ state: STATE, params: { target: { file: "b.ts" } } });
    expect(decision).toMatchObject({ kind: "serve", action: { spec: { path: "b.ts", mode: "fix" } } });
    const [evidence] = (await cache.explain({ state: STATE })).evidence;
    expect(evidence?.actions.map(({ spec, trials }) => ({ spec, trials }))).toEqual([
      { spec: { path: null, mode: "fix" }, trials: 6 },
      { spec: { path: "other.ts" }, trials: 3 },
    ]);
  });

  it("is checked by its schema and its guard once it is filled", async () => {
    const seen: unknown[] = [];
    const schema = {
      "~standard": {
        version: 1 as const,
        vendor: "test",
        validate: (value: unknown) =>
          (value as { path: string }).path.startsWith("/etc") ? { issues: [{ message: "not there" }] } : { value },
      },
    };
    const guard = (_: unknown, action: unknown) => {
      seen.push(action);
      return true;
    };
    const cache = await openTestCache(engine, { workers: "inline", actions: { edit_file: { schema, guard } } });
    await repeat(cache, 6, (index) => edit({ file: `${index}.ts` }, { path: `${index}.ts` }));
    expect(await cache.decide({ state: STATE, params: { file: "/etc/passwd" } })).toMatchObject({
      kind: "abstain",
      refused: [{ by: "schema", reason: "its schema says: not there" }],
    });
    expect((await cache.decide({ state: STATE, params: { file: "new.ts" } })).kind).toBe("serve");
    expect(seen).toEqual([{ type: "edit_file", spec: { path: "new.ts" } }]);
  });

  it("counts for every action that explains what was done", async () => {
    const cache = await openTestCache(engine, { workers: "inline" });
    await repeat(cache, 6, () => edit({ file: "a.ts" }, { path: "a.ts" }));
    const decision = await cache.decide({ state: STATE, params: { file: "a.ts" } });
    expect(decision).toMatchObject({ kind: "serve", action: { spec: { path: "a.ts" } } });
    if (decision.kind !== "serve") throw new Error("not served");
    await cache.report(decision.decisionId, { outcome: "success" });
    const [evidence] = (await cache.explain({ state: STATE })).evidence;
    expect(evidence?.actions.map(({ taken }) => taken.trials)).toEqual([1, 1]);
    expect(evidence?.ofType).toEqual({ successes: 7, trials: 7 });
  });
});
