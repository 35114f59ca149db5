import type { Fields, Keyspace } from "../../keyspace/port/keyspace.js";
import { wilsonLowerBound } from "../../maths/statistics/wilson-bound.js";
import type { KeyedOutcome, PolicyCreation } from "../outcomes/outcome.js";
import { numberField, textsField } from "../records/fields.js";
import { insertRecord } from "../records/record.js";
import { startFrom } from "../values/value-start.js";
import type { ValueSettings } from "../values/values.js";
import { countAt, countsOf, LAST_SEEN, successesOf, trialsOf } from "./actions/action-counts.js";
import type { StoppingSettings } from "./actions/stopping.js";
import { noteMoment } from "./history.js";
import { type Counts, countsInForce } from "./retirement.js";

/**
 * When evidence becomes a policy, and with which value: docs/specification/README.md#statistics-and-crystallization.
 */
export interface CrystallizationSettings extends ValueSettings, StoppingSettings {
  readonly minEvents: number;
  readonly ciThreshold: number;
  /** The bound itself, the learned value or the mean of the rewards (the bound without rewards), or `initialQValue`. */
  readonly initialQ: "bound" | "learned" | "meanReward" | "fixed";
  readonly initialQValue: number;
  /** Start the confidence state from the evidence instead of from (initial, 0). */
  readonly seedConfidence: boolean;
  readonly evidenceCap: number;
  /** Outcomes of a pair that are kept for its explanation. */
  readonly historyLength: number;
}

/** The lower bound of the evidence when it suffices for a policy, else 0. */
export function passingBound({ successes, trials }: Counts, settings: CrystallizationSettings): number {
  if (trials < settings.minEvents) return 0;
  const bound = wilsonLowerBound(successes, trials, settings.z);
  return bound > settings.ciThreshold ? bound : 0;
}

/**
 * Creates the policy of a pair unless there is one.
 *
 * @param bound - of the evidence
 * @returns its first Q-value; undefined when there was a policy
 * @rare
 */
export function createPolicy(
  keyspace: Keyspace,
  { entry, keys, policy }: KeyedOutcome,
  creation: PolicyCreation,
  evidence: Fields,
  bound: number,
  settings: CrystallizationSettings,
  nowSeconds: number,
): number | undefined {
  if (keyspace.getRecord(keys.state, policy.id) !== undefined) return undefined;
  const actionSpec = provenSpec(evidence, entry.actionSpec, settings);
  const fields = firstFields(creation.initialFields, actionSpec, evidence, bound, settings);
  insertRecord(keyspace, creation.record, fields, creation.sideWrites, nowSeconds);
  noteMoment(keyspace, keys.history, evidence, "crystallized", "", nowSeconds, settings.historyLength);
  return numberField(fields, "qValue", 0);
}

function firstFields(
  initialFields: Fields,
  actionSpec: string,
  evidence: Fields,
  bound: number,
  settings: CrystallizationSettings,
): Fields {
  const fields: Fields = {};
  for (const name in initialFields) {
    const value = initialFields[name];
    if (value !== undefined) fields[name] = value;
  }
  const newestFeatures = evidence.stateFeatures;
  if (newestFeatures !== undefined) fields.stateFeatures = newestFeatures;
  fields.actionSpec = actionSpec;
  fields.qValue = firstQValue(evidence, bound, settings);
  if (settings.initialQ === "bound") startFrom(fields, "qValue", bound);
  if (settings.seedConfidence) seedConfidence(fields, evidence);
  return fields;
}

/** The specification of the best-proven action that has no slots, of equals the latest; `newest` when there is none. */
function provenSpec(evidence: Fields, newest: string, settings: CrystallizationSettings): string {
  const specs = textsField(evidence, "specs");
  const slots = textsField(evidence, "slots");
  let best = newest === "" ? "{}" : newest;
  let highest = -1;
  let seen = 0;
  for (let place = 0; place < specs.length; place += 1) {
    if (slots[place] !== "") continue;
    const counts = countsOf(evidence, place);
    const bound = wilsonLowerBound(successesOf(counts), trialsOf(counts), settings.z);
    const lastSeen = countAt(counts, LAST_SEEN);
    if (bound < highest || (bound === highest && lastSeen < seen)) continue;
    highest = bound;
    seen = lastSeen;
    best = specs[place] ?? best;
  }
  return best;
}

function firstQValue(evidence: Fields, bound: number, settings: CrystallizationSettings): number {
  if (settings.initialQ === "fixed") return settings.initialQValue;
  if (settings.initialQ === "learned") return numberField(evidence, "qValue", bound);
  const rewards = numberField(evidence, "rewardCount", 0);
  if (settings.initialQ === "meanReward" && rewards > 0) return numberField(evidence, "rewardSum", 0) / rewards;
  return bound;
}

/** The running mean over the evidence, as if each outcome had been a signal of 1 or 0. */
function seedConfidence(fields: Fields, evidence: Fields): void {
  const { successes, trials } = countsInForce(evidence);
  const initial = numberField(fields, "confidence.value", 0.5);
  fields["confidence.value"] = (initial + successes) / (trials + 1);
  fields["confidence.evidenceCount"] = trials;
  fields["confidence.corroborations"] = successes;
  fields["confidence.contradictions"] = trials - successes;
}
