import type { Fields, Keyspace } from "../../keyspace/port/keyspace.js";
import type { KeyedOutcome } from "../outcomes/outcome.js";
import { numberField } from "../records/fields.js";

/**
 * Whether an outcome is of another state than the one on record here, although both have one fingerprint. It must not speak
 * for the actions of that one: it is counted as a collision, and as nothing else.
 *
 * @param evidence - of its pair; undefined when there is none
 */
export function collides(keyspace: Keyspace, outcome: KeyedOutcome, evidence: Fields | undefined): boolean {
  const { keys, evidenceId, stateDigest } = outcome;
  if (stateDigest === "") return false;
  if (evidence !== undefined) return differs(keyspace, keys.state, evidenceId, evidence, stateDigest);
  for (const record of keyspace.listRecords(keys.state)) {
    if (record.fields.stateDigest === undefined) continue;
    return differs(keyspace, keys.state, record.id, record.fields, stateDigest);
  }
  return false;
}

function differs(keyspace: Keyspace, key: string, id: string, { stateDigest }: Fields, other: string): boolean {
  if (stateDigest === undefined || stateDigest === other) return false;
  const stored = keyspace.getRecord(key, id) ?? {};
  stored.collisions = numberField(stored, "collisions", 0) + 1;
  keyspace.putRecord(key, id, stored);
  return true;
}
