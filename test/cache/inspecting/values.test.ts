import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import type { OutcomeEvent } from "../../../src/cache/events/outcome-event.js";
import type { Evidence } from "../../../src/cache/evidence/evidence.js";
import type { PolicyCache } from "../../../src/cache/policy-cache.js";
import { InvalidArgumentError } from "../../../src/common/errors.js";
import { storageKey } from "../../../src/store/storage-keys.js";
import { DEPLOY, DEPLOY_FINGERPRINT, failures, outcome, parseEvent, successes } from "../../support/events.js";
import { describeWithData, expectWithin, readJson, sharedData } from "../../support/golden.js";
import { learnedReport } from "../../support/learned-report.js";
import {
  atomically,
  describeOnEveryEngine,
  type EngineName,
  freshLocation,
  openCacheAt,
  openTestCache,
} from "../../support/stores/stores.js";

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

describeOnEveryEngine("values learned from recorded events", (engine) => {
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
    const report = { outcome: "failure", reward: -3, nextState: DEPLOY } as const;
    const reported = learnedReport(await cache.report(decision.decisionId, report));
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

  it.each([1, 3])("lift a policy in the ranking of its agent, with returns over %i steps", async (tdSteps) => {
    const cache = await openTestCache(engine, { workers: "inline", defaults: { tdSteps } });
    for (const type of ["a", "b", "c"]) await cache.recordMany(successes(6, { action: { type } }));
    const best = async () => (await cache.policies.topByDecay({ agentId: "agent-1" }, 1))[0];
    for (const type of ["c", "b"]) {
      const reward = type === "c" ? 100 : 1000;
      await cache.recordMany(successes(4, { action: { type }, reward, episodeId: type, done: true }));
      expect((await best())?.record.actionType).toBe(type);
    }
  });

  it("count an event once when its id is recorded again", async () => {
    const cache = await openTestCache(engine, { workers: "inline" });
    const event = outcome("success", { id: "once", reward: 1 });
    for (const _ of [1, 2, 3]) await cache.record(event);
    expect(await learnedValue(cache)).toBe(0.1);
  });
});

interface Step {
  readonly at: number;
  readonly reward: number;
}

const place = (at: number) => ({ place: at });

/** Steps of one episode, each from one place to the next; the last one ends it. */
function episode(steps: readonly Step[], changes: Partial<OutcomeEvent> = {}): OutcomeEvent[] {
  return steps.map(({ at, reward }, index) =>
    outcome("success", { state: place(at), reward, episodeId: "e", done: index === steps.length - 1, ...changes }),
  );
}

async function valuesByPlace(cache: PolicyCache): Promise<readonly (number | undefined)[]> {
  const places: (number | undefined)[] = [];
  for (const at of [0, 1, 2, 3]) {
    places.push((await cache.explain({ agentId: "agent-1", state: place(at) })).evidence[0]?.qValue);
  }
  return places;
}

/** An episode through every place, with the rewards of its steps. */
const walk = [
  { at: 0, reward: 1 },
  { at: 1, reward: 2 },
  { at: 2, reward: 4 },
  { at: 3, reward: 8 },
];

function openWith(engine: EngineName, tdSteps: number, tdLambda = 1, workers: "inline" | "background" = "inline") {
  return openTestCache(engine, { workers, defaults: { tdSteps, tdLambda, tdAlpha: 0.5, tdGamma: 0.5 } });
}

