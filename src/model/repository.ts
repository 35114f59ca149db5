import { InvalidArgumentError, RecordExistsError, RecordNotFoundError } from "../errors.js";
import type { Fields as StoredFields } from "../keyspace/keyspace.js";
import { bloomPositions } from "../learning/bloom.js";
import { type QValueUpdate, setLearnedNumber, updateConfidence, updateQValue } from "../operations/learned-fields.js";
import { countSet, getMany, hasBits, listRecords, pageOfSet } from "../operations/reading.js";
import { createRecord, deleteRecord, getRecord, updateRecord } from "../operations/record.js";
import type { Store } from "../store.js";
import { checkKeyText, checkLearnable, checkNumber, checkObject } from "./checks.js";
import type { CreateOf, FieldMap, IdentityOf, Model, RecordOf, UpdateOf, WhereOf } from "./define-model.js";
import { ModelLayout, storageKey } from "./layout.js";

export interface PageOptions {
  /** Records per page, 1 to 1000. Default 100. */
  readonly limit?: number;
  /** `next` of the page before. Default: the first page. */
  readonly after?: string;
}

export interface Page<Item> {
  readonly records: readonly Item[];
  /** Where the next page starts; absent on the last page. */
  readonly next?: string;
}

export interface TdOptions {
  /** Largest Q-value of the state that followed; 0 at the end of an episode. Default 0. */
  readonly maxFutureQ?: number;
  /** Learning rate, above 0 to 1. Default: the store's `tdAlpha`. */
  readonly alpha?: number;
  /** Discount factor, 0 to below 1; 1 only with `episodic`. Default: the store's `tdGamma`. */
  readonly gamma?: number;
  /** Allows a discount factor of 1, for tasks that always end. */
  readonly episodic?: boolean;
}

/**
 * The records of one model in one store. Every method is one atomic operation, except `query`, which reads page by
 * page. A method that needs a record throws {@link RecordNotFoundError} when there is none.
 */
export class Repository<Fields extends FieldMap, Identity extends string> {
  readonly layout: ModelLayout;
  readonly #store: Store;
  readonly #model: Model<Fields, Identity>;

  constructor(store: Store, model: Model<Fields, Identity>) {
    this.#store = store;
    this.#model = model;
    this.layout = new ModelLayout(model as unknown as Model);
  }

