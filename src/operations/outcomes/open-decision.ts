import type { Operation } from "../../keyspace/port/engine.js";
import { newEvidence } from "../evidence/accumulate.js";
import { placesOf } from "../evidence/actions/places.js";
import { countCoin, type TossedCoin } from "../evidence/coins.js";
import { collides } from "../evidence/collisions.js";
import type { CrystallizationSettings } from "../evidence/crystallization.js";
import { addOpen } from "../evidence/open/open-decisions.js";
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
  readonly settings: CrystallizationSettings;
  readonly nowSeconds: number;
}

export interface OpenDecisionOutput {
  /** What became of the policy, whose decisions may have waited too long; absent when nothing did. */
  readonly change?: PolicyChangeKind;
}

/** Counts a decision that was made, before its outcome is known. */
export const openDecision: Operation<OpenDecisionInput, OpenDecisionOutput> = {
  name: "open-decision",
  access: "write",
  execute(keyspace, { outcome, coin, settings, nowSeconds }) {
    const { entry, keys, evidenceId, stateDigest } = outcome;
    const stored = keyspace.getRecord(keys.state, evidenceId);
    if (collides(keyspace, outcome, stored)) return {};
    const evidence = stored ?? newEvidence(keyspace, outcome);
    if (stored === undefined) {
      evidence.lastSeen = entry.ts;
      if (stateDigest !== "") evidence.stateDigest = stateDigest;
      if (entry.stateFeatures !== "") evidence.stateFeatures = entry.stateFeatures;
    }
    const hasStopped = countOverdue(keyspace, outcome, evidence, settings, nowSeconds);
    let places: readonly number[] = [];
    if (isTaken(entry)) {
      places = placesOf(evidence, outcome);
      evidence.openBudget = numberField(entry, "errorBudget", 1 - settings.ciThreshold);
    }
    addOpen(evidence, entry, places, nowSeconds);
    const output: OpenDecisionOutput =
      hasStopped && evidence.hasPolicy !== undefined
        ? { change: noteChange(keyspace, outcome, evidence, "stopped", settings, nowSeconds) }
        : {};
    keyspace.putRecord(keys.state, evidenceId, evidence);
    if (coin !== undefined) countCoin(keyspace, keys.state, coin, "opened", false);
    return output;
  },
};
