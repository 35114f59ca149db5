import { defineModel, type IdentityOf, type RecordOf } from "../model/define-model.js";
import {
  confidenceField,
  coOccurrenceField,
  cyclicDecayField,
  existenceFilter,
  idField,
  jsonField,
  keyField,
  tdValueField,
} from "../model/fields.js";
import { ModelLayout } from "../model/layout.js";

/** Name of the records that hold the evidence of an action, beside the policies of the same state. */
export const EVIDENCE = "Evidence";

/** The field whose links tell which policies worked together. */
export const RELATED_POLICIES = "relatedPolicies";

/** State, action and learned value: an ordinary model, made of all twelve primitives. */
export const PolicyEntry = defineModel("PolicyEntry", {
  scope: "agentId",
  identity: ["agentId", "stateFingerprint", "actionType"],
  group: { name: "state", by: ["stateFingerprint"], owns: [EVIDENCE] },
  fields: {
    entryId: idField(),
    agentId: keyField(),
    stateFingerprint: keyField(),
    stateFeatures: jsonField(),
    actionType: keyField(),
    actionSpec: jsonField(),
    qValue: tdValueField(),
    expectedValue: cyclicDecayField({ baseScoreField: "qValue" }),
    confidence: confidenceField(),
    relatedPolicies: coOccurrenceField({ symmetric: true, maxEdges: 100 }),
    bloom: existenceFilter({ itemField: "stateFingerprint", errorRate: 0.01, capacity: 100_000 }),
  },
  accessTracker: { enabled: true },
  predictionLedger: { partition: "default" },
  eventStream: {
    streamName: "policy_mutations",
    partitionField: "agentId",
    metadataFields: ["agentId", "stateFingerprint", "actionType"],
  },
});

export type PolicyEntry = RecordOf<typeof PolicyEntry.fields> & {
  /** How often a decision for this policy was reported successful. */
  readonly accessCount: number;
  /** Unix seconds of the last such decision. */
  readonly lastAccessedSeconds?: number;
};

export type PolicyIdentity = IdentityOf<typeof PolicyEntry.fields, "agentId" | "stateFingerprint" | "actionType">;

/** Where policies live; shared by everything that builds their keys. */
export const policyLayout = new ModelLayout(PolicyEntry as never);
