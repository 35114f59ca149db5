import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { PolicyCache } from "../../src/cache/policy-cache.js";
import { canonicalJson } from "../../src/maths/json/canonical-json.js";
import type { JsonObject } from "../../src/maths/json/json-value.js";
import { FaultInjector } from "../support/faults.js";
import { ManualClock } from "../support/manual-clock.js";
import { seededRandom } from "../support/seeded-random.js";
import { dumpKeys } from "../support/stores/dump.js";
import { atomically } from "../support/stores/stores.js";
import { withoutRandomness } from "../support/stores/without-randomness.js";
import { STRUCTURES, type Structure, type TouchedKeys } from "../support/stores/wrapped-keyspace.js";
import { createTemporaryFolder, removeFolder } from "../support/temporary-folder.js";
import { ACTIONS, AGENTS, type History, histories, type PolicyChoice, STATES, type Step } from "./history.js";
import { answer, identityOf, type Side } from "./history-side.js";
import { type DecidedAction, ReferenceModel } from "./reference-model.js";

// Random histories, executed step by step on the memory engine, the SQLite engine and a reference model of plain maps.
// The engines must answer every step alike, hold the same bits after it, and count what the model counts.
//
// A failure prints its seed and the path to the smallest failing history. To run that one history again:
//   FC_SEED=<seed> FC_PATH=<path> npx vitest run test/engines/engines-agree.test.ts
// FC_RUNS sets how many histories are tried; a failure is made smaller for at most TIME_LIMIT_MS.

const TIME_LIMIT_MS = 60_000;
const { FC_SEED, FC_PATH, FC_RUNS } = process.env;
const PARAMETERS = {
  interruptAfterTimeLimit: TIME_LIMIT_MS,
  numRuns: FC_RUNS === undefined ? 100 : Number(FC_RUNS),
  ...(FC_SEED === undefined ? {} : { seed: Number(FC_SEED) }),
  ...(FC_PATH === undefined ? {} : { path: FC_PATH }),
};

const MILLISECOND = 0.001;

const folder = createTemporaryFolder();
afterAll(() => removeFolder(folder));
let files = 0;

interface WatchedSide extends Side {
  readonly watched: FaultInjector;
}

async function openSide(engine: "memory" | "sqlite", { settings }: History, clock: ManualClock): Promise<WatchedSide> {
  files += 1;
  const { workers, ...defaults } = settings;
  const location = engine === "memory" ? "memory:" : join(folder, `${files}.db`);
  let ids = 0;
  const createId = () => `id-${ids++}`;
  const cache = await PolicyCache.open(location, {
    workers,
    defaults,
    clock: clock.read,
    createId,
    random: seededRandom(1),
  });
  return { cache, watched: new FaultInjector(cache.store), decisionIds: [] };
}

/** The same step on the model. @returns what the engines must answer, where the model knows it */
function takeOnModel(model: ReferenceModel, step: Step, answered: unknown, decided: DecidedPolicies): unknown {
  switch (step.do) {
    case "record":
      return expect.objectContaining({ recorded: model.record([step.event]) === 1 });
    case "recordMany": {
      const recorded = model.record(step.events);
      return expect.objectContaining({ recorded, duplicates: step.events.length - recorded });
    }
    case "report":
      return reportOnModel(model, step, answered, decided);
    case "delete":
      return model.delete(step.policy);
    case "retire":
      return model.retire(step.policy);
    case "restore":
      return model.restore(step.policy);
    case "invalidate":
      return model.invalidate(step.agentId, step.actionType, STATES);
    case "abandon":
      model.abandon(step.limit);
      return answered;
    case "consume":
      return model.consume(step.batchSize);
    case "flush":
      model.countAll();
      return answered;
    default:
      return answered;
  }
}

/** Each decision teaches once; whether it is too old to be reported is left to the engines. */
function reportOnModel(
  model: ReferenceModel,
  step: Extract<Step, { do: "report" }>,
  answered: unknown,
  decided: DecidedPolicies,
): unknown {
  const decision = decided.at(step.decision);
  if (decision === undefined) return "nothing to report";
  if (typeof answered === "object" && answered !== null && "error" in answered) return answered;
  if (decision.isReported) return { status: "repeated", tdError: 0, predictionError: 0 };
  decision.isReported = true;
  const { agentId, state, actionType } = decision.policy;
  const { exists } = model.lookUp(agentId, state, actionType);
  model.report(decision.policy, decision.action, step.outcome === "success", decision.isTaken);
  return expect.objectContaining({ status: exists || decision.isExplored ? "learned" : "gone" });
}

interface Decided {
  readonly policy: PolicyChoice;
  readonly action: DecidedAction;
  readonly isExplored: boolean;
  readonly isTaken: boolean;
  isReported: boolean;
}

