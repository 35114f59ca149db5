import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Evidence } from "../../src/policy-cache/evidence.js";
import type { OutcomeEvent } from "../../src/policy-cache/outcome-event.js";
import type { PolicyCache } from "../../src/policy-cache/policy-cache.js";
import { describeWithData, expectWithin, readJson, sharedData } from "../golden.js";
import { DEPLOY, DEPLOY_FINGERPRINT, failures, outcome, successes } from "../support/events.js";
import { ENGINES, openTestCache } from "../support/stores.js";

const VERIFY = { task: "verify" };
const BOUND_OF_SIX = 0.6096569663469354;
const IDENTITY = { agentId: "agent-1", stateFingerprint: DEPLOY_FINGERPRINT, actionType: "run_playbook" };

interface TdReplay {
  readonly entries: number;
  readonly sumQ: number;
  readonly top: readonly { readonly stateFingerprint: string; readonly actionType: string; readonly q: number }[];
}

/** Every learned value of an agent, by state and action. */
async function valuesOf(cache: PolicyCache, agentId = "agent-1"): Promise<ReadonlyMap<string, Evidence>> {
  const values = new Map<string, Evidence>();
  for await (const { stateFingerprint, actions } of cache.values({ agentId })) {
    for (const action of actions) values.set(`${stateFingerprint} ${action.actionType}`, action);
  }
  return values;
}

async function learnedValue(cache: PolicyCache): Promise<number | undefined> {
  return (await valuesOf(cache)).get(`${DEPLOY_FINGERPRINT} run_playbook`)?.qValue;
}

describe.each(ENGINES)("values learned from recorded events on %s", (engine) => {
  it("start at 0 and step towards reward plus discounted best value of the state that followed", async () => {
    const cache = await openTestCache(engine, { workers: "inline" });
    await cache.record(outcome("success", { state: VERIFY, reward: 2 }));
    await cache.record(outcome("failure", { state: VERIFY, reward: 5, action: { type: "smoke_test" } }));
    await cache.record(outcome("success", { reward: 1, nextState: VERIFY }));
    expect(await learnedValue(cache)).toBe(0.1 * (1 + 0.95 * 0.5));
  });

  it("add nothing for the state that followed when the episode ended there", async () => {
    const cache = await openTestCache(engine, { workers: "inline" });
    await cache.record(outcome("success", { state: VERIFY, reward: 2 }));
    await cache.record(outcome("success", { reward: 1, nextState: VERIFY, done: true }));
    expect(await learnedValue(cache)).toBe(0.1);
  });

  it("take the best value of an unchanged state as it was before the event", async () => {
    const cache = await openTestCache(engine, { workers: "inline" });
    for (const _ of [1, 2]) await cache.record(outcome("success", { reward: 1, nextState: DEPLOY }));
    expect(await learnedValue(cache)).toBe(0.1 + 0.1 * (1 + 0.95 * 0.1 - 0.1));
  });

  it("are not learned from events without a reward", async () => {
    const cache = await openTestCache(engine, { workers: "inline" });
    await cache.recordMany([...successes(2), ...failures(1)]);
    expect((await valuesOf(cache)).size).toBe(1);
    expect(await learnedValue(cache)).toBeUndefined();
  });

  it("are the value of a policy from then on when it starts from the learned one", async () => {
    const cache = await openTestCache(engine, { workers: "inline", defaults: { initialQ: "learned" } });
    await cache.recordMany(successes(9, { reward: 1 }));
    expect((await cache.policies.get(IDENTITY))?.qValue).toBe(await learnedValue(cache));
    const decision = await cache.decide({ agentId: "agent-1", state: DEPLOY });
    if (decision.kind === "abstain") throw new Error(decision.reason);
    const reported = await cache.report(decision.decisionId, { outcome: "failure", reward: -3, nextState: DEPLOY });
    expect(reported.qValue).toBe(await learnedValue(cache));
    expect((await cache.policies.get(IDENTITY))?.qValue).toBe(reported.qValue);
  });

  it("and the value of a policy that started elsewhere make the same steps, one per outcome", async () => {
    const cache = await openTestCache(engine, { workers: "inline" });
    await cache.recordMany(successes(6, { reward: 1 }));
    const learned = (await learnedValue(cache)) ?? Number.NaN;
    await cache.recordMany(successes(1, { reward: 0.5 }));
    expect(await learnedValue(cache)).toBe(learned + 0.1 * (0.5 - learned));
    expect((await cache.policies.get(IDENTITY))?.qValue).toBe(BOUND_OF_SIX + 0.1 * (0.5 - BOUND_OF_SIX));
  });

  it("start a policy from its bound when no reward was ever observed", async () => {
    const cache = await openTestCache(engine, { workers: "inline", defaults: { initialQ: "learned" } });
    await cache.recordMany(successes(6));
    expect((await cache.policies.get(IDENTITY))?.qValue).toBe(BOUND_OF_SIX);
  });

  it("count an event once when its id is recorded again", async () => {
    const cache = await openTestCache(engine, { workers: "inline" });
    const event = outcome("success", { id: "once", reward: 1 });
    for (const _ of [1, 2, 3]) await cache.record(event);
    expect(await learnedValue(cache)).toBe(0.1);
  });
});

const FOLDER = "tau-bench-airline";

for (const { variant, file } of [
  { variant: "base", file: `${FOLDER}/train.events.jsonl` },
  { variant: "rich", file: `${FOLDER}/train.rich.events.jsonl` },
] as const) {
  describeWithData(`values learned from real agent runs, ${variant} states`, file, (path) => {
    const events = readFileSync(path, "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as OutcomeEvent)
      .map((event, position, all) => {
        const next = all[position + 1];
        return event.done === true || next === undefined ? event : { ...event, nextState: next.state };
      });
    const expected = readJson<Record<string, { tdReplay: TdReplay }>>(sharedData(`${FOLDER}/expected.json`) ?? "");

    it.each(
      ENGINES.flatMap((engine) =>
        (["background", "inline"] as const).flatMap((workers) =>
          [1, 50, 5000].map((batchSize) => ({ engine, workers, batchSize })),
        ),
      ),
    )("are those of the reference on $engine, workers $workers, batches of $batchSize", async (options) => {
      const { engine, workers, batchSize } = options;
      const cache = await openTestCache(engine, { workers, batchSize });
      for (let start = 0; start < events.length; start += batchSize) {
        await cache.recordMany(events.slice(start, start + batchSize));
      }
      await cache.flush();
      const reference = expected[variant]?.tdReplay;
      const values = await valuesOf(cache, "airline-gpt-4o");
      expect(values.size).toBe(reference?.entries);
      const sum = [...values.values()].reduce((total, { qValue = Number.NaN }) => total + qValue, 0);
      expectWithin(sum, reference?.sumQ ?? Number.NaN, 1e-9, "sum of Q");
      for (const { stateFingerprint, actionType, q } of reference?.top ?? []) {
        const value = values.get(`${stateFingerprint} ${actionType}`)?.qValue ?? Number.NaN;
        expectWithin(value, q, 1e-12, `Q of ${stateFingerprint} ${actionType}`);
      }
    });
  });
}
