import type { PolicyCache } from "../../../src/cache/policy-cache.js";
import { createCrystallizationHandler, crystallizationHandler } from "../../../src/cache/recording/crystallization.js";
import {
  ConfigurationError,
  type InvalidArgumentError,
  RecordExistsError,
  RecordNotFoundError,
} from "../../../src/common/errors.js";
import { StreamConsumer } from "../../../src/streams/stream-consumer.js";
import { DEPLOY, DEPLOY_FINGERPRINT, outcome, successes } from "../../support/events.js";

import { cyclic, Deployment, LONE_SURROGATE, nested, shownAs, wrong } from "./values.js";

// What callers can get wrong. Each case must end in an error of the right class that names the parameter, and leave
// the store exactly as it was.

type ErrorClass = typeof InvalidArgumentError | typeof ConfigurationError | typeof RecordNotFoundError;

interface BadCall {
  readonly name: string;
  readonly call: (cache: PolicyCache, ids: DecisionIds) => unknown;
  /** What the message must contain: the name of the parameter. */
  readonly parameter: string;
  readonly error?: ErrorClass;
  readonly code?: string;
}

export interface DecisionIds {
  /** Of a decision of agent-1 that was never reported. */
  readonly own: string;
  readonly ofAnotherAgent: string;
  readonly expired: string;
}

export const POLICY = { agentId: "agent-1", stateFingerprint: DEPLOY_FINGERPRINT, actionType: "run_playbook" };
const UNKNOWN = { ...POLICY, actionType: "unknown" };

function forged(parts: unknown): string {
  return `d3${Buffer.from(JSON.stringify(parts)).toString("base64url")}`;
}

/** An event that is right but for one part. */
function recording(part: string, value: unknown, parameter = part): BadCall {
  const shown = typeof value === "string" ? JSON.stringify(value.slice(0, 12)) : shownAs(value);
  const event = wrong<Parameters<PolicyCache["record"]>[0]>({ ...outcome("success"), [part]: value });
  return { name: `record with ${part} ${shown}`, call: (cache) => cache.record(event), parameter };
}

function recordingAction(part: string, value: unknown): BadCall {
  const action = { type: "run", spec: {}, [part]: value };
  const shown = typeof value === "string" ? JSON.stringify(value.slice(0, 12)) : shownAs(value);
  return {
    name: `record with action.${part} ${shown}`,
    call: (cache) => cache.record(outcome("success", { action: wrong(action) })),
    parameter: `action.${part}`,
  };
}

function reporting(name: string, idOf: (ids: DecisionIds) => unknown, parameter = "decisionId"): BadCall {
  return {
    name: `report ${name}`,
    call: (cache, ids) => cache.report(wrong(idOf(ids)), { outcome: "success" }),
    parameter,
  };
}

