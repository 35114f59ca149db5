import type { Operation } from "../../keyspace/port/engine.js";
import type { Fields, Keyspace, StoredRecord } from "../../keyspace/port/keyspace.js";
import { useScore } from "../../maths/learning/use-score.js";
import { edgeWeight } from "../primitives/edges.js";
import { numberField, textField } from "../records/fields.js";
import { type ClockFields, type ClockScoring, clockScoreOf } from "../records/ranking/scoring.js";
import { worthOf } from "./worth.js";

export interface RankStateInput {
  readonly keys: {
    /** Records of the state: its evidence and its policies. */
    readonly state: string;
    /** Edges between the agent's policies. */
    readonly edges: string;
  };
  readonly clock: ClockScoring;
  readonly clockFields: ClockFields;
  readonly weights: RankingWeights;
  /** Names of the policies acted on before in this task; linked policies rank higher. */
  readonly context: readonly string[];
  /** A policy's name within its agent is this and its action type. */
  readonly namePrefix: string;
  /** The id of the evidence of an action is this and its type. */
  readonly evidencePrefix: string;
  readonly nowSeconds: number;
}

export interface RankingWeights {
  readonly expectedValue: number;
  readonly confidence: number;
  readonly accessCount: number;
  readonly coOccurrence: number;
}

export interface RankStateOutput {
  /** The state's policies, best first; equal scores by action type. */
  readonly policies: readonly RankedPolicy[];
  readonly evidence: readonly StoredRecord[];
}

export interface RankedPolicy {
  readonly fields: Fields;
  readonly score: number;
  /** The unweighted parts of the score. */
  readonly parts: RankingWeights;
}

/** Ranks the policies of one state. One keyed read; cost grows with the state's actions only. */
export const rankState: Operation<RankStateInput, RankStateOutput> = {
  name: "rank-state",
  access: "single-read",
  execute: (keyspace, input) => rank(keyspace, input),
};

/** As {@link rankState}, with the links to policies acted on before: one more read for each of them. */
export const rankStateInContext: Operation<RankStateInput, RankStateOutput> = {
  name: "rank-state-in-context",
  access: "read",
  execute: (keyspace, input) => rank(keyspace, input),
};

function rank(keyspace: Keyspace, input: RankStateInput): RankStateOutput {
  const fieldsOfPolicies: Fields[] = [];
  const evidence: StoredRecord[] = [];
  const contextEdges: (Fields | undefined)[] = [];
  for (const name of input.context) contextEdges.push(keyspace.getRecord(input.keys.edges, name));
  for (const record of keyspace.listRecords(input.keys.state)) {
    if (record.fields.trials !== undefined) evidence.push(record);
    else fieldsOfPolicies.push(record.fields);
  }
  const worth = worthOf(fieldsOfPolicies, evidence, input.evidencePrefix);
  const policies: RankedPolicy[] = [];
  for (let index = 0; index < fieldsOfPolicies.length; index += 1) {
    const fields = fieldsOfPolicies[index] ?? {};
    insertRanked(policies, scorePolicy(fields, worth[index] ?? 0, contextEdges, input));
  }
  return { policies, evidence };
}

/** @param base - what the clock decays: the Q-value, or what it is worth */
export function scorePolicy(
  fields: Fields,
  base: number,
  contextEdges: readonly (Fields | undefined)[],
  input: Pick<RankStateInput, "clock" | "clockFields" | "weights" | "namePrefix" | "nowSeconds">,
): RankedPolicy {
  let coOccurrence = 0;
  const name = input.namePrefix + textField(fields, "actionType", "");
  for (const edges of contextEdges) coOccurrence = Math.max(coOccurrence, edgeWeight(edges, name));
  const parts = {
    expectedValue: clockScoreOf(base, fields, input.clock, input.clockFields, input.nowSeconds),
    confidence: numberField(fields, "confidence.value", input.clock.initialConfidence),
    accessCount: useScore(numberField(fields, "accessCount", 0)),
    coOccurrence,
  };
  const score =
    input.weights.expectedValue * parts.expectedValue +
    input.weights.confidence * parts.confidence +
    input.weights.accessCount * parts.accessCount +
    input.weights.coOccurrence * parts.coOccurrence;
  return { fields, score, parts };
}

/** Records come in the order of their names, so a later one with an equal score stays behind. */
function insertRanked(policies: RankedPolicy[], policy: RankedPolicy): void {
  policies.push(policy);
  let index = policies.length - 1;
  while (index > 0) {
    const before = policies[index - 1];
    if (before === undefined || before.score >= policy.score) break;
    policies[index] = before;
    index -= 1;
  }
  policies[index] = policy;
}
