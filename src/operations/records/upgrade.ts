import type { Operation } from "../../keyspace/port/engine.js";
import type { Fields } from "../../keyspace/port/keyspace.js";

export interface UpgradeEvidenceInput {
  readonly records: readonly {
    readonly keys: { readonly records: string };
    readonly id: string;
    readonly fields: Fields;
  }[];
  /** Members to be added to sets. */
  readonly members: readonly { readonly keys: { readonly set: string }; readonly member: string }[];
}

/**
 * Writes evidence in the new format, unless it is so by now: two conversions at once, or one that is begun again, do no
 * harm. @returns how many records were written
 */
export const upgradeEvidence: Operation<UpgradeEvidenceInput, number> = {
  name: "upgrade-evidence",
  access: "write",
  execute(keyspace, input) {
    let written = 0;
    for (const { keys, id, fields } of input.records) {
      const stored = keyspace.getRecord(keys.records, id);
      if (stored === undefined || stored.stateDigest !== undefined) continue;
      keyspace.putRecord(keys.records, id, fields);
      written += 1;
    }
    for (const { keys, member } of input.members) keyspace.addToSet(keys.set, member);
    return written;
  },
};
