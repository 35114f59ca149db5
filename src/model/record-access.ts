import type { Fields } from "../keyspace/port/keyspace.js";
import type { RecordKeys } from "../operations/records/record-keys.js";
import type { Store } from "../store/store.js";
import type { ModelLayout } from "./layout.js";
import type { RecordPlace } from "./record-places.js";

/** What a primitive needs of the model it is part of. */
export interface RecordAccess<Identity> {
  readonly store: Store;
  readonly layout: ModelLayout;
  /** @throws {@link InvalidArgumentError} for a part that is empty or not a string */
  place(identity: Identity): LocatedRecord;
  /** All that is kept up to date with some records of one scope. Reads them when their keys can change. */
  recordKeys(places: readonly LocatedRecord[]): Promise<readonly RecordKeys[]>;
  /**
   * Runs an operation on one record, with its keys; again when the record has moved to another partition meanwhile.
   *
   * @param attempt - gives undefined when there is no such record, or it has moved
   * @throws {@link RecordNotFoundError} when there is none
   */
  onRecord<Output>(identity: Identity, attempt: RecordAttempt<Output>): Promise<Output>;
  /** As {@link RecordAccess.onRecord}. @returns undefined when the attempt found nothing to do */
  tryOnRecord<Output>(identity: Identity, attempt: RecordAttempt<Output>): Promise<Output | undefined>;
  /** All records of a scope, page by page, in the order of their names. */
  readAll(scope: string): AsyncGenerator<readonly NamedFields[]>;
  /** @throws {@link RecordNotFoundError} when there is no value */
  require<Value>(value: Value | undefined, values: readonly string[]): Value;
}

export type RecordAttempt<Output> = (record: RecordKeys, shard: number) => Promise<Output | undefined>;

/** Where one record lies in a store. */
export interface LocatedRecord extends RecordPlace {
  readonly shard: number;
}

export interface NamedFields {
  readonly name: string;
  readonly fields: Fields;
}

/** Groups what one call names by scope: one atomic step cannot cross it. */
export function byScope<Item extends { readonly scope: string }>(items: readonly Item[]): ReadonlyMap<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const group = groups.get(item.scope);
    if (group === undefined) groups.set(item.scope, [item]);
    else group.push(item);
  }
  return groups;
}
