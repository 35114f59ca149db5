import { joinParts } from "../common/joined-parts.js";
import { idField, jsonField, keyField } from "../model/fields.js";
import type { IdentityOf } from "../model/model.js";
import { coOccurrenceField } from "../primitives/co-occurrence-field.js";
import { confidenceField } from "../primitives/confidence-field.js";
import { cyclicDecayField } from "../primitives/decay-clock.js";
import { existenceFilter } from "../primitives/existence-filter.js";
import { tdValueField } from "../primitives/td-value-field.js";
import { defineModel, layoutOf, type RecordOf } from "../repository/define-model.js";

/** Name of the records that hold the evidence of an action, beside the policies of the same state. */
export const EVIDENCE = "Evidence";

/** Id of the evidence of an action, among the records of a state. */
export function evidenceId(actionType: string): string {
  return joinParts(EVIDENCE, actionType);
}

export function isEvidenceId(id: string): boolean {
  return id.startsWith(EVIDENCE_IDS);
}

const EVIDENCE_IDS = evidenceId("");

/** The field whose links tell which policies worked together. */
export const RELATED_POLICIES = "relatedPolicies";

/** The field whose clock decays the Q-value. */
export const EXPECTED_VALUE = "expectedValue";

/** Evidence goes with its policy; what a person blocked stays blocked. */
const BLOCKS = {
  field: "blockedSpecs",
  with: ["blockedReasons", "blockedUntil", "blockedAt", "stateDigest"],
  inherits: ["stateFeatures"],
  zero: ["successes", "trials"],
} as const;

/** State, action and learned value: an ordinary model, made of the primitives. */
export const PolicyEntry = defineModel("PolicyEntry", {
  scope: "agentId",
  identity: ["agentId", "stateFingerprint", "actionType"],
  group: { name: "state", by: ["stateFingerprint"], owns: [EVIDENCE], remains: BLOCKS },
  fields: {
    entryId: idField(),
    agentId: keyField(),
    stateFingerprint: keyField(),
    stateFeatures: jsonField(),
    actionType: keyField(),
    actionSpec: jsonField(),
    qValue: tdValueField(),
    expectedValue: cyclicDecayField({ partitionBy: "agentId", baseScoreField: "qValue" }),
    confidence: confidenceField(),
    relatedPolicies: coOccurrenceField({ symmetric: true, maxEdges: 100 }),
    bloom: existenceFilter({
      fingerprint: ({ stateFingerprint }) => String(stateFingerprint),
      errorRate: 0.01,
      capacity: 100_000,
    }),
  },
  ranking: { expectedValue: 0.6, confidence: 0.2, accessCount: 0.1 },
  // A decision is a staged read by itself: reporting it confirms that read.
  accessTracker: { trackReads: false },
  predictionLedger: { partition: "default" },
  eventStream: {
    streamName: "policy_mutations",
    partitionField: "agentId",
    metadataFields: ["agentId", "stateFingerprint", "actionType"],
  },
});

export type PolicyEntry = RecordOf<typeof PolicyEntry>;

/** What names one policy: its agent, the fingerprint of its state and the type of its action. */
export type PolicyIdentity = IdentityOf<typeof PolicyEntry>;

/** Where policies live; shared by everything that builds their keys. */
export const policyLayout = layoutOf(PolicyEntry);
