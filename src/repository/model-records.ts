import { RecordNotFoundError } from "../common/errors.js";
import type { Fields } from "../keyspace/port/keyspace.js";
import type { ModelLayout } from "../model/layout.js";
import type { AnyModel, IdentityOf } from "../model/model.js";
import type { LocatedRecord, NamedFields, RecordAccess, RecordAttempt } from "../model/record-access.js";
import { getMany } from "../operations/records/reading.js";
import { hasMoved } from "../operations/records/record-in-place.js";
import type { RecordKeys } from "../operations/records/record-keys.js";
import type { Store } from "../store/store.js";
import { readCandidates } from "./candidates.js";
import { layoutOf, type RecordOf } from "./define-model.js";

/** Records that are looked at in one step. */
export const READ_PAGE = 500;

/** Where the records of one model lie in one store, and how they are found again when they have moved. */
export class ModelRecords<M extends AnyModel> implements RecordAccess<IdentityOf<M>> {
  readonly store: Store;
  readonly model: M;
  readonly layout: ModelLayout;

  constructor(store: Store, model: M) {
    this.store = store;
    this.model = model;
    this.layout = layoutOf(model);
  }

  place(identity: IdentityOf<M>): LocatedRecord {
    return this.locate(this.layout.identityValues(identity));
  }

  /** @param values - an identity, checked */
  locate(values: readonly string[]): LocatedRecord {
    const place = this.layout.place(values);
    return { ...place, shard: this.store.shardOf(place.scope) };
  }

  async recordKeys(places: readonly LocatedRecord[]): Promise<readonly RecordKeys[]> {
    const stored = this.layout.hasMovingKeys ? await this.readAt(places) : [];
    return places.map(({ values }, index) => this.layout.recordKeys(values, stored[index]));
  }

  async tryOnRecord<Output>(identity: IdentityOf<M>, attempt: RecordAttempt<Output>): Promise<Output | undefined> {
    return this.#tryAt(this.place(identity), attempt);
  }

  async onRecord<Output>(identity: IdentityOf<M>, attempt: RecordAttempt<Output>): Promise<Output> {
    const place = this.place(identity);
    return this.require(await this.#tryAt(place, attempt), place.values);
  }

  async #tryAt<Output>(place: LocatedRecord, attempt: RecordAttempt<Output>): Promise<Output | undefined> {
    for (;;) {
      const [record = this.layout.recordKeys(place.values)] = await this.recordKeys([place]);
      const output = await attempt(record, place.shard);
      if (output !== undefined || !this.layout.hasMovingKeys) return output;
      const [fields] = await this.readAt([place]);
      if (fields === undefined || !hasMoved(record.basis, fields)) return undefined;
    }
  }

  async *readAll(scope: string): AsyncGenerator<readonly NamedFields[]> {
    const wanted = new Map(this.model.scope === undefined ? [] : [[this.model.scope, scope] as const]);
    yield* readCandidates(this.store, this.layout, wanted, READ_PAGE);
  }

  /** Records of one scope, as they are stored. */
  async readAt(places: readonly LocatedRecord[]): Promise<readonly (Fields | undefined)[]> {
    const records = places.map(({ keys, id }) => ({ keys, id }));
    const found = await this.store.run(getMany, { records }, places[0]?.shard ?? 0);
    return found.map(({ fields }) => fields);
  }

  require<Value>(value: Value | undefined, values: readonly string[]): Value {
    if (value === undefined) throw new RecordNotFoundError(this.model.name, this.describe(values));
    return value;
  }

  /** The identity of a record, for messages. */
  describe(values: readonly string[]): string {
    return this.model.identity.map((field, index) => `${field} ${JSON.stringify(values[index])}`).join(", ");
  }

  identityOf(scope: string, name: string): IdentityOf<M> {
    return this.layout.identityOf(scope, name) as IdentityOf<M>;
  }

  /** A stored record as callers see it. */
  decode(fields: Fields): RecordOf<M> {
    return this.layout.codec.decode(fields, this.store.defaults) as RecordOf<M>;
  }
}
