import { getOrCreate } from "../../../common/maps/get-or-create.js";
import { compareUtf8 } from "../../../common/utf8-order.js";
import type { Fields, Records, StoredRecord } from "../../port/keyspace.js";
import type { StoredItem } from "../../port/transfer.js";
import type { UndoLog } from "../undo-log.js";
import { frozenFields } from "./frozen-fields.js";

export type MemoryRecords = Map<string, Map<string, Fields>>;

const NONE: ReadonlyMap<string, Fields> = new Map();

/** Maps of records by id. */
export function memoryRecords(stored: MemoryRecords, undo: UndoLog): Records {
  function store(key: string, id: string, fields: Fields): void {
    const records = getOrCreate(stored, key, () => new Map<string, Fields>());
    const previous = records.get(id);
    records.set(id, fields);
    undo.note(() => {
      if (previous === undefined) remove(key, id);
      else store(key, id, previous);
    });
  }

  function remove(key: string, id: string): boolean {
    const records = stored.get(key);
    const previous = records?.get(id);
    if (records === undefined || previous === undefined) return false;
    records.delete(id);
    if (records.size === 0) stored.delete(key);
    undo.note(() => store(key, id, previous));
    return true;
  }

  return {
    getRecord(key, id) {
      const fields = stored.get(key)?.get(id);
      return fields === undefined ? undefined : { ...fields };
    },

    listRecords(key) {
      const records: StoredRecord[] = [];
      for (const [id, fields] of stored.get(key) ?? NONE) records.push({ id, fields });
      // Most keys hold the few records of a state: putting them in order when asked takes less than keeping an order.
      return records.length < 2 ? records : records.sort((left, right) => compareUtf8(left.id, right.id));
    },

    putRecord: (key, id, fields) => store(key, id, frozenFields(fields)),
    deleteRecord: remove,
  };
}

export function* recordItems(stored: MemoryRecords): Generator<StoredItem> {
  for (const [key, records] of stored) for (const [id, fields] of records) yield { kind: "record", key, id, fields };
}
