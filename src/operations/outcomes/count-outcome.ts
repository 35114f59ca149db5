import type { Fields, Keyspace } from "../../keyspace/port/keyspace.js";
import { accumulate, visitOf, withoutState } from "../evidence/accumulate.js";
import { type CountedActions, countActions } from "../evidence/actions/count-actions.js";
import { collides } from "../evidence/collisions.js";
import { type CrystallizationSettings, createPolicy, passingBound } from "../evidence/crystallization.js";
import { noteOutcome } from "../evidence/history.js";
import { countsInForce } from "../evidence/retirement.js";
import { watchPolicy } from "../evidence/watch.js";
import { numberField } from "../records/fields.js";
import { arrive, follow } from "../values/n-step-buffer.js";
import { immediateReturn, stepPolicy } from "../values/outcome-value.js";
import type { KeyedOutcome } from "./outcome.js";
import type { PolicyChangeKind } from "./policy-change.js";

/**
 * Adds one outcome to the durable evidence of its (agent, state, action), with a step of its learned value, and creates
 * the policy when the accumulated counts first pass. Existence is an exact look-up, made once: the evidence remembers
 * that its policy exists, and is removed with it. The value of an existing policy makes a step towards the same target,
 * and the policy is retired when its outcomes have turned bad, or back when those since then suffice.
 *
 * @param isReported - whether it was the outcome of a decision
 * @returns what became of the policy; undefined when nothing did
 */
export function countOutcome(
  keyspace: Keyspace,
  outcome: KeyedOutcome,
  isReported: boolean,
  settings: CrystallizationSettings,
  nowSeconds: number,
): PolicyChangeKind | undefined {
  const { keys, evidenceId } = outcome;
  if (keys.nStepBuffer !== undefined) arrive(keyspace, outcome, keys.nStepBuffer, settings, nowSeconds);
  const stored = keyspace.getRecord(keys.state, evidenceId);
  if (collides(keyspace, outcome, stored)) return undefined;
  const target = immediateReturn(keyspace, outcome, settings);
  const visit = visitOf(keyspace, outcome, stored, settings);
  const evidence = accumulate(keyspace, outcome, stored, visit, target, settings);
  let qValue = target === undefined ? undefined : numberField(evidence, "qValue", 0);
  const hadPolicy = evidence.hasPolicy !== undefined;
  const counted =
    visit.isFirst && !visit.isLate
      ? countActions(keyspace, outcome, evidence, hadPolicy, settings, nowSeconds)
      : countedOnlyForType(evidence);
  let change: PolicyChangeKind | undefined;
  if (!hadPolicy) {
    const bound = passingBound(countsInForce(evidence), settings);
    const creation = bound > 0 ? outcome.creation : undefined;
    if (creation !== undefined) {
      const first = createPolicy(keyspace, outcome, creation, evidence, bound, settings, nowSeconds);
      if (first !== undefined) change = "crystallized";
      qValue = first ?? qValue;
      evidence.hasPolicy = true;
    }
  } else if (target !== undefined) {
    qValue = stepPolicy(keyspace, outcome, target, settings, nowSeconds) ?? qValue;
  }
  if (visit.isTrial) {
    noteOutcome(keyspace, outcome, evidence, counted.inForce, qValue, isReported, settings.historyLength);
    if (hadPolicy) change = watchPolicy(keyspace, outcome, evidence, counted.change, settings, nowSeconds);
  }
  const isHandedOver = !hadPolicy && evidence.hasPolicy !== undefined;
  keyspace.putRecord(keys.state, evidenceId, isHandedOver ? withoutState(evidence) : evidence);
  if (keys.nStepBuffer !== undefined) follow(keyspace, outcome, keys.nStepBuffer, settings, nowSeconds);
  return change;
}

/**
 * An episode that was in the state before is no opportunity for its actions any more, and an outcome that comes too late was
 * counted as a failure.
 *
 * @rare
 */
function countedOnlyForType(evidence: Fields): CountedActions {
  return { change: "none", inForce: countsInForce(evidence) };
}

/**
 * Adds the outcome of a decision to the evidence of a pair whose policy exists and is not written here.
 *
 * @param target - what is learned from it at once; undefined when nothing is
 * @param qValue - of the policy, after it
 * @returns what became of the policy; undefined when nothing did
 */
export function countForPolicy(
  keyspace: Keyspace,
  outcome: KeyedOutcome,
  target: number | undefined,
  qValue: number,
  settings: CrystallizationSettings,
  nowSeconds: number,
): PolicyChangeKind | undefined {
  let change: PolicyChangeKind | undefined;
  const stored = keyspace.getRecord(outcome.keys.state, outcome.evidenceId);
  const visit = visitOf(keyspace, outcome, stored, settings);
  const evidence = accumulate(keyspace, outcome, stored, visit, target, settings);
  evidence.hasPolicy = true;
  const counted =
    visit.isFirst && !visit.isLate
      ? countActions(keyspace, outcome, evidence, true, settings, nowSeconds)
      : countedOnlyForType(evidence);
  if (visit.isTrial) {
    const taught = target === undefined ? undefined : qValue;
    noteOutcome(keyspace, outcome, evidence, counted.inForce, taught, true, settings.historyLength);
    change = watchPolicy(keyspace, outcome, evidence, counted.change, settings, nowSeconds);
  }
  keyspace.putRecord(outcome.keys.state, outcome.evidenceId, evidence);
  return change;
}
