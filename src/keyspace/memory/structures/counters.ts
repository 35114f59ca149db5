import type { Counters } from "../../port/keyspace.js";
import type { StoredItem } from "../../port/transfer.js";
import type { UndoLog } from "../undo-log.js";

export type MemoryCounters = Map<string, number>;

export function memoryCounters(stored: MemoryCounters, undo: UndoLog): Counters {
  return {
    addToCounter(key, amount) {
      const previous = stored.get(key) ?? 0;
      stored.set(key, previous + amount);
      undo.note(() => stored.set(key, previous));
      return previous + amount;
    },

    getCounter: (key) => stored.get(key) ?? 0,
  };
}

export function* counterItems(stored: MemoryCounters): Generator<StoredItem> {
  for (const [key, value] of stored) if (value !== 0) yield { kind: "counter", key, value };
}
