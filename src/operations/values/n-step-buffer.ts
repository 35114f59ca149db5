import type { Keyspace, StoredRecord } from "../../keyspace/port/keyspace.js";
import { type KeyedOutcome, whatFollowed } from "../outcomes/outcome.js";
import { numberField, textField } from "../records/fields.js";
import { rankingIndexes } from "../records/ranking/ranking-bound.js";
import type { RankingIndex } from "../records/ranking/ranking-index.js";
import { putRanked } from "../records/record.js";
import { isLearnedLater } from "./outcome-value.js";
import { stateValue, stepTowards, type ValueSettings } from "./values.js";

// An n-step buffer holds the last steps of an episode whose return is not known yet, oldest first: one record each, at most
// `tdSteps` of them.

/** A buffer as it was read before an operation, so that the operation's keys are known. */
export interface ReadNStepBuffer {
  readonly keys: { readonly nStepBuffer: string };
  /** The keys of the steps' states, and as they are noted in the buffer. */
  readonly steps: readonly { readonly state: string; readonly keys: { readonly state: string } }[];
}

/** Ids of the steps of a buffer count up from here, so that their texts have equal lengths and sort as numbers. */
const FIRST_STEP = 1_000_000_000;

/** Whether one of the buffers has other steps by now than when it was read. */
export function haveChanged(keyspace: Keyspace, buffers: readonly ReadNStepBuffer[]): boolean {
  for (const buffer of buffers) {
    const steps = keyspace.listRecords(buffer.keys.nStepBuffer);
    if (steps.length !== buffer.steps.length) return true;
    for (let index = 0; index < steps.length; index += 1) {
      if (stateOf(steps[index]) !== buffer.steps[index]?.state) return true;
    }
  }
  return false;
}

/**
 * The episode has come to the state of an outcome. When that is where its last step led, its oldest return may be known now.
 *
 * @rare
 */
export function arrive(
  keyspace: Keyspace,
  { keys, policy }: KeyedOutcome,
  buffer: string,
  settings: ValueSettings,
  nowSeconds: number,
): void {
  const steps = keyspace.listRecords(buffer);
  const last = steps[steps.length - 1];
  if (last === undefined || last.fields.isOpen !== true) return;
  const closed = keyspace.getRecord(buffer, last.id) ?? {};
  closed.isOpen = false;
  keyspace.putRecord(buffer, last.id, closed);
  const rankings = rankingIndexes(policy.rankings, settings.rankings);
  learnOldest(keyspace, buffer, steps, keys.state, rankings, settings, nowSeconds);
}

/**
 * Adds an outcome to the steps of its episode, unless everything was learned from it at once, and learns from the steps
 * whose return is known now: from all of them when the episode ended.
 *
 * @rare
 */
export function follow(
  keyspace: Keyspace,
  outcome: KeyedOutcome,
  buffer: string,
  settings: ValueSettings,
  nowSeconds: number,
): void {
  const { entry, keys, policy } = outcome;
  const reward = entry.reward ?? (settings.tdSteps > 1 ? 0 : undefined); // it may be part of an earlier return
  if (reward === undefined || !isLearnedLater(outcome, settings)) return;
  const followed = whatFollowed(entry);
  addStep(keyspace, outcome, buffer, reward, followed === "later");
  if (followed === "later") return;
  const steps = keyspace.listRecords(buffer);
  const rankings = rankingIndexes(policy.rankings, settings.rankings);
  if (followed === "known") {
    learnOldest(keyspace, buffer, steps, keys.nextState, rankings, settings, nowSeconds);
    return;
  }
  for (let index = 0; index < steps.length; index += 1) {
    learnStep(keyspace, steps, index, undefined, rankings, settings, nowSeconds);
  }
  for (const done of steps) keyspace.deleteRecord(buffer, done.id);
}

/** @param isOpen - whether the next outcome of the episode tells where this step led */
function addStep(
  keyspace: Keyspace,
  { stateKey, evidenceId, policy }: KeyedOutcome,
  buffer: string,
  reward: number,
  isOpen: boolean,
): void {
  const steps = keyspace.listRecords(buffer);
  const last = steps[steps.length - 1];
  const position = last === undefined ? 0 : numberField(last.fields, "position", 0) + 1;
  keyspace.putRecord(buffer, `${FIRST_STEP + position}`, {
    position,
    state: stateKey ?? "",
    evidenceId,
    policyId: policy.id,
    policyName: policy.name,
    reward,
    isOpen,
  });
}

/**
 * Learns from the oldest step, and lets go of it, when as many steps have followed as its return takes.
 *
 * @param end - key of the state that the last step led to
 * @param rankings - of the policies of the agent
 */
function learnOldest(
  keyspace: Keyspace,
  buffer: string,
  steps: readonly StoredRecord[],
  end: string | undefined,
  rankings: readonly RankingIndex[],
  settings: ValueSettings,
  nowSeconds: number,
): void {
  const oldest = steps[0];
  if (oldest === undefined || steps.length < settings.tdSteps) return;
  learnStep(keyspace, steps, 0, end, rankings, settings, nowSeconds);
  keyspace.deleteRecord(buffer, oldest.id);
}

/** Moves the value of a step's action, and of its policy, towards the step's return. */
function learnStep(
  keyspace: Keyspace,
  steps: readonly StoredRecord[],
  index: number,
  end: string | undefined,
  rankings: readonly RankingIndex[],
  settings: ValueSettings,
  nowSeconds: number,
): void {
  const step = steps[index];
  if (step === undefined) return;
  const target = returnFrom(keyspace, steps, index, end, settings);
  const state = stateOf(step);
  const evidenceId = textField(step.fields, "evidenceId", "");
  const evidence = keyspace.getRecord(state, evidenceId);
  if (evidence === undefined) return; // deleted meanwhile, with its policy
  stepTowards(evidence, target, settings);
  keyspace.putRecord(state, evidenceId, evidence);
  if (evidence.hasPolicy === undefined) return;
  const policyId = textField(step.fields, "policyId", "");
  const policy = keyspace.getRecord(state, policyId);
  if (policy === undefined) return;
  stepTowards(policy, target, settings);
  const name = textField(step.fields, "policyName", "");
  putRanked(keyspace, { keys: { records: state }, id: policyId, name, rankings }, policy, nowSeconds);
}

/**
 * The λ-return of a step, cut off where the buffer ends: G = r + γ·((1 − λ)·V(next) + λ·G(next)), and beyond the last
 * step V(end). With λ = 1 it is the n-step return.
 *
 * @see Peng and Williams (1996), Machine Learning 22, eq. 10; Sutton and Barto (2018), sections 7.1 and 12.3
 */
function returnFrom(
  keyspace: Keyspace,
  steps: readonly StoredRecord[],
  first: number,
  end: string | undefined,
  settings: ValueSettings,
): number {
  const { tdGamma, tdLambda } = settings;
  let future = stateValue(keyspace, end);
  for (let index = steps.length - 1; index > first; index -= 1) {
    const step = steps[index];
    if (step === undefined) continue;
    const sampled = numberField(step.fields, "reward", 0) + tdGamma * future;
    future = tdLambda === 1 ? sampled : (1 - tdLambda) * stateValue(keyspace, stateOf(step)) + tdLambda * sampled;
  }
  return numberField(steps[first]?.fields ?? {}, "reward", 0) + tdGamma * future;
}

function stateOf(step: StoredRecord | undefined): string {
  return step === undefined ? "" : textField(step.fields, "state", "");
}
