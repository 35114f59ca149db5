import type { StoredRecord } from "../../keyspace/port/keyspace.js";
import { fingerprintOfCanonical } from "../../maths/json/fingerprint.js";
import type { JsonObject } from "../../maths/json/json-value.js";
import { textField } from "../../operations/records/fields.js";

/**
 * The features of a state. Evidence keeps them until there is a policy, which has them from then on; a policy that was
 * saved by hand may have none, or others.
 *
 * @param records - all that is kept of the state
 * @returns undefined when they are not known
 */
export function featuresOfState(stateFingerprint: string, records: readonly StoredRecord[]): JsonObject | undefined {
  for (const { fields } of records) {
    const features = textField(fields, "stateFeatures", "");
    if (features !== "" && fingerprintOfCanonical(features) === stateFingerprint) return JSON.parse(features);
  }
  return undefined;
}
