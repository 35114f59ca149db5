import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { PolicyCacheOptions } from "../../../src/cache/opening/cache-options.js";
import { PolicyCache } from "../../../src/cache/policy-cache.js";
import { initializeQValue, updateQValue } from "../../../src/cache/q-value.js";
import { crystallizationHandler } from "../../../src/cache/recording/crystallization.js";
import { PolicyCacheError } from "../../../src/common/errors.js";
import { evaluatePolicy } from "../../../src/evaluation/evaluate-policy.js";
import { tablePolicy } from "../../../src/evaluation/policies/table-policy.js";
import { uniformPolicy } from "../../../src/evaluation/policies/target-policy.js";
import { computeFingerprint } from "../../../src/maths/json/fingerprint.js";
import { discoverWeeklyCycle } from "../../../src/maths/rhythm/rhythm.js";
import { exportStore } from "../../../src/migration/export-store.js";
import { importStore, verifyExport } from "../../../src/migration/import-store.js";
import { confidenceField, defineModel, existenceFilter, keyField, textField } from "../../../src/models.js";
import { openStore, Store } from "../../../src/store/store.js";
import { StreamConsumer } from "../../../src/streams/stream-consumer.js";
import { DEPLOY, DEPLOY_FINGERPRINT, outcome, successes } from "../../support/events.js";
import { FaultInjector } from "../../support/faults.js";
import { dumpKeys } from "../../support/stores/dump.js";
import { atomically } from "../../support/stores/stores.js";

// A name that a call does not know would be ignored, and what it says with it: the event of `agent_id: "agent-1"` would be
// stored for another agent. Every public call refuses such names, says which one it probably means, and changes nothing.

interface Misnamed {
  readonly call: string;
  /** What is given, beside what is right. */
  readonly given: string;
  /** Undefined when no name comes near: then all of them are listed. */
  readonly meant?: string;
  readonly make: (cache: PolicyCache, misnamed: object) => unknown;
  readonly code?: "INVALID_CONFIGURATION";
}

const POLICY = { agentId: "agent-1", stateFingerprint: DEPLOY_FINGERPRINT, actionType: "run_playbook" };
const UNKNOWN_STATE = { task: "unknown" };
const REQUEST = { agentId: "agent-1", state: DEPLOY };

/** For objects that the types forbid. */
function wrong<Value>(value: object): Value {
  return value as Value;
}

async function decisionIdOf(cache: PolicyCache): Promise<string> {
  const decision = await cache.decide(REQUEST);
  return decision.kind === "abstain" ? "" : decision.decisionId;
}

const opening = (given: string, meant?: string): Misnamed => ({
  call: "PolicyCache.open",
  given,
  ...(meant === undefined ? {} : { meant }),
  make: (_cache, misnamed) => PolicyCache.open("memory:", wrong<PolicyCacheOptions>(misnamed)),
  code: "INVALID_CONFIGURATION",
});

const recording = (given: string, meant: string): Misnamed => ({
  call: "record",
  given,
  meant,
  make: (cache, misnamed) => cache.record(wrong({ ...outcome("success"), ...misnamed })),
});

const deciding = (given: string, meant: string): Misnamed => ({
  call: "decide",
  given,
  meant,
  make: (cache, misnamed) => cache.decide(wrong({ ...REQUEST, ...misnamed })),
});

