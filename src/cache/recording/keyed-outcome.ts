import type { TuningConstants } from "../../common/tuning/defaults.js";
import { digestOfCanonical } from "../../maths/json/fingerprint.js";
import type { KeyedOutcome, OutcomeEntry, PolicyCreation } from "../../operations/outcomes/outcome.js";
import { explanationsOf } from "../actions/explanations.js";
import { nStepBufferKey, outcomeKeys } from "../outcome-keys.js";
import { evidenceId, policyLayout } from "../policy-entry.js";
import type { EvidenceMode } from "./evidence-mode.js";

/** An entry with the keys of what counting it may touch, without what creating a policy takes. */
export function keyedOutcome(entry: OutcomeEntry, defaults: TuningConstants, mode: EvidenceMode): KeyedOutcome {
  const { agentId, stateFingerprint, actionType } = entry;
  const nStepBuffer = nStepBufferKey(entry, defaults);
  const keys = outcomeKeys(entry, mode === "episode", nStepBuffer);
  return {
    entry,
    keys,
    ...(nStepBuffer === undefined ? {} : { stateKey: keys.state }),
    evidenceId: evidenceId(actionType),
    ...explained(entry),
    stateDigest: entry.stateFeatures === "" ? "" : digestOfCanonical(entry.stateFeatures),
    policy: policyLayout.learnedRecord([agentId, stateFingerprint, actionType]),
  };
}

/** What is known of a decision by number is not looked for; a specification that is on record is known by number. */
function explained({
  actionNumbers,
  actionSpec,
  params,
  slots,
}: OutcomeEntry): Pick<KeyedOutcome, "actions" | "actionNumbers"> {
  if (actionNumbers !== undefined) return { actions: [], actionNumbers };
  return { actions: actionSpec === "" ? [] : explanationsOf(actionSpec, params, slots), actionNumbers: [] };
}

/** With what creating a policy takes. It is put together when it is asked for: few outcomes do. */
export function withCreation(outcome: KeyedOutcome, defaults: TuningConstants, nowSeconds: number): KeyedOutcome {
  const { agentId, stateFingerprint, actionType } = outcome.entry;
  return {
    ...outcome,
    get creation(): PolicyCreation {
      const identity = [agentId, stateFingerprint, actionType];
      const values = { agentId, stateFingerprint, actionType };
      return {
        record: policyLayout.recordKeys(identity),
        initialFields: policyLayout.codec.newFields(values, identity, nowSeconds, defaults),
        sideWrites: policyLayout.sideWrites(policyLayout.place(identity), values, defaults) ?? [],
      };
    },
  };
}
