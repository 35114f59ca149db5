import type { Fields } from "../keyspace/keyspace.js";
import type { RecordPlan } from "../operations/record-plan.js";
import type { Store } from "../store.js";
import type { ModelLayout, RecordPlace } from "./layout.js";

/** What a primitive needs of the model it is part of. */
export interface RecordAccess<Identity> {
  readonly store: Store;
  readonly layout: ModelLayout;
  /** @throws {@link InvalidArgumentError} for a part that is empty or not a string */
  place(identity: Identity): RecordPlace;
  /** As {@link RecordAccess.place}, with all that is kept up to date with the record. */
  locate(identity: Identity): LocatedRecord;
  /** All records of a scope, page by page, in the order of their names. */
  readAll(scope: string): AsyncGenerator<readonly NamedFields[]>;
  /** To be awaited before a confidence is written. @throws {@link ConfigurationError} when the store keeps another cap */
  agreeOnEvidenceCaps(): Promise<void>;
  /** @throws {@link RecordNotFoundError} when there is no value */
  require<Value>(value: Value | undefined, values: readonly string[]): Value;
}

export interface LocatedRecord {
  /** Identity values in identity order. */
  readonly values: readonly string[];
  readonly plan: RecordPlan;
}

export interface NamedFields {
  readonly name: string;
  readonly fields: Fields;
}