const CALLS: readonly Misnamed[] = [
  opening("worker", "workers"),
  opening("batch_size", "batchSize"),
  opening("busyTimeout", "busyTimeoutMs"),
  opening("favourite"),
  {
    call: "PolicyCache.open, actions",
    given: "errorbudget",
    meant: "errorBudget",
    make: (_cache, misnamed) => PolicyCache.open("memory:", wrong<PolicyCacheOptions>({ actions: { pay: misnamed } })),
    code: "INVALID_CONFIGURATION",
  },
  {
    call: "openStore",
    given: "read_only",
    meant: "readOnly",
    make: (_cache, misnamed) => openStore("memory:", wrong(misnamed)),
    code: "INVALID_CONFIGURATION",
  },
  {
    call: "new Store",
    given: "default",
    meant: "defaults",
    make: ({ store }, misnamed) => new Store(wrong(store), wrong(misnamed)),
    code: "INVALID_CONFIGURATION",
  },
  recording("agent_id", "agentId"),
  recording("timestamp", "ts"),
  recording("propensitiy", "propensity"),
  {
    call: "record, action",
    given: "specs",
    meant: "spec",
    make: (cache, misnamed) => cache.record(outcome("success", { action: { type: "run", ...misnamed } })),
  },
  {
    call: "recordMany",
    given: "agentid",
    meant: "agentId",
    make: (cache, misnamed) => cache.recordMany([...successes(2), wrong({ ...outcome("success"), ...misnamed })]),
  },
  deciding("errorBugdet", "errorBudget"),
  deciding("agent_id", "agentId"),
  deciding("fallBack", "fallback"),
  {
    call: "decide, explore",
    given: "candidate",
    meant: "candidates",
    make: (cache, misnamed) => cache.decide({ ...REQUEST, explore: { strategy: "ucb1", ...misnamed } }),
  },
  {
    call: "decide, candidates",
    given: "parameters",
    meant: "spec",
    make: (cache, misnamed) =>
      cache.decide({ ...REQUEST, explore: { strategy: "ucb1", candidates: [{ type: "run", ...misnamed }] } }),
  },
  {
    call: "decide, what the fallback returns",
    given: "arguments",
    meant: "spec",
    make: (cache, misnamed) => cache.decide({ state: UNKNOWN_STATE, fallback: () => ({ type: "run", ...misnamed }) }),
  },
  {
    call: "report",
    given: "next_state",
    meant: "nextState",
    make: async (cache, misnamed) =>
      cache.report(await decisionIdOf(cache), wrong({ outcome: "success", ...misnamed })),
  },
  {
    call: "explain",
    given: "event",
    meant: "events",
    make: (cache, misnamed) => cache.explain(wrong({ ...REQUEST, ...misnamed })),
  },
  {
    call: "retire",
    given: "agent",
    meant: "agentId",
    make: (cache, misnamed) => cache.retire(wrong({ state: DEPLOY, actionType: "run_playbook", ...misnamed }), "why"),
  },
  {
    call: "restore",
    given: "fingerprint",
    meant: "stateFingerprint",
    make: (cache, misnamed) => cache.restore(wrong({ ...POLICY, ...misnamed })),
  },
  {
    call: "invalidate",
    given: "action",
    meant: "actionType",
    make: (cache, misnamed) => cache.invalidate(wrong({ agentId: "agent-1", ...misnamed })),
  },
  {
    call: "ranking",
    given: "agent_id",
    meant: "agentId",
    make: (cache, misnamed) => cache.ranking(wrong(misnamed)),
  },
  {
    call: "values",
    given: "agent_id",
    meant: "agentId",
    make: (cache, misnamed) => cache.values(wrong(misnamed)).next(),
  },
  {
    call: "statistics",
    given: "progress",
    meant: "onProgress",
    make: (cache, misnamed) => cache.statistics(wrong(misnamed)),
  },
  {
    call: "updateQValue",
    given: "next_max_q",
    meant: "maxFutureQ",
    make: ({ store }, misnamed) => updateQValue(store, POLICY, { reward: 1, ...misnamed }),
  },
  {
    call: "qValue.update",
    given: "learningRate",
    meant: "alpha",
    make: ({ policies }, misnamed) => policies.qValue("qValue").update(POLICY, 1, misnamed),
  },
  {
    call: "policies.query",
    given: "asOf",
    meant: "asOfSeconds",
    make: ({ policies }, misnamed) => policies.query({ agentId: "agent-1" }, misnamed),
  },
  {
    call: "policies.get",
    given: "no_track",
    meant: "noTrack",
    make: ({ policies }, misnamed) => policies.get(POLICY, misnamed),
  },
  {
    call: "policies.group",
    given: "any_time",
    meant: "anyTime",
    make: ({ policies }, misnamed) =>
      policies.group({ agentId: "agent-1", stateFingerprint: DEPLOY_FINGERPRINT }, misnamed),
  },
  {
    call: "policies.topByDecay",
    given: "DECAY_RATE",
    meant: "decayRate",
    make: ({ policies }, misnamed) => policies.topByDecay({ agentId: "agent-1" }, 1, misnamed),
  },
  {
    call: "policies.compositeScore",
    given: "min_score",
    meant: "minScore",
    make: ({ policies }, misnamed) =>
      policies.compositeScore({ agentId: "agent-1" }, { indexes: { confidence: 1 }, ...misnamed }),
  },
  {
    call: "getLinked",
    given: "min_weight",
    meant: "minWeight",
    make: ({ policies }, misnamed) => policies.links("relatedPolicies").getLinked(POLICY, misnamed),
  },
  {
    call: "propagate",
    given: "decay_per_hop",
    meant: "decayPerHop",
    make: ({ policies }, misnamed) => policies.links("relatedPolicies").propagate([POLICY], misnamed),
  },
  {
    call: "members",
    given: "revers",
    meant: "reverse",
    make: ({ policies }, misnamed) => policies.clock("expectedValue").members({ agentId: "agent-1" }, misnamed),
  },
  {
    call: "events.read",
    given: "partitions",
    meant: "partition",
    make: ({ policies }, misnamed) => policies.events.read(misnamed),
  },
  {
    call: "getHighestErrors",
    given: "scopes",
    meant: "scope",
    make: ({ policies }, misnamed) => policies.predictions.getHighestErrors(misnamed),
  },
  {
    call: "errorSummary",
    given: "group_by",
    meant: "groupBy",
    make: ({ policies }, misnamed) => policies.predictions.errorSummary(misnamed),
  },
  {
    call: "onContextUsed",
    given: "link_acted",
    meant: "linkActed",
    make: ({ policies }, misnamed) => policies.observations.onContextUsed([], misnamed),
  },
  {
    call: "onContextUsed, an observation",
    given: "replacements",
    meant: "replacement",
    make: ({ policies }, misnamed) => policies.observations.onContextUsed([{ record: POLICY, ...misnamed }]),
  },
  {
    call: "defineModel",
    given: "event_stream",
    meant: "eventStream",
    make: (_cache, misnamed) =>
      defineModel("Model", {
        identity: ["name"],
        fields: { name: keyField() },
        ...wrong<Record<never, never>>(misnamed),
      }),
    code: "INVALID_CONFIGURATION",
  },
  {
    call: "textField",
    given: "defualt",
    meant: "default",
    make: (_cache, misnamed) => textField(wrong(misnamed)),
    code: "INVALID_CONFIGURATION",
  },
  {
    call: "confidenceField",
    given: "CONFIDENCE_EVIDENCE_CAP",
    meant: "evidenceCap",
    make: (_cache, misnamed) => confidenceField(misnamed),
    code: "INVALID_CONFIGURATION",
  },
  {
    call: "existenceFilter",
    given: "false_positive_rate",
    meant: "errorRate",
    make: (_cache, misnamed) => existenceFilter(misnamed),
    code: "INVALID_CONFIGURATION",
  },
  {
    call: "PolicyCache.open, defaults",
    given: "MIN_EVENTS_FOR_CRYSTALLIZATION",
    meant: "minEvents",
    make: (_cache, misnamed) => PolicyCache.open("memory:", { defaults: misnamed }),
    code: "INVALID_CONFIGURATION",
  },
  {
    call: "flush",
    given: "abortSignal",
    meant: "signal",
    make: (cache, misnamed) => cache.flush(misnamed),
  },
  {
    call: "computeFingerprint",
    given: "include_fields",
    meant: "includeFields",
    make: (_cache, misnamed) => computeFingerprint(DEPLOY, misnamed),
  },
  {
    call: "discoverWeeklyCycle",
    given: "CHI_SQUARED_P_THRESHOLD",
    meant: "pThreshold",
    make: (_cache, misnamed) => discoverWeeklyCycle([0], misnamed),
  },
  {
    call: "evaluatePolicy",
    given: "rng",
    make: (_cache, misnamed) => evaluatePolicy([], uniformPolicy(), misnamed),
  },
  {
    call: "evaluatePolicy, a decision of the log",
    given: "agent_id",
    meant: "agentId",
    make: (_cache, misnamed) =>
      evaluatePolicy([wrong({ ...outcome("success"), propensity: 0.5, ...misnamed })], uniformPolicy()),
  },
  {
    call: "tablePolicy",
    given: "state",
    meant: "states",
    make: (_cache, misnamed) => tablePolicy(misnamed),
  },
  {
    call: "tablePolicy, a state",
    given: "action",
    meant: "actions",
    make: (_cache, misnamed) => tablePolicy({ states: [wrong({ state: DEPLOY, ...misnamed })] }),
  },
  {
    call: "exportStore",
    given: "progress",
    meant: "onProgress",
    make: ({ store }, misnamed) => exportStore(store, misnamed).next(),
  },
  {
    call: "importStore",
    given: "progress",
    meant: "onProgress",
    make: ({ store }, misnamed) => importStore(store, wrong([]), misnamed),
  },
  {
    call: "verifyExport",
    given: "progress",
    meant: "onProgress",
    make: (_cache, misnamed) => verifyExport(wrong([]), misnamed),
  },
  {
    call: "new StreamConsumer",
    given: "stream_key",
    meant: "streamKey",
    make: ({ store }, misnamed) =>
      new StreamConsumer(
        wrong({
          store,
          streamKey: "s",
          groupName: "g",
          consumerName: "c",
          handler: crystallizationHandler,
          ...misnamed,
        }),
      ),
    code: "INVALID_CONFIGURATION",
  },
  {
    call: "processBatch",
    given: "block",
    meant: "blockMs",
    make: ({ store }, misnamed) =>
      new StreamConsumer({ store, streamKey: "s", groupName: "g", consumerName: "c", handler: () => {} }).processBatch(
        misnamed,
      ),
  },
];