describeOnEveryEngine("returns over several steps", (engine) => {
  it.each(["inline", "background"] as const)(
    "add up n rewards and go on with a learned value, workers %s",
    async (workers) => {
      const cache = await openWith(engine, 2, 1, workers);
      await cache.record(outcome("success", { state: place(2), reward: 16 })); // worth 8 from now on
      await cache.recordMany(episode(walk));
      await cache.flush();
      const half = 0.5;
      expect(await valuesByPlace(cache)).toEqual([
        half * (1 + half * 2 + half * half * 8),
        half * (2 + half * 4), // place 3 was worth nothing yet
        8 + half * (4 + half * 8 - 8),
        half * 8,
      ]);
    },
  );

  it("take in the whole episode when n is larger than it", async () => {
    const cache = await openWith(engine, 10);
    await cache.recordMany(episode(walk));
    expect(await valuesByPlace(cache)).toEqual([0.5 * (1 + 1 + 1 + 1), 0.5 * (2 + 2 + 2), 0.5 * (4 + 4), 0.5 * 8]);
  });

  it("weigh later rewards by λ against values learned in between", async () => {
    const cache = await openWith(engine, 10, 0.25);
    await cache.record(outcome("success", { state: place(1), reward: 16 })); // worth 8 from now on
    await cache.recordMany(episode(walk.slice(0, 2)));
    const lambda = 0.25;
    const first = 1 + 0.5 * ((1 - lambda) * 8 + lambda * 2);
    expect((await valuesByPlace(cache)).slice(0, 2)).toEqual([0.5 * first, 8 + 0.5 * (2 - 8)]);
  });

  it("are one-step returns for λ = 0, whatever n", async () => {
    const [one, many] = [await openWith(engine, 1), await openWith(engine, 10, 0)];
    for (const cache of [one, many]) {
      for (let repetition = 0; repetition < 3; repetition += 1) {
        await cache.recordMany(episode([...walk].reverse(), { episodeId: `e-${repetition}` }));
      }
    }
    expect((await valuesByPlace(many))[0]).toBe((await valuesByPlace(one))[0]);
  });

  it("survive a restart between two steps and are learned once, in batches of any size", async () => {
    const location = freshLocation(engine);
    if (location === "memory:") return;
    const whole = await openWith(engine, 3);
    await whole.recordMany(episode(walk));
    for (const [index, event] of episode(walk).entries()) {
      const options = { workers: "inline", defaults: whole.defaults } as const;
      const cache = await openCacheAt(location, options);
      for (const _ of [1, 2]) await cache.record({ ...event, id: `step-${index}` });
      if (index === walk.length - 1) expect(await valuesByPlace(cache)).toEqual(await valuesByPlace(whole));
      await cache.close();
    }
  });

  it("lose no step of an episode that is recorded concurrently", async () => {
    const [inTurn, atOnce] = [await openWith(engine, 3), await openWith(engine, 3)];
    const steps = episode(Array.from({ length: 20 }, () => ({ at: 0, reward: 1 })));
    for (const step of steps) await inTurn.record(step);
    await Promise.all(steps.slice(0, -1).map((step) => atOnce.record(step)));
    await atOnce.recordMany(steps.slice(-1));
    expect(await valuesByPlace(atOnce)).toEqual(await valuesByPlace(inTurn));
  });

  it("wait for the next event of the episode to say where a step led", async () => {
    const cache = await openWith(engine, 1);
    const [first, second] = episode(walk.slice(0, 2));
    if (first === undefined || second === undefined) throw new Error("no steps");
    await cache.record(outcome("success", { state: place(1), reward: 16 }));
    await cache.record(first);
    expect((await valuesByPlace(cache))[0]).toBeUndefined();
    await cache.record(outcome("success", { state: place(3), reward: 1, episodeId: "other", done: true }));
    await cache.record(second);
    expect((await valuesByPlace(cache)).slice(0, 2)).toEqual([0.5 * (1 + 0.5 * 8), 8 + 0.5 * (2 - 8)]);
  });
});

describeOnEveryEngine("what is stored of an episode", (engine) => {
  it("is nothing once it ended", async () => {
    const cache = await openWith(engine, 3);
    await cache.recordMany(episode(walk));
    const key = storageKey("trail", "agent-1", "e");
    expect(await atomically(cache.store, (keyspace) => keyspace.listRecords(key))).toEqual([]);
    await cache.recordMany(episode(walk).slice(0, 3).concat(episode(walk).slice(0, 3)));
    expect(await atomically(cache.store, (keyspace) => keyspace.listRecords(key).length)).toBeLessThanOrEqual(3);
  });
});

const FOLDER = "tau-bench-airline";

