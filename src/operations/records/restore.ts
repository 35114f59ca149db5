import type { Operation } from "../../keyspace/port/engine.js";
import type { Fields } from "../../keyspace/port/keyspace.js";

// What an import puts into an empty store.

export interface RestoreItem {
  readonly keys: { readonly place: string };
  readonly kind: "record" | "score" | "member" | "bits" | "counter";
  /** Id of a record, member of an index or a set, else "". */
  readonly member: string;
  readonly fields: Fields;
  /** Score, or amount to count. */
  readonly value: number;
  readonly positions: readonly number[];
}

export interface RestoreItemsInput {
  readonly items: readonly RestoreItem[];
}

/** Puts items of every structure back. @returns how many */
export const restoreItems: Operation<RestoreItemsInput, number> = {
  name: "restore-items",
  access: "write",
  execute(keyspace, input) {
    for (const { keys, kind, member, fields, value, positions } of input.items) {
      if (kind === "record") keyspace.putRecord(keys.place, member, fields);
      else if (kind === "score") keyspace.putScore(keys.place, member, value);
      else if (kind === "member") keyspace.addToSet(keys.place, member);
      else if (kind === "bits") keyspace.setBits(keys.place, positions);
      else keyspace.addToCounter(keys.place, value);
    }
    return input.items.length;
  },
};

export interface RehomedDelivery {
  readonly group: string;
  readonly isPending: boolean;
  readonly consumer: string;
  readonly deliveredAtMs: number;
  readonly failures: number;
}

export interface RehomedEntry {
  readonly fields: Fields;
  readonly appendedAtMs: number;
  /** The groups that it was delivered to. */
  readonly deliveries: readonly RehomedDelivery[];
}

export interface RehomeEntriesInput {
  readonly keys: { readonly stream: string };
  readonly entries: readonly RehomedEntry[];
}

/** More than can lie before one entry. */
const ALL = 1_000_000_000;

/**
 * Appends entries that come from several streams to one, each as far handled as it was. Where an entry that a group has
 * had follows one that it has not had, the earlier one becomes an abandoned delivery: the next consumer takes it over.
 *
 * @returns how many
 */
export const rehomeEntries: Operation<RehomeEntriesInput, number> = {
  name: "rehome-entries",
  access: "write",
  execute(keyspace, input) {
    const stream = input.keys.stream;
    for (const { fields, appendedAtMs, deliveries } of input.entries) {
      for (const { group } of deliveries) keyspace.deliverNew(stream, group, "nobody", ALL, 0);
      const id = keyspace.appendToStream(stream, fields, appendedAtMs);
      for (const { group, isPending, consumer, deliveredAtMs, failures } of deliveries) {
        keyspace.deliverNew(stream, group, consumer, 1, deliveredAtMs);
        if (!isPending) keyspace.acknowledge(stream, group, id);
        for (let failure = 0; failure < failures; failure += 1) keyspace.addFailure(stream, group, id);
      }
    }
    return input.entries.length;
  },
};

export interface ImportMarkInput {
  readonly keys: { readonly mark: string };
  readonly isComplete: boolean;
  readonly nowSeconds: number;
}

/** Says that an import has begun, or that it is complete. */
export const markImport: Operation<ImportMarkInput, boolean> = {
  name: "mark-import",
  access: "write",
  execute(keyspace, input) {
    if (input.isComplete) keyspace.deleteRecord(input.keys.mark, IMPORT_MARK);
    else keyspace.putRecord(input.keys.mark, IMPORT_MARK, { startedAt: input.nowSeconds });
    return input.isComplete;
  },
};

export const IMPORT_MARK = "incomplete";