describe("a name that a call does not know", () => {
  let cache: PolicyCache;
  let watched: FaultInjector;
  beforeAll(async () => {
    cache = await PolicyCache.open("memory:", { workers: "inline" });
    watched = new FaultInjector(cache.store);
    await cache.recordMany(successes(6));
    await cache.decide({ state: UNKNOWN_STATE });
    await initializeQValue(cache.store, POLICY, 0.5);
  });
  afterAll(() => cache.close());

  const dump = () => atomically(cache.store, (keyspace) => dumpKeys(keyspace, watched.touched));

  it.each(CALLS)("is refused, and nothing is changed: $call with $given", async ({ given, meant, make, code }) => {
    const before = await dump();
    const error = await errorOf(() => make(cache, { [given]: 1 }));
    expect(error).toMatchObject({ code: code ?? "INVALID_ARGUMENT", retryable: false });
    expect(error.message).toContain(`${given} is 1, expected a known name.`);
    if (meant === undefined) expect(error.hint).toMatch(/^Known are \w+(, \w+)*\.$/);
    else expect(error.hint).toBe(`Did you mean ${meant}?`);
    expect(await dump()).toEqual(before);
  });
});

async function errorOf(call: () => unknown): Promise<PolicyCacheError> {
  try {
    await call();
  } catch (error) {
    if (PolicyCacheError.isInstance(error)) return error;
    throw new Error("not an error of this library", { cause: error });
  }
  throw new Error("nothing was refused");
}
