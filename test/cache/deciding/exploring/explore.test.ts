import { expect, it } from "vitest";
import type { ExploredDecision } from "../../../../src/cache/deciding/exploring/explore.js";
import type { ExplorationStrategy, ExploreOptions } from "../../../../src/cache/deciding/exploring/explore-options.js";
import type { PolicyCacheOptions } from "../../../../src/cache/opening/cache-options.js";
import type { PolicyCache } from "../../../../src/cache/policy-cache.js";
import { OUTCOME_STREAM } from "../../../../src/cache/recording/outcome-stream.js";
import { InvalidArgumentError } from "../../../../src/common/errors.js";
import { readEntries } from "../../../../src/operations/streams/streams.js";
import { DEPLOY, failures, outcome, successes } from "../../../support/events.js";
import { expectWithin } from "../../../support/golden.js";
import { ManualClock } from "../../../support/manual-clock.js";
import { seededRandom } from "../../../support/seeded-random.js";
import { describeOnEveryEngine, type EngineName, openTestCache } from "../../../support/stores/stores.js";

const AGENT = { agentId: "agent-1", state: DEPLOY };
const STRATEGIES: readonly ExplorationStrategy[] = ["greedy", "epsilon-greedy", "softmax", "ucb1", "thompson"];

async function explore(
  cache: PolicyCache,
  options: ExploreOptions | ExplorationStrategy,
  state = DEPLOY,
): Promise<ExploredDecision> {
  const decision = await cache.decide({ agentId: "agent-1", state, explore: options });
  if (decision.kind !== "explore") throw new Error(`${decision.kind}: ${decision.reason}`);
  return decision;
}

/** Three actions in {@link DEPLOY}: 6 of 6, 2 of 4 and 0 of 2 successes. */
async function withThreeActions(engine: EngineName, options: PolicyCacheOptions = {}) {
  const cache = await openTestCache(engine, { workers: "inline", random: seededRandom(1), ...options });
  await cache.recordMany([
    ...successes(6, { reward: 1 }),
    ...successes(2, { reward: 1, action: { type: "ask" } }),
    ...failures(2, { reward: 0, action: { type: "ask" } }),
    ...failures(2, { reward: 0, action: { type: "wait", spec: { seconds: 5 } } }),
  ]);
  return cache;
}