export const CALLS: readonly BadCall[] = [
  // Events
  { name: "record nothing", call: (cache) => cache.record(wrong(undefined)), parameter: "event" },
  { name: "record null", call: (cache) => cache.record(wrong(null)), parameter: "event" },
  { name: "record a text", call: (cache) => cache.record(wrong("success")), parameter: "event" },
  { name: "record an array", call: (cache) => cache.record(wrong([outcome("success")])), parameter: "event" },
  { name: "record an empty object", call: (cache) => cache.record(wrong({})), parameter: "action" },
  {
    name: "recordMany of one event",
    call: (cache) => cache.recordMany(wrong(outcome("success"))),
    parameter: "events",
  },
  { name: "recordMany of nothing", call: (cache) => cache.recordMany(wrong(undefined)), parameter: "events" },
  {
    name: "recordMany with a wrong event among right ones",
    call: (cache) => cache.recordMany([...successes(3), wrong({}), ...successes(3)]),
    parameter: "action",
  },
  recording("agentId", ""),
  recording("agentId", 5),
  recording("agentId", "a".repeat(513)),
  recording("agentId", "tab\there"),
  recording("agentId", "nul\0here"),
  recording("agentId", LONE_SURROGATE),
  recording("state", undefined),
  recording("state", null),
  recording("state", "deploy"),
  recording("state", [1, 2]),
  recording("state", new Map([["task", "deploy"]])),
  recording("state", new Deployment()),
  recording("state", { when: new Date(0) }, "state.when"),
  recording("state", { n: Number.NaN }, "state.n"),
  recording("state", { n: Number.POSITIVE_INFINITY }, "state.n"),
  recording("state", { n: 5n }, "state.n"),
  recording("state", { n: () => 1 }, "state.n"),
  recording("state", { list: [1, Symbol("s")] }, "state.list[1]"),
  recording("state", { [Symbol("s")]: 1 }),
  recording("state", cyclic()),
  recording("state", nested(129)),
  recording("state", { text: "x".repeat(1_048_577) }),
  recording("state", { __proto__: { task: "inherited" } }),
  recording("action", undefined),
  recording("action", "run"),
  recordingAction("type", undefined),
  recordingAction("type", ""),
  recordingAction("type", 5),
  recordingAction("type", "line\nbreak"),
  recordingAction("type", `${LONE_SURROGATE}`),
  recordingAction("spec", "{}"),
  recordingAction("spec", [1]),
  recordingAction("spec", new Date(0)),
  recording("outcome", undefined),
  recording("outcome", "SUCCESS"),
  recording("outcome", "unknown"),
  recording("outcome", true),
  recording("reward", Number.NaN),
  recording("reward", Number.NEGATIVE_INFINITY),
  recording("reward", "1"),
  recording("reward", 1.7e308),
  recording("id", ""),
  recording("id", 7),
  recording("id", "x".repeat(513)),
  recording("id", LONE_SURROGATE),
  recording("episodeId", ""),
  recording("episodeId", {}),
  recording("step", -1),
  recording("step", 0.5),
  recording("done", "yes"),
  recording("nextState", [1]),
  recording("nextState", { n: Number.NaN }, "nextState.n"),
  recording("ts", -1),
  recording("ts", Number.NaN),
  recording("ts", "now"),
  recording("ts", new Date(0)),
  recording("ts", 1_716_000_000_000),
  recording("ts", 1_716_000_000_000_000),
  recording("validUntil", 1_716_000_000_000),

  // Decisions
  { name: "decide nothing", call: (cache) => cache.decide(wrong(undefined)), parameter: "request" },
  { name: "decide null", call: (cache) => cache.decide(wrong(null)), parameter: "request" },
  { name: "decide without a state", call: (cache) => cache.decide(wrong({ agentId: "agent-1" })), parameter: "state" },
  {
    name: "decide for an empty agent",
    call: (cache) => cache.decide({ agentId: "", state: DEPLOY }),
    parameter: "agentId",
  },
  {
    name: "decide in a cyclic state",
    call: (cache) => cache.decide({ state: wrong(cyclic()) }),
    parameter: "state",
  },
  {
    name: "decide with a text as context",
    call: (cache) => cache.decide({ agentId: "agent-1", state: DEPLOY, context: wrong("d3x") }),
    parameter: "context",
  },
  {
    name: "decide with 17 decisions as context",
    call: (cache, { own }) => cache.decide({ agentId: "agent-1", state: DEPLOY, context: Array(17).fill(own) }),
    parameter: "context",
  },
  {
    name: "decide with a number in the context",
    call: (cache) => cache.decide({ agentId: "agent-1", state: DEPLOY, context: wrong([5]) }),
    parameter: "decisionId",
  },
  {
    name: "decide with a decision of another agent as context",
    call: (cache, ids) => cache.decide({ agentId: "agent-1", state: DEPLOY, context: [ids.ofAnotherAgent] }),
    parameter: "context",
  },
  {
    name: "decide with a negative weight",
    call: (cache) => cache.decide({ agentId: "agent-1", state: DEPLOY, weights: { confidence: -1 } }),
    parameter: "rankingWeights.confidence",
    error: ConfigurationError,
  },
  {
    name: "decide with a weight that is no number",
    call: (cache) => cache.decide({ agentId: "agent-1", state: DEPLOY, weights: { accessCount: Number.NaN } }),
    parameter: "rankingWeights.accessCount",
    error: ConfigurationError,
  },
  {
    name: "decide with a misspelt weight",
    call: (cache) => cache.decide({ agentId: "agent-1", state: DEPLOY, weights: wrong({ qValue: 1 }) }),
    parameter: "rankingWeights.qValue",
    error: ConfigurationError,
  },
  { name: "explain nothing", call: (cache) => cache.explain(wrong(undefined)), parameter: "request" },

  // Reports
  reporting("without an id", () => undefined),
  reporting("a number", () => 5),
  reporting("an empty id", () => ""),
  reporting("a text no decision carried", () => "d3hello"),
  reporting("a truncated id", ({ own }) => own.slice(0, -5)),
  reporting("an id cut after its prefix", () => "d3"),
  reporting(
    "an id with one character changed",
    ({ own }) => `${own.slice(0, 40)}${own[40] === "A" ? "B" : "A"}${own.slice(41)}`,
  ),
  reporting("an id with a blank behind it", ({ own }) => `${own} `),
  reporting("an id of another version", ({ own }) => own.replace("d3", "d9")),
  reporting("a forged id with too few parts", () => forged(["agent-1", "f", "a"])),
  reporting("a forged id of an object", () => forged({ agentId: "agent-1" })),
  reporting("a forged id with texts for numbers", () => forged(["agent-1", "f", "a", "now", "0.5", "n"])),
  reporting("a forged id with an empty agent", () => forged(["", "f", "a", 1_715_803_200, 0.5, "n"])),
  reporting("a forged id with a control character", () => forged(["agent-1", "f", "a\tb", 1_715_803_200, 0.5, "n"])),
  reporting("a forged id with a number as context", () => forged(["agent-1", "f", "a", 1_715_803_200, 0.5, "n", 7])),
  reporting("a forged id with a context that names no policy", () =>
    forged(["agent-1", "f", "a", 1_715_803_200, 0.5, "n", "one part"]),
  ),
  reporting("a forged id with a huge value", () => forged(["agent-1", "f", "a", 1_715_803_200, 1.7e308, "n"])),
  reporting("an expired decision", ({ expired }) => expired),
  {
    name: "report without an outcome",
    call: (cache, { own }) => cache.report(own, wrong(undefined)),
    parameter: "report",
  },
  {
    name: "report an unknown outcome",
    call: (cache, { own }) => cache.report(own, { outcome: wrong("maybe") }),
    parameter: "outcome",
  },
  {
    name: "report a reward that is no number",
    call: (cache, { own }) => cache.report(own, { outcome: "success", reward: Number.NaN }),
    parameter: "reward",
  },
  {
    name: "report a reward near the end of all numbers",
    call: (cache, { own }) => cache.report(own, { outcome: "success", reward: -1.7e308 }),
    parameter: "reward",
  },
  {
    name: "report with a next state that is no object",
    call: (cache, { own }) => cache.report(own, { outcome: "success", nextState: wrong("done") }),
    parameter: "nextState",
  },

  // Policies
  { name: "get nothing", call: (cache) => cache.policies.get(wrong(undefined)), parameter: "identity" },
  { name: "get part of an identity", call: (cache) => cache.policies.get(wrong({ agentId: "a" })), parameter: "state" },
  { name: "create nothing", call: (cache) => cache.policies.create(wrong(null)), parameter: "values" },
  {
    name: "create what exists",
    call: (cache) => cache.policies.create(POLICY),
    parameter: "run_playbook",
    error: RecordExistsError,
    code: "RECORD_EXISTS",
  },
  {
    name: "create with a learned field",
    call: (cache) => cache.policies.create(wrong({ ...UNKNOWN, qValue: 1 })),
    parameter: "qValue",
  },
  {
    name: "create with an unknown field",
    call: (cache) => cache.policies.create(wrong({ ...UNKNOWN, colour: "red" })),
    parameter: "colour",
  },
  {
    name: "create with a specification that is no object",
    call: (cache) => cache.policies.create({ ...UNKNOWN, actionSpec: wrong([]) }),
    parameter: "actionSpec",
  },
  {
    name: "update what does not exist",
    call: (cache) => cache.policies.update(UNKNOWN, { actionSpec: {} }),
    parameter: "unknown",
    error: RecordNotFoundError,
    code: "RECORD_NOT_FOUND",
  },
  { name: "update with nothing", call: (cache) => cache.policies.update(POLICY, wrong(null)), parameter: "changes" },
  {
    name: "update the identity",
    call: (cache) => cache.policies.update(POLICY, wrong({ actionType: "other" })),
    parameter: "actionType",
  },
  {
    name: "update a learned field",
    call: (cache) => cache.policies.update(POLICY, wrong({ qValue: 9 })),
    parameter: "qValue",
  },
  {
    name: "query without an agent",
    call: (cache) => cache.policies.query(wrong({})),
    parameter: "agentId",
  },
  { name: "query nothing", call: (cache) => cache.policies.query(wrong(undefined)), parameter: "where" },
  {
    name: "query by a field that is no key",
    call: (cache) => cache.policies.query(wrong({ agentId: "agent-1", qValue: 1 })),
    parameter: "where.qValue",
  },
  {
    name: "query pages of 0",
    call: (cache) => cache.policies.query({ agentId: "agent-1" }, { limit: 0 }),
    parameter: "limit",
  },
  {
    name: "query pages of 1001",
    call: (cache) => cache.policies.query({ agentId: "agent-1" }, { limit: 1001 }),
    parameter: "limit",
  },
  {
    name: "query after a number",
    call: (cache) => cache.policies.query({ agentId: "agent-1" }, { after: wrong(5) }),
    parameter: "after",
  },
  { name: "delete nothing", call: (cache) => cache.policies.delete(wrong(undefined)), parameter: "identity" },
  {
    name: "touch what does not exist",
    call: (cache) => cache.policies.clock("expectedValue").touch(UNKNOWN),
    parameter: "unknown",
    error: RecordNotFoundError,
    code: "RECORD_NOT_FOUND",
  },
  {
    name: "update a Q-value by NaN",
    call: (cache) => cache.policies.qValue("qValue").update(POLICY, Number.NaN),
    parameter: "reward",
  },
  {
    name: "update a Q-value by more than can be learned",
    call: (cache) => cache.policies.qValue("qValue").update(POLICY, 1.7e308, { maxFutureQ: 1.7e308 }),
    parameter: "reward",
  },
  {
    name: "update a Q-value with a huge future",
    call: (cache) => cache.policies.qValue("qValue").update(POLICY, 1, { maxFutureQ: 1.7e308 }),
    parameter: "maxFutureQ",
  },
  {
    name: "update a Q-value with a learning rate of 0",
    call: (cache) => cache.policies.qValue("qValue").update(POLICY, 1, { alpha: 0 }),
    parameter: "alpha",
  },
  {
    name: "update a Q-value without discount in a task that may never end",
    call: (cache) => cache.policies.qValue("qValue").update(POLICY, 1, { gamma: 1 }),
    parameter: "gamma",
  },
  {
    name: "initialize a Q-value with infinity",
    call: (cache) => cache.policies.qValue("qValue").initialize(POLICY, Number.POSITIVE_INFINITY),
    parameter: "qValue",
  },
  {
    name: "signal a confidence above 1",
    call: (cache) => cache.policies.confidence("confidence").update(POLICY, 1.5),
    parameter: "signal",
  },
  {
    name: "signal a field that is no confidence",
    call: (cache) => cache.policies.confidence(wrong("qValue") as "confidence").update(POLICY, 0.5),
    parameter: "field",
  },
  {
    name: "look for a number in the filter",
    call: (cache) => cache.policies.filter("bloom").mightExist(wrong(5), "agent-1"),
    parameter: "text",
  },

  // Reading for people
  { name: "rank pages of 1.5", call: (cache) => cache.ranking({ agentId: "agent-1", limit: 1.5 }), parameter: "limit" },
  { name: "rank from -1", call: (cache) => cache.ranking({ agentId: "agent-1", after: "-1" }), parameter: "after" },
  { name: "rank a number", call: (cache) => cache.ranking({ agentId: wrong(5) }), parameter: "agentId" },
  { name: "rank null", call: (cache) => cache.ranking(wrong(null)), parameter: "options" },
  { name: "statistics of an empty agent", call: (cache) => cache.statistics({ agentId: "" }), parameter: "agentId" },
  { name: "statistics of null", call: (cache) => cache.statistics(wrong(null)), parameter: "options" },

  // Consumers
  ...[
    ["batchSize", 0],
    ["batchSize", 1.5],
    ["blockMs", -1],
    ["maxRetries", 0],
    ["claimTimeoutMs", Number.NaN],
    ["deadLetterMaxLength", 0],
    ["handler", "log"],
    ["store", {}],
  ].map(
    ([option, value]): BadCall => ({
      name: `a consumer with ${option} ${shownAs(value)}`,
      call: ({ store }) => {
        const options = { store, streamKey: "s", groupName: "g", consumerName: "c", handler: crystallizationHandler };
        return new StreamConsumer(wrong({ ...options, [String(option)]: value }));
      },
      parameter: String(option),
      error: ConfigurationError,
    }),
  ),
  {
    name: "a consumer of a stream without a name",
    call: ({ store }) =>
      new StreamConsumer({
        store,
        streamKey: "",
        groupName: "g",
        consumerName: "c",
        handler: crystallizationHandler,
      }),
    parameter: "streamKey",
  },
  {
    name: "a handler with a threshold of 1",
    call: () => createCrystallizationHandler({ ciThreshold: 1 }),
    parameter: "ciThreshold",
    error: ConfigurationError,
  },
];