  /** @throws {@link RecordExistsError} when the identity is taken */
  async create(values: CreateOf<Fields>): Promise<RecordOf<Fields>> {
    const identity = this.layout.identityValues(values);
    const nowSeconds = this.#store.nowSeconds();
    const fields = this.layout.newFields(values, identity, { seconds: nowSeconds, defaults: this.#store.defaults });
    const created = await this.#store.run(createRecord, { plan: this.layout.plan(identity), fields, nowSeconds });
    if (!created) throw new RecordExistsError(this.#model.name, describeIdentity(this.#model, identity));
    return this.#decode(fields);
  }

  /** One keyed read. @returns undefined when there is no such record */
  async get(identity: IdentityOf<Fields, Identity>): Promise<RecordOf<Fields> | undefined> {
    const values = this.layout.identityValues(identity);
    const keys = { records: this.layout.recordsKey(values) };
    const fields = await this.#store.run(getRecord, { keys, id: this.layout.recordId(values) });
    return fields === undefined ? undefined : this.#decode(fields);
  }

  /**
   * Finds records by their key fields, in the order of their identity or, by another key field, of that field. Cost
   * grows with the records that match the first indexed field of `where`. A scoped model requires its scope.
   */
  async query(where: WhereOf<Fields>, options: PageOptions = {}): Promise<Page<RecordOf<Fields>>> {
    const limit = checkNumber("limit", options.limit ?? 100, isPageSize, "an integer from 1 to 1000");
    const wanted = this.#checkWhere(where);
    const scope = this.#model.scope === undefined ? "" : (wanted.get(this.#model.scope) ?? "");
    const source = this.#candidates(scope, wanted);
    const records: RecordOf<Fields>[] = [];
    let after = options.after ?? "";
    if (typeof after !== "string") throw new InvalidArgumentError("after", after, "`next` of the page before");
    for (;;) {
      const members = await this.#store.run(pageOfSet, { ...source, after, limit });
      const names = members.map((member) => member.slice(source.skip));
      const found = await this.#readAll(scope, names);
      for (const [position, fields] of found.entries()) {
        after = members[position] ?? after;
        if (fields === undefined || !matches(fields, wanted)) continue;
        records.push(this.#decode(fields));
        if (records.length === limit) return { records, next: after };
      }
      if (members.length < limit) return { records };
    }
  }

  /** Every record of one group, read at once: for `PolicyEntry`, all policies of one state. */
  async group(where: WhereOf<Fields>): Promise<readonly RecordOf<Fields>[]> {
    const { group, name } = this.#model;
    if (group === undefined) throw new InvalidArgumentError("group", name, "a model that declares a group");
    const fields = this.#model.scope === undefined ? group.by : [this.#model.scope, ...group.by];
    const values = fields.map((field) => checkKeyText(field, Reflect.get(where, field)));
    const records = await this.#store.run(listRecords, { keys: { records: this.layout.recordsKey(values) } });
    const prefix = storageKey(name, "");
    return records.filter(({ id }) => id.startsWith(prefix)).map((record) => this.#decode(record.fields));
  }

  /** Overwrites plain fields. What was learned is never overwritten, and the identity never changes. */
  async update(identity: IdentityOf<Fields, Identity>, changes: UpdateOf<Fields, Identity>): Promise<RecordOf<Fields>> {
    const values = this.layout.identityValues(identity);
    const fields = await this.#store.run(updateRecord, {
      plan: this.layout.plan(values),
      changes: this.layout.changedFields(changes),
      changedFields: Object.keys(changes).join(","),
      nowSeconds: this.#store.nowSeconds(),
    });
    return this.#decode(this.#require(fields, values));
  }

  /** Removes the record and everything learned about it. @returns whether there was one */
  async delete(identity: IdentityOf<Fields, Identity>): Promise<boolean> {
    const plan = this.layout.plan(this.layout.identityValues(identity));
    return this.#store.run(deleteRecord, { plan, nowSeconds: this.#store.nowSeconds() });
  }

  /** Records in a scope; for an unscoped model, all of them. */
  async count(scope = ""): Promise<number> {
    return this.#store.run(countSet, { keys: { set: this.layout.membersKey(scope) } });
  }

  /** Sets the clock to now and changes nothing else. */
  async touch(identity: IdentityOf<Fields, Identity>): Promise<void> {
    const clock = this.layout.mainClock;
    if (clock === undefined) throw new InvalidArgumentError("model", this.#model.name, "a model with a decay clock");
    const now = this.#store.nowSeconds();
    await this.#setNumber(identity, `${clock[0]}.lastTouched`, now, "touch");
  }

  /** One temporal difference step: Q + alpha * (reward + gamma * maxFutureQ - Q). Sutton and Barto (2018), eq. 6.8. */
  async updateQValue(
    identity: IdentityOf<Fields, Identity>,
    reward: number,
    options: TdOptions = {},
  ): Promise<QValueUpdate> {
    const values = this.layout.identityValues(identity);
    const { defaults } = this.#store;
    const { alpha = defaults.tdAlpha, gamma = defaults.tdGamma, episodic = false } = options;
    checkNumber("alpha", alpha, (rate) => rate > 0 && rate <= 1, "a number above 0, at most 1");
    checkNumber("gamma", gamma, (rate) => rate >= 0 && (rate < 1 || (episodic && rate === 1)), discountRange(episodic));
    const update = await this.#store.run(updateQValue, {
      plan: this.layout.plan(values),
      field: this.#qValueField(),
      reward: checkLearnable("reward", reward),
      maxFutureQ: checkLearnable("maxFutureQ", options.maxFutureQ ?? 0),
      alpha,
      gamma,
      nowSeconds: this.#store.nowSeconds(),
    });
    return this.#require(update, values);
  }

  /** Sets the Q-value and nothing else. */
  async initializeQValue(identity: IdentityOf<Fields, Identity>, qValue = 0): Promise<void> {
    await this.#setNumber(identity, this.#qValueField(), checkLearnable("qValue", qValue), "td_initialize");
  }

  /** One confidence signal from 0 (contradicts) to 1 (corroborates). @returns the new confidence */
  async updateConfidence(identity: IdentityOf<Fields, Identity>, field: string, signal: number): Promise<number> {
    const values = this.layout.identityValues(identity);
    const fields = await this.#store.run(updateConfidence, {
      plan: this.layout.plan(values),
      confidence: this.layout.confidenceLayout(field, this.#store.defaults),
      signal: checkNumber("signal", signal, (value) => value >= 0 && value <= 1, "a number from 0 to 1"),
      nowSeconds: this.#store.nowSeconds(),
    });
    return Number(this.#require(fields, values)[`${field}.value`]);
  }

  /** Whether a record with this filtered item may exist in a scope. False is certain; true is wrong at times. */
  async mightExist(item: string, scope = ""): Promise<boolean> {
    const filter = this.layout.filter;
    if (filter === undefined) throw new InvalidArgumentError("model", this.#model.name, "a model with a filter");
    const [field, { bits, hashes }] = filter;
    const positions = bloomPositions(checkKeyText("item", item), bits, hashes);
    return this.#store.run(hasBits, { keys: { bits: this.layout.filterKey(field, scope) }, positions });
  }

  async definitelyMissing(item: string, scope = ""): Promise<boolean> {
    return !(await this.mightExist(item, scope));
  }

  async #setNumber(
    identity: IdentityOf<Fields, Identity>,
    field: string,
    value: number,
    eventName: string,
  ): Promise<void> {
    const values = this.layout.identityValues(identity);
    const plan = this.layout.plan(values);
    const nowSeconds = this.#store.nowSeconds();
    this.#require(await this.#store.run(setLearnedNumber, { plan, field, value, eventName, nowSeconds }), values);
  }

  #qValueField(): string {
    const names = Object.keys(this.#model.fields);
    const name = names.find((field) => this.#model.fields[field]?.kind === "qValue");
    if (name === undefined) throw new InvalidArgumentError("model", this.#model.name, "a model with a TD value field");
    return name;
  }

  #checkWhere(where: WhereOf<Fields>): ReadonlyMap<string, string> {
    checkObject("where", where);
    const wanted = new Map<string, string>();
    for (const [name, value] of Object.entries(where)) {
      const kind = this.#model.fields[name]?.kind;
      if (kind !== "key" && kind !== "id") {
        const keys = Object.keys(this.#model.fields).filter((field) => this.#model.fields[field]?.kind === "key");
        throw new InvalidArgumentError(`where.${name}`, value, `one of the key fields ${keys.join(", ")}`);
      }
      wanted.set(name, checkKeyText(name, value));
    }
    const { scope } = this.#model;
    if (scope !== undefined && !wanted.has(scope)) {
      throw new InvalidArgumentError(`where.${scope}`, undefined, `a ${scope}: queries do not cross it`);
    }
    return wanted;
  }

  /** The set that lists the fewest candidates, and how many characters of its members come before the name. */
  #candidates(
    scope: string,
    wanted: ReadonlyMap<string, string>,
  ): { keys: { set: string }; prefix: string; skip: number } {
    const leading: string[] = [];
    const fields = this.#model.identity.slice(this.#model.scope === undefined ? 0 : 1);
    for (const field of fields) {
      const value = wanted.get(field);
      if (value === undefined) break;
      leading.push(value);
    }
    const members = { set: this.layout.membersKey(scope) };
    if (leading.length === fields.length) return { keys: members, prefix: storageKey(...leading), skip: 0 };
    if (leading.length > 0) return { keys: members, prefix: storageKey(...leading, ""), skip: 0 };
    for (const [field, value] of wanted) {
      if (!this.layout.hasLookup(field)) continue;
      const prefix = storageKey(value, "");
      return { keys: { set: this.layout.lookupKey(field, scope) }, prefix, skip: prefix.length };
    }
    return { keys: members, prefix: "", skip: 0 };
  }

  #readAll(scope: string, names: readonly string[]): Promise<readonly (StoredFields | undefined)[]> {
    const records = names.map((name) => {
      const values = this.layout.valuesOf(scope, name);
      return { keys: { records: this.layout.recordsKey(values) }, id: this.layout.recordId(values) };
    });
    return this.#store.run(getMany, { records });
  }

  #require<Value>(value: Value | undefined, identity: readonly string[]): Value {
    if (value === undefined) throw new RecordNotFoundError(this.#model.name, describeIdentity(this.#model, identity));
    return value;
  }

  #decode(fields: StoredFields): RecordOf<Fields> {
    return this.layout.decode(fields) as RecordOf<Fields>;
  }
}

function isPageSize(limit: number): boolean {
  return Number.isInteger(limit) && limit >= 1 && limit <= 1000;
}

function discountRange(episodic: boolean): string {
  return episodic ? "a number from 0 to 1" : "a number from 0 to below 1 (1 needs episodic: true)";
}

function matches(fields: StoredFields, wanted: ReadonlyMap<string, string>): boolean {
  for (const [name, value] of wanted) if (fields[name] !== value) return false;
  return true;
}

function describeIdentity(model: { readonly identity: readonly string[] }, values: readonly string[]): string {
  return model.identity.map((field, position) => `${field} ${JSON.stringify(values[position])}`).join(", ");
}
