import type { Operation } from "../keyspace/engine.js";
import type { Fields } from "../keyspace/keyspace.js";
import { appendEvent } from "./record.js";
import type { RecordPlan } from "./record-plan.js";

export interface LogEventInput {
  readonly plan: RecordPlan;
  readonly name: string;
  readonly extras: Fields;
  readonly nowSeconds: number;
}

/** Appends an event of the caller's own about a record. @returns false when the record does not exist */
export const logEvent: Operation<LogEventInput, boolean> = {
  name: "log-event",
  access: "write",
  execute(keyspace, input) {
    const { plan } = input;
    if (keyspace.getRecord(plan.keys.records, plan.id) === undefined) return false;
    appendEvent(keyspace, plan, input.name, input.extras, input.nowSeconds);
    return true;
  },
};
