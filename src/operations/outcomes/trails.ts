import type { Keyspace, StoredRecord } from "../../keyspace/port/keyspace.js";
import { numberField, textField } from "../records/fields.js";
import type { RankingIndex } from "../records/ranking-index.js";
import { putRanked } from "../records/record.js";
import { stateValue, stepTowards, type ValueSettings } from "./values.js";

// A trail holds the last steps of an episode whose return is not known yet, oldest first: one record each, at most
// `tdSteps` of them.

/** A trail as it was read before an operation, so that the operation's keys are known. */
export interface ReadTrail {
  readonly keys: { readonly trail: string };
  /** The keys of the steps' states, and as they are noted in the trail. */
  readonly steps: readonly { readonly state: string; readonly keys: { readonly state: string } }[];
}

/** One step to be learned from when its return is known. */
export interface TrailStep {
  /** Key of the state it was taken in. */
  readonly state: string;
  readonly evidenceId: string;
  readonly policyId: string;
  readonly policyName: string;
  readonly reward: number;
}

/** Ids of the steps of a trail count up from here, so that their texts have equal lengths and sort as numbers. */
const FIRST_STEP = 1_000_000_000;

/** Whether one of the trails has other steps by now than when it was read. */
export function haveTrailsChanged(keyspace: Keyspace, trails: readonly ReadTrail[]): boolean {
  for (const trail of trails) {
    const steps = keyspace.listRecords(trail.keys.trail);
    if (steps.length !== trail.steps.length) return true;
    for (let index = 0; index < steps.length; index += 1) {
      if (stateOf(steps[index]) !== trail.steps[index]?.state) return true;
    }
  }
  return false;
}

/**
 * The episode has come to a state. When that is where its last step led, its oldest return may be known now.
 *
 * @param rankings - of the policies of the agent
 * @rare
 */
export function arrive(
  keyspace: Keyspace,
  trail: string,
  state: string,
  rankings: readonly RankingIndex[],
  settings: ValueSettings,
  nowSeconds: number,
): void {
  const steps = keyspace.listRecords(trail);
  const last = steps[steps.length - 1];
  if (last === undefined || last.fields.isOpen !== true) return;
  const closed = keyspace.getRecord(trail, last.id) ?? {};
  closed.isOpen = false;
  keyspace.putRecord(trail, last.id, closed);
  learnOldest(keyspace, trail, steps, state, rankings, settings, nowSeconds);
}

/**
 * Adds a step to a trail and learns from the steps whose return is known now: from all of them when the episode ended.
 *
 * @param next - whether the episode ended with this step, led to `nextState`, or the next outcome tells where it led
 * @param rankings - of the policies of the agent
 * @rare
 */
export function follow(
  keyspace: Keyspace,
  trail: string,
  step: TrailStep,
  next: "ended" | "known" | "later",
  nextState: string | undefined,
  rankings: readonly RankingIndex[],
  settings: ValueSettings,
  nowSeconds: number,
): void {
  const before = keyspace.listRecords(trail);
  const last = before[before.length - 1];
  const position = last === undefined ? 0 : numberField(last.fields, "position", 0) + 1;
  const { state, evidenceId, policyId, policyName, reward } = step;
  const fields = { position, state, evidenceId, policyId, policyName, reward, isOpen: next === "later" };
  keyspace.putRecord(trail, `${FIRST_STEP + position}`, fields);
  if (next === "later") return;
  const steps = keyspace.listRecords(trail);
  if (next === "known") {
    learnOldest(keyspace, trail, steps, nextState, rankings, settings, nowSeconds);
    return;
  }
  for (let index = 0; index < steps.length; index += 1) {
    learnStep(keyspace, steps, index, undefined, rankings, settings, nowSeconds);
  }
  for (const done of steps) keyspace.deleteRecord(trail, done.id);
}

/** Learns from the oldest step, and lets go of it, when as many steps have followed as its return takes. */
function learnOldest(
  keyspace: Keyspace,
  trail: string,
  steps: readonly StoredRecord[],
  end: string | undefined,
  rankings: readonly RankingIndex[],
  settings: ValueSettings,
  nowSeconds: number,
): void {
  const oldest = steps[0];
  if (oldest === undefined || steps.length < settings.tdSteps) return;
  learnStep(keyspace, steps, 0, end, rankings, settings, nowSeconds);
  keyspace.deleteRecord(trail, oldest.id);
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
 * The λ-return of a step, cut off where the trail ends: G = r + γ·((1 − λ)·V(next) + λ·G(next)), and beyond the last
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