describeOnEveryEngine("exploring", (engine) => {
  it.each(STRATEGIES)("chooses every action as often as its propensity says, with %s", async (strategy) => {
    const cache = await withThreeActions(engine);
    const { candidates } = await explore(cache, strategy);
    const draws = 600;
    const chosen = new Map<string, number>();
    for (let draw = 0; draw < draws; draw += 1) {
      const { action, propensity } = await explore(cache, strategy);
      expect(propensity).toBe(candidates.find(({ type }) => type === action.type)?.propensity);
      chosen.set(action.type, (chosen.get(action.type) ?? 0) + 1);
    }
    expect(candidates.map(({ type }) => type)).toEqual(["ask", "run_playbook", "wait"]);
    expectWithin(
      candidates.reduce((sum, { propensity }) => sum + propensity, 0),
      1,
      1e-12,
    );
    for (const { type, propensity } of candidates) {
      const deviation = Math.sqrt((propensity * (1 - propensity)) / draws);
      expectWithin((chosen.get(type) ?? 0) / draws, propensity, 4 * deviation, type);
    }
  });

  it("draws the same from the same seed", async () => {
    const draw = async () => {
      const cache = await withThreeActions(engine);
      const types: string[] = [];
      for (let index = 0; index < 20; index += 1) types.push((await explore(cache, "thompson")).action.type);
      return types;
    };
    expect(await draw()).toEqual(await draw());
  });

  it("draws the same for one episode in one state, whatever else is drawn", async () => {
    const cache = await withThreeActions(engine);
    const options = { strategy: "epsilon-greedy", epsilon: 1 } as const;
    const chosen = new Set<string>();
    for (let episode = 0; episode < 30; episode += 1) {
      const sticky = { ...options, episodeId: `episode-${episode}` };
      const first = await explore(cache, sticky);
      await explore(cache, options);
      expect((await explore(cache, sticky)).action).toEqual(first.action);
      chosen.add(first.action.type);
    }
    expect(chosen.size).toBe(3);
    const seeds = ["a", "b", "c", "d", "e", "f", "g", "h"];
    const ofSeeds = seeds.map((seed) => explore(cache, { ...options, episodeId: "episode-1", seed }));
    expect(new Set((await Promise.all(ofSeeds)).map(({ action }) => action.type)).size).toBeGreaterThan(1);
  });

  it("writes nothing", async () => {
    const cache = await withThreeActions(engine);
    const before = await cache.statistics();
    await explore(cache, { strategy: "thompson", candidates: [{ type: "never taken" }] });
    expect(await cache.statistics()).toEqual(before);
  });

  it("tries given actions that were never taken, and learns from their outcome without a policy", async () => {
    const cache = await openTestCache(engine, { workers: "inline", random: seededRandom(1) });
    const candidates = [{ type: "fly", spec: { to: "moon" } }];
    const { decisionId, action, propensity } = await explore(cache, { strategy: "ucb1", candidates });
    expect({ action, propensity }).toEqual({ action: candidates[0], propensity: 1 });
    expect(await cache.report(decisionId, { outcome: "failure", reward: -1 })).toEqual({
      status: "learned",
      tdError: -1,
      predictionError: 1,
      qValue: -0.1,
    });
    expect((await cache.report(decisionId, { outcome: "failure", reward: -1 })).status).toBe("repeated");
    expect((await cache.explain(AGENT)).evidence).toMatchObject([
      { actionType: "fly", successes: 0, trials: 1, qValue: -0.1 },
    ]);
  });

  it("crystallizes an action that only explored decisions took, with its features and specification", async () => {
    const cache = await openTestCache(engine, { workers: "inline", random: seededRandom(1) });
    const explored = { strategy: "greedy", candidates: [{ type: "fly", spec: { to: "moon" } }] } as const;
    for (let index = 0; index < 6; index += 1) {
      await cache.report((await explore(cache, explored)).decisionId, { outcome: "success" });
    }
    expect(await cache.decide(AGENT)).toMatchObject({ kind: "serve", action: { type: "fly", spec: { to: "moon" } } });
    const { records } = await cache.policies.query({ agentId: "agent-1" });
    expect(records).toMatchObject([{ stateFeatures: DEPLOY, actionSpec: { to: "moon" } }]);
    const again = await explore(cache, "greedy");
    expect(again).toMatchObject({ action: { type: "fly", spec: { to: "moon" } }, policy: { evidence: { trials: 6 } } });
    expect(await cache.report(again.decisionId, { outcome: "success" })).toMatchObject({ confidence: 0.7 });
  });

  it("adds the best value of the state that followed to the reward of an action without a policy", async () => {
    const cache = await withThreeActions(engine);
    const candidates = [{ type: "start" }];
    const { decisionId } = await explore(cache, { strategy: "greedy", candidates }, { task: "before" });
    const best = (await cache.explain(AGENT)).evidence.find(({ actionType }) => actionType === "run_playbook")?.qValue;
    const result = await cache.report(decisionId, { outcome: "success", reward: 0.5, nextState: DEPLOY });
    expect(result.tdError).toBe(0.5 + 0.95 * (best ?? Number.NaN));
  });

  it("logs the outcome with its propensity, for evaluation, and counts it once", async () => {
    const clock = new ManualClock();
    const cache = await withThreeActions(engine, { clock: clock.read });
    const { decisionId, action, propensity } = await explore(cache, "softmax");
    clock.advance(3600);
    await cache.report(decisionId, { outcome: "success", reward: 0.25, nextState: { task: "verify" } });
    const entries = await cache.store.run(
      readEntries,
      { keys: { stream: OUTCOME_STREAM }, afterId: "", limit: 100 },
      0,
    );
    expect(entries.map(({ fields }) => fields.op)).toEqual([...Array.from({ length: 12 }, () => "outcome"), "report"]);
    expect(entries.at(-1)?.fields).toMatchObject({
      agentId: "agent-1",
      actionType: action.type,
      stateFeatures: '{"env": "staging", "task": "deploy"}',
      outcome: "success",
      reward: 0.25,
      propensity,
      ts: clock.nowSeconds,
      nextStateFeatures: '{"task": "verify"}',
    });
    await cache.record(outcome("success"));
    await cache.flush();
    expect(await cache.statistics()).toMatchObject({ totals: { events: 14 }, malformed: 0 });
  });

  it("counts a reported outcome once even when recorded ones wait before it", async () => {
    const cache = await openTestCache(engine, { workers: "none", random: seededRandom(1) });
    await cache.recordMany(successes(2));
    const { decisionId } = await explore(cache, { strategy: "greedy", candidates: [{ type: "ask" }] });
    await cache.report(decisionId, { outcome: "success" });
    await cache.recordMany(successes(1));
    await cache.flush();
    expect(await cache.statistics()).toMatchObject({ totals: { events: 4, pairs: 2 }, malformed: 0 });
  });

  it("answers as usual in a state where nothing can be chosen", async () => {
    const cache = await openTestCache(engine);
    expect(await cache.decide({ ...AGENT, explore: "thompson" })).toMatchObject({ kind: "abstain" });
  });

  it("serves what is served when asked to explore the rest only", async () => {
    const cache = await withThreeActions(engine);
    const rest = { strategy: "epsilon-greedy", epsilon: 1, unlessServed: true } as const;
    expect(await cache.decide({ ...AGENT, explore: rest })).toMatchObject({ kind: "serve" });
    await cache.recordMany(failures(6));
    expect(await cache.decide({ ...AGENT, explore: rest })).toMatchObject({ kind: "explore" });
  });

  it("never draws an action that cannot be undone, even when it is the only one given", async () => {
    const cache = await withThreeActions(engine, { actions: { ask: { irreversible: true } } });
    const anything = { strategy: "epsilon-greedy", epsilon: 1 } as const;
    for (let draw = 0; draw < 40; draw += 1) {
      const { candidates } = await explore(cache, anything);
      expect(candidates.map(({ type }) => type)).toEqual(["run_playbook", "wait"]);
    }
    const only = { ...anything, candidates: [{ type: "ask" }] };
    expect(await cache.decide({ ...AGENT, explore: only })).toMatchObject({ kind: "serve" });
    expect(await cache.decide({ ...AGENT, state: {}, explore: only })).toMatchObject({ kind: "abstain" });
  });

  it("serves an action that cannot be undone where its evidence serves it, and explores nothing there", async () => {
    const cache = await withThreeActions(engine, { actions: { run_playbook: { irreversible: true } } });
    const anything = { strategy: "epsilon-greedy", epsilon: 1 } as const;
    expect(await cache.decide({ ...AGENT, explore: anything })).toMatchObject({ kind: "serve" });
    await cache.recordMany(failures(6));
    expect((await explore(cache, anything)).candidates.map(({ type }) => type)).toEqual(["ask", "wait"]);
  });

  it("takes the constants of the cache unless the request has its own", async () => {
    const cache = await withThreeActions(engine, { defaults: { explorationEpsilon: 0.3 } });
    const least = async (options: ExploreOptions | ExplorationStrategy) =>
      Math.min(...(await explore(cache, options)).candidates.map(({ propensity }) => propensity));
    expectWithin(await least("epsilon-greedy"), 0.1, 1e-12);
    expectWithin(await least({ strategy: "epsilon-greedy", epsilon: 0.6 }), 0.2, 1e-12);
  });

  it.each([
    ["strategy", { strategy: "best" }],
    ["epsilon", { strategy: "epsilon-greedy", epsilon: 1.1 }],
    ["temperature", { strategy: "softmax", temperature: 0 }],
    ["coefficient", { strategy: "ucb1", coefficient: Number.NaN }],
    ["priorSuccesses", { strategy: "thompson", priorSuccesses: 0.5 }],
    ["candidates", { strategy: "greedy", candidates: [] }],
    ["candidates", { strategy: "greedy", candidates: [{ type: "a" }, { type: "a" }] }],
    ["candidates[1].type", { strategy: "greedy", candidates: [{ type: "a" }, { type: "" }] }],
    ["candidates[0].spec", { strategy: "greedy", candidates: [{ type: "a", spec: [] }] }],
    ["episodeId", { strategy: "greedy", episodeId: "" }],
    ["seed", { strategy: "greedy", seed: 7 }],
    ["unlessServed", { strategy: "greedy", unlessServed: "yes" }],
    ["episilon", { strategy: "epsilon-greedy", episilon: 0.1 }],
  ])("refuses a wrong %s, naming it", async (name, options) => {
    const cache = await openTestCache(engine);
    const wrong = cache.decide({ ...AGENT, explore: options as unknown as ExploreOptions });
    await expect(wrong).rejects.toThrow(InvalidArgumentError);
    await expect(wrong).rejects.toMatchObject({ parameter: `explore.${name}` });
  });

  it("refuses a propensity that is no chance", async () => {
    const cache = await openTestCache(engine);
    for (const propensity of [0, -0.1, 1.1, Number.NaN]) {
      await expect(cache.record(outcome("success", { propensity }))).rejects.toMatchObject({ parameter: "propensity" });
    }
  });
});