for (const { variant, file } of [
  { variant: "base", file: `${FOLDER}/train.events.jsonl` },
  { variant: "rich", file: `${FOLDER}/train.rich.events.jsonl` },
] as const) {
  describeWithData(`values learned from real agent runs, ${variant} states`, file, (path) => {
    const events = readFileSync(path, "utf8").trimEnd().split("\n").map(parseEvent);
    const withNextStates = events.map((event, position) => {
      const next = events[position + 1];
      return event.done === true || next === undefined ? event : { ...event, nextState: next.state };
    });
    const expected = readJson<Record<string, { tdReplay: TdReplay }>>(sharedData(`${FOLDER}/expected.json`) ?? "");

    const settings = [
      { workers: "inline", batchSize: 1, given: false },
      { workers: "background", batchSize: 7, given: false },
      { workers: "background", batchSize: 50, given: true },
      { workers: "inline", batchSize: 5000, given: false },
    ] as const;
    describeOnEveryEngine("replayed", (engine) => {
      it.each(settings)(
        "are those of the reference, workers $workers, batches of $batchSize, next states given: $given",
        async ({ workers, batchSize, given }) => {
          const cache = await openTestCache(engine, { workers, batchSize });
          for (let start = 0; start < events.length; start += batchSize) {
            await cache.recordMany((given ? withNextStates : events).slice(start, start + batchSize));
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
        },
      );
    });
  });
}

describeOnEveryEngine("what is listed of a store", (engine) => {
  it("names each state by its features, before and after it has a policy", async () => {
    const cache = await openTestCache(engine, { workers: "inline" });
    await cache.recordMany([...successes(6), outcome("failure", { state: VERIFY }), outcome("success", { state: {} })]);
    const states = new Map<string, object | undefined>();
    for await (const { stateFingerprint, stateFeatures } of cache.values({ agentId: "agent-1" })) {
      states.set(stateFingerprint, stateFeatures);
    }
    expect(states.size).toBe(3);
    expect(states.get(DEPLOY_FINGERPRINT)).toEqual(DEPLOY);
    expect([...states.values()]).toEqual(expect.arrayContaining([VERIFY, {}]));
    const fingerprints = [...states.keys()];
    const [, second = ""] = fingerprints;
    const rest: string[] = [];
    for await (const state of cache.values({ agentId: "agent-1", after: second })) rest.push(state.stateFingerprint);
    expect(rest).toEqual(fingerprints.slice(2));
  });

  it("does not take the features of a policy that was saved by hand for those of the state", async () => {
    const cache = await openTestCache(engine, { workers: "inline" });
    await cache.recordMany(successes(6));
    const policy = await cache.policies.get(IDENTITY);
    if (policy === undefined) throw new Error("There should be a policy.");
    await cache.policies.save({ ...IDENTITY, stateFeatures: { something: "else" } });
    const { value: state } = await cache.values({ agentId: "agent-1" }).next();
    expect(state).toMatchObject({ stateFingerprint: DEPLOY_FINGERPRINT });
    expect(state).not.toHaveProperty("stateFeatures");
    await expect(cache.explain({ agentId: "agent-1", stateFingerprint: DEPLOY_FINGERPRINT })).rejects.toThrow(
      InvalidArgumentError,
    );
  });

  it("explains a state by its fingerprint as by its features", async () => {
    const cache = await openTestCache(engine, { workers: "inline", clock: () => 1_750_000_100 });
    await cache.recordMany(successes(6));
    const byState = await cache.explain({ agentId: "agent-1", state: DEPLOY });
    const byFingerprint = await cache.explain({ agentId: "agent-1", stateFingerprint: DEPLOY_FINGERPRINT });
    expect(byFingerprint.stateFeatures).toEqual(DEPLOY);
    expect(byFingerprint.evidence).toEqual(byState.evidence);
    expect(byFingerprint.decision.reason).toBe(byState.decision.reason);
    const both = { agentId: "agent-1", stateFingerprint: DEPLOY_FINGERPRINT, state: DEPLOY } as never;
    await expect(cache.explain(both)).rejects.toThrow("expected either this or a state");
    await expect(cache.explain({ stateFingerprint: DEPLOY_FINGERPRINT })).rejects.toThrow("on record of agent default");
  });

  it("has the agents in the order of their ids, a page at a time, over all shards", async () => {
    const shards = engine === "sqlite" ? 1 : 3;
    const cache = await openTestCache(engine, { workers: "inline", shards });
    const agentIds = Array.from({ length: 7 }, (_, index) => `agent-${index}`);
    await cache.recordMany(agentIds.map((agentId) => outcome("success", { agentId, episodeId: "e" })));
    const seen: string[] = [];
    let after: string | undefined;
    do {
      const page = await cache.agents({ limit: 3, after });
      for (const { agentId, states, policies, episodes } of page.records) {
        expect({ states, policies, episodes }).toEqual({ states: 1, policies: 0, episodes: 1 });
        seen.push(agentId);
      }
      after = page.next;
    } while (after !== undefined);
    expect(seen).toEqual(agentIds);
    for (const limit of [0, 1001, 1.5]) await expect(cache.agents({ limit })).rejects.toThrow("limit is");
  });
});
