import type { Operation } from "../../keyspace/port/engine.js";
import { isStale, type SaveInput, save } from "./record.js";

export interface SaveRecordsInput {
  readonly items: readonly SaveInput[];
}

/** Saves several records of one scope: all of them or none. @returns false when one has moved since its keys were made */
export const saveRecords: Operation<SaveRecordsInput, boolean> = {
  name: "save-records",
  access: "write",
  execute(keyspace, input) {
    for (const item of input.items) if (isStale(keyspace, item)) return false;
    for (const item of input.items) save(keyspace, item);
    return true;
  },
};