/** The decisions so far, in step with the decision ids of both sides. */
class DecidedPolicies {
  readonly #decisions: Decided[] = [];

  note(step: Step, answered: unknown, model: ReferenceModel): void {
    if (step.do !== "decide" || typeof answered !== "object" || answered === null) return;
    if (!("action" in answered)) return;
    const { type, spec } = answered.action as { type: string; spec: JsonObject };
    const policy = { agentId: step.agentId, state: step.state, actionType: type };
    const kind = "kind" in answered ? answered.kind : undefined;
    const isExplored = kind === "explore";
    const known = isExplored ? undefined : model.knownAction(policy, spec);
    const action = known === undefined ? { spec } : { known };
    this.#decisions.push({ policy, action, isExplored, isTaken: kind !== "suggest", isReported: false });
  }

  at(number: number): Decided | undefined {
    return this.#decisions.length === 0 ? undefined : this.#decisions[number % this.#decisions.length];
  }
}

/** Everything two stores hold, as far as one of them ever touched it. */
async function contentsOf(side: WatchedSide, touched: TouchedKeys): Promise<unknown> {
  return atomically(side.cache.store, (keyspace) => {
    const dump = dumpKeys(keyspace, touched) as { scores: [string, { member: string; score: number }[], number][] };
    // The members of these indexes are the random parts of decision ids.
    const scores = dump.scores.map(([key, members, count]) =>
      key.startsWith("decisions\t") ? [key, members.map(({ score }) => score), count] : [key, members, count],
    );
    return withoutRandomness({ ...dump, scores });
  });
}

function touchedByAny(sides: readonly WatchedSide[]): TouchedKeys {
  return new Map(
    STRUCTURES.map((structure: Structure) => [
      structure,
      new Set(sides.flatMap(({ watched }) => [...(watched.touched.get(structure) ?? [])])),
    ]),
  );
}

async function expectModelled(cache: PolicyCache, model: ReferenceModel): Promise<void> {
  for (const agentId of AGENTS) {
    const { records } = await cache.policies.query({ agentId });
    for (const state of STATES) {
      const { evidence } = await cache.explain({ agentId, state });
      for (const actionType of ACTIONS) {
        const expected = model.lookUp(agentId, state, actionType);
        const counts = evidence.find((counted) => counted.actionType === actionType);
        const { ofType, actions = [], events = [] } = counts ?? {};
        expect(events.map((event) => ({ successes: event.successes, trials: event.trials }))).toEqual(
          expected.standings,
        );
        expect(ofType).toEqual(expected.evidence);
        const byAction = actions.map(
          ({ spec, successes, trials }) => [canonicalJson(spec), { successes, trials }] as const,
        );
        expect(new Map(byAction)).toEqual(expected.actions);
        const { stateFingerprint } = identityOf({ agentId, state, actionType });
        const found = records.some(
          (policy) => policy.stateFingerprint === stateFingerprint && policy.actionType === actionType,
        );
        expect(found).toBe(expected.exists);
      }
    }
  }
}

/** Executes a history; throws where the sides or the model disagree. */
async function execute(history: History): Promise<void> {
  const clock = new ManualClock();
  const memory = await openSide("memory", history, clock);
  const sqlite = await openSide("sqlite", history, clock);
  const model = new ReferenceModel(history.settings);
  const decided = new DecidedPolicies();
  try {
    for (const step of history.steps) {
      if (step.do === "advance") clock.advance(step.seconds);
      if (step.do === "delete") clock.advance(MILLISECOND); // the numbers of actions are told apart by the time
      const answered = await answer(memory, step);
      expect(await answer(sqlite, step)).toEqual(answered);
      expect(answered).toEqual(takeOnModel(model, step, answered, decided));
      decided.note(step, answered, model);
      const statistics = await memory.cache.statistics();
      expect(await sqlite.cache.statistics()).toEqual(statistics);
      expect(statistics.totals).toMatchObject(model.totals);
    }
    const touched = touchedByAny([memory, sqlite]);
    expect(await contentsOf(sqlite, touched)).toEqual(await contentsOf(memory, touched));
    for (const agentId of AGENTS) {
      const ranking = await memory.cache.ranking({ agentId, limit: 100 });
      expect(await sqlite.cache.ranking({ agentId, limit: 100 })).toEqual(ranking);
    }
    await expectModelled(sqlite.cache, model);
  } finally {
    await memory.cache.close();
    await sqlite.cache.close();
  }
}

describe("random histories", () => {
  it(
    "give the same answers and the same bits on memory and SQLite, and the counts of the model",
    () => fc.assert(fc.asyncProperty(histories, execute), PARAMETERS),
    2 * TIME_LIMIT_MS,
  );
});
