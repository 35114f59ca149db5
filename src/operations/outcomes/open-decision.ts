import type { Operation } from "../../keyspace/port/engine.js";
import type { Keyspace } from "../../keyspace/port/keyspace.js";
import { mayTry, type TrialAllowance } from "../../maths/proof/trial-allowance.js";
import { newEvidence } from "../evidence/accumulate.js";
import { noteChoice } from "../evidence/actions/first-choice.js";
import { placesOf } from "../evidence/actions/places.js";
import { countCoin, type TossedCoin } from "../evidence/coins.js";
import { collides } from "../evidence/collisions.js";
import type { CrystallizationSettings } from "../evidence/crystallization.js";
import { addOpen, openTrials } from "../evidence/open/open-decisions.js";
import { countOverdue } from "../evidence/open/overdue.js";
import { noteChange } from "../evidence/watch.js";
import { numberField } from "../records/fields.js";
import { isTaken, type KeyedOutcome } from "./outcome.js";
import type { PolicyChangeKind } from "./policy-change.js";

export interface OpenDecisionInput {
  /** What the decision counts as until its outcome is known: a failure. */
  readonly outcome: KeyedOutcome;
  /** The coin it was decided by; absent when there was none that counts. */
  readonly coin?: TossedCoin;
  /** What the state may spend on trials, for a trial. */
  readonly allowance?: TrialAllowance;
  readonly settings: CrystallizationSettings;
  readonly nowSeconds: number;
}

export interface OpenDecisionOutput {
  /** What became of the policy, whose decisions may have waited too long; absent when nothing did. */
  readonly change?: PolicyChangeKind;
  /** The state has nothing left to spend on this trial, which others were quicker to do: it is not to be made. */
  readonly isRefused?: boolean;
}

/** Counts a decision that was made, before its outcome is known. */
export const openDecision: Operation<OpenDecisionInput, OpenDecisionOutput> = {
  name: "open-decision",
  access: "write",
  execute(keyspace, { outcome, coin, allowance, settings, nowSeconds }) {
    const { entry, keys, evidenceId, stateDigest } = outcome;
    const stored = keyspace.getRecord(keys.state, evidenceId);
    if (collides(keyspace, outcome, stored)) return {};
    if (allowance !== undefined && !mayTryIn(keyspace, keys.state, allowance)) return { isRefused: true };
    const evidence = stored ?? newEvidence(keyspace, outcome);
    if (stored === undefined) {
      evidence.lastSeen = entry.ts;
      if (stateDigest !== "") evidence.stateDigest = stateDigest;
      if (entry.stateFeatures !== "") evidence.stateFeatures = entry.stateFeatures;
    }
    const hasStopped = countOverdue(keyspace, outcome, evidence, settings, nowSeconds);
    const places = placesOf(evidence, outcome);
    addOpen(evidence, entry, places, nowSeconds);
    if (isTaken(entry)) evidence.openBudget = numberField(entry, "errorBudget", 1 - settings.ciThreshold);
    else noteChoice(keyspace, outcome, evidence, places);
    const output: OpenDecisionOutput =
      hasStopped && evidence.hasPolicy !== undefined
        ? { change: noteChange(keyspace, outcome, evidence, "stopped", settings, nowSeconds) }
        : {};
    keyspace.putRecord(keys.state, evidenceId, evidence);
    if (coin !== undefined) countCoin(keyspace, keys.state, coin, "opened", false);
    return output;
  },
};

/** @rare */
function mayTryIn(keyspace: Keyspace, stateKey: string, allowance: TrialAllowance): boolean {
  let decisions = 0;
  let failed = 0;
  let open = 0;
  for (const { fields } of keyspace.listRecords(stateKey)) {
    if (fields.trials === undefined) continue;
    decisions += numberField(fields, "trials", 0);
    failed += numberField(fields, "failedTrials", 0);
    open += openTrials(fields);
  }
  return mayTry(decisions, failed, open, allowance);
}
