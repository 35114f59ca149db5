import type { Fields, Keyspace } from "../../keyspace/port/keyspace.js";
import { textField } from "./fields.js";
import type { RecordPlan } from "./record-plan.js";

/** The record a plan was made for; undefined when there is none, and when it has moved since. */
export function readPlanned(keyspace: Keyspace, plan: RecordPlan): Fields | undefined {
  const fields = keyspace.getRecord(plan.keys.records, plan.id);
  return fields === undefined || hasMoved(plan.basis, fields) ? undefined : fields;
}

/** Whether a record is in another partition than the one its keys were planned for. */
export function hasMoved(basis: Fields, fields: Fields): boolean {
  for (const name in basis) if (textField(fields, name, "") !== basis[name]) return true;
  return false;
}
