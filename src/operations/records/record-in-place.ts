import type { Fields, Keyspace } from "../../keyspace/port/keyspace.js";
import { textField } from "./fields.js";
import type { RecordKeys } from "./record-keys.js";

/** The record these keys were made for; undefined when there is none, and when it has moved since. */
export function readInPlace(keyspace: Keyspace, record: RecordKeys): Fields | undefined {
  const fields = keyspace.getRecord(record.keys.records, record.id);
  return fields === undefined || hasMoved(record.basis, fields) ? undefined : fields;
}

/** Whether a record is in another partition than the one its keys were made for. */
export function hasMoved(basis: Fields, fields: Fields): boolean {
  for (const name in basis) if (textField(fields, name, "") !== basis[name]) return true;
  return false;
}
