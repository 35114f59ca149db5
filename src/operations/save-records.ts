import type { Operation } from "../keyspace/engine.js";
import { type SaveInput, save } from "./record.js";

export interface SaveRecordsInput {
  readonly items: readonly SaveInput[];
}

/** Saves several records of one scope: all of them or none. @returns how many */
export const saveRecords: Operation<SaveRecordsInput, number> = {
  name: "save-records",
  access: "write",
  execute(keyspace, input) {
    for (const item of input.items) save(keyspace, item);
    return input.items.length;
  },
};
