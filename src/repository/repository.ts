import type { ModelLayout } from "../model/layout.js";
import type { AnyModel, CreateOf, GroupOf, IdentityOf, ScopeArgument, UpdateOf, WhereOf } from "../model/model.js";
import type { ReadOptions } from "../primitives/access-tracker.js";
import { PrimitiveHandles } from "../primitives/index.js";
import type { ValidityOptions } from "../primitives/validity-window.js";
import { checkThresholds, highestPriorities, type PrioritizedRecord } from "../primitives/write-filter.js";
import { requireStore, type Store } from "../store/store.js";
import type { CompositeScoreOptions } from "./composite-score.js";
import { type RecordOf, requireModel } from "./define-model.js";
import { ModelRecords } from "./model-records.js";
import { type CompositeRecord, type RankedRecord, RecordRanker, type TopByDecayOptions } from "./ranking.js";
import { type Page, type PageOptions, RecordReader } from "./reading.js";
import { RecordWriter } from "./saving.js";

/**
 * The records of one model in one store. Writing methods are one atomic operation each. Methods that need a record
 * throw {@link RecordNotFoundError} when there is none.
 */
export class Repository<M extends AnyModel> extends PrimitiveHandles<M> {
  /** The store that the records are in. */
  readonly store: Store;
  /** @internal */
  readonly layout: ModelLayout;
  readonly #writer: RecordWriter<M>;
  readonly #reader: RecordReader<M>;
  readonly #ranker: RecordRanker<M>;

  constructor(store: Store, model: M) {
    requireStore(store);
    requireModel(model);
    const records = new ModelRecords(store, model);
    checkThresholds(records);
    super(records);
    this.store = store;
    this.layout = records.layout;
    this.#writer = new RecordWriter(records);
    this.#reader = new RecordReader(records);
    this.#ranker = new RecordRanker(records);
  }

  /**
   * @throws {@link RecordExistsError} when the identity is taken
   * @throws {@link PolicyCacheError} WRITE_REJECTED when the model's write filter finds it not worth storing
   */
  create(values: CreateOf<M>): Promise<RecordOf<M>> {
    return this.#writer.create(values);
  }

  /**
   * Creates a record, or overwrites the plain fields of the one there is. What was learned stays: of a record that was
   * read before, only the plain fields are saved.
   *
   * @returns false when the model's write filter finds it not worth storing; nothing happens then
   */
  save(values: CreateOf<M>): Promise<boolean> {
    return this.#writer.save(values);
  }

  /**
   * Saves several records of one scope in one atomic step, as {@link save} does one: all of them, with their events, or
   * none. What the write filter rejects adds nothing.
   *
   * @returns for each record whether it was saved
   */
  saveMany(records: readonly CreateOf<M>[]): Promise<readonly boolean[]> {
    return this.#writer.saveMany(records);
  }

  /** One keyed read. @returns undefined when there is no such record */
  get(identity: IdentityOf<M>, options: ReadOptions = {}): Promise<RecordOf<M> | undefined> {
    return this.#reader.get(identity, options);
  }

  /**
   * Finds records by their key fields, in the order of their identity or, by another key field, of that field. Cost
   * grows with the records that match the first indexed field of `where`. A scoped model requires its scope. Records that
   * do not hold now are left out, on a model with validity windows, unless the options say otherwise.
   */
  query(where: WhereOf<M>, options: PageOptions & ReadOptions & ValidityOptions = {}): Promise<Page<RecordOf<M>>> {
    return this.#reader.query(where, options);
  }

  /** Every record of one group that holds, read at once: for `PolicyEntry`, all policies of one state. */
  group(where: GroupOf<M>, options: ValidityOptions = {}): Promise<readonly RecordOf<M>[]> {
    return this.#reader.group(where, options);
  }

  /** Overwrites plain fields. What was learned is never overwritten, and the identity never changes. */
  update(identity: IdentityOf<M>, changes: UpdateOf<M>): Promise<RecordOf<M>> {
    return this.#writer.update(identity, changes);
  }

  /** Removes the record and everything learned about it. @returns whether there was one */
  delete(identity: IdentityOf<M>): Promise<boolean> {
    return this.#writer.delete(identity);
  }

  /** Records in a scope; for an unscoped model, all of them. */
  count(...[scope = ""]: ScopeArgument<M>): Promise<number> {
    return this.#reader.count(scope);
  }

  /** The most recent records by decayed score, best first. Reads every record that matches `where`. */
  topByDecay(
    where: WhereOf<M>,
    limit = 10,
    options: TopByDecayOptions<M> = {},
  ): Promise<readonly RankedRecord<RecordOf<M>>[]> {
    return this.#ranker.topByDecay(where, limit, options);
  }

  /**
   * Ranks records by a weighted combination of what is known about them. Reads every record that matches `where`: name
   * more of the identity to read less.
   */
  compositeScore(
    where: WhereOf<M>,
    options: CompositeScoreOptions<M, IdentityOf<M>> & ReadOptions & ValidityOptions,
  ): Promise<readonly CompositeRecord<RecordOf<M>>[]> {
    return this.#ranker.compositeScore(where, options);
  }

  /** Records of the priority index of a scope, highest first. */
  priorities(scope = "", limit = 10): Promise<readonly PrioritizedRecord<IdentityOf<M>>[]> {
    return highestPriorities(this.records, scope, limit);
  }
}
