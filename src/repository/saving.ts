import { checkArray, checkObject } from "../common/checks.js";
import { InvalidArgumentError, PolicyCacheError, RecordExistsError } from "../common/errors.js";
import { copyOfParts } from "../common/given/parts.js";
import type { AnyModel, CreateOf, IdentityOf, UpdateOf } from "../model/model.js";
import type { LocatedRecord } from "../model/record-access.js";
import { textsField } from "../operations/records/fields.js";
import {
  type CreateInput,
  createRecord,
  type DeclaredClock,
  deleteRecord,
  getRecord,
  type SaveInput,
  saveRecord,
  updateRecord,
} from "../operations/records/record.js";
import type { RecordKeys } from "../operations/records/record-keys.js";
import { saveRecords } from "../operations/records/save-records.js";
import { declaredClocks } from "../primitives/decay-clock.js";
import { DEFAULT_PARTITION, proposalsOf, surfacedKey } from "../primitives/observation/recall-proposals.js";
import type { RecordOf } from "./define-model.js";
import type { ModelRecords } from "./model-records.js";

/** A new record, and where it will lie. */
interface PreparedRecord<Input extends CreateInput = CreateInput> {
  readonly place: LocatedRecord;
  readonly input: Input;
}

/**
 * Writes the records of a model. Where keys follow from fields that can change, each call tells its operation where it saw
 * the record; an operation that finds it elsewhere does nothing, and the call looks again.
 */
export class RecordWriter<M extends AnyModel> {
  readonly #records: ModelRecords<M>;
  readonly #clocks: readonly DeclaredClock[];

  constructor(records: ModelRecords<M>) {
    this.#records = records;
    this.#clocks = declaredClocks(records.model);
  }

  async create(values: CreateOf<M>): Promise<RecordOf<M>> {
    const { store, model } = this.#records;
    const prepared = this.#prepare(copyOfParts("values", checkObject("values", values)));
    if (prepared === undefined) {
      const message = `The write filter of ${model.name} rejects this record.`;
      throw new PolicyCacheError("WRITE_REJECTED", message, { hint: "Use save, which says false instead." });
    }
    if (!(await store.run(createRecord, prepared.input, prepared.place.shard))) {
      throw new RecordExistsError(model.name, this.#records.describe(prepared.place.values));
    }
    return this.#records.decode(prepared.input.fields);
  }

  async save(values: CreateOf<M>): Promise<boolean> {
    const prepared = this.#prepareSave(values);
    if (prepared === undefined) return false;
    for (;;) {
      const [input = prepared.input] = await this.#withFormerPlaces([prepared]);
      if ((await this.#records.store.run(saveRecord, input, prepared.place.shard)) !== undefined) return true;
    }
  }

  async saveMany(records: readonly CreateOf<M>[]): Promise<readonly boolean[]> {
    const prepared = checkArray("records", records).map((values) => this.#prepareSave(values));
    const kept = prepared.flatMap((item) => (item === undefined ? [] : [item]));
    const [first] = kept;
    const other = kept.find(({ place }) => place.scope !== first?.place.scope);
    if (other !== undefined) throw new InvalidArgumentError("records", records, "records of one scope");
    while (first !== undefined) {
      const items = await this.#withFormerPlaces(kept);
      if (await this.#records.store.run(saveRecords, { items }, first.place.shard)) break;
    }
    return prepared.map((item) => item !== undefined);
  }

  async update(identity: IdentityOf<M>, changes: UpdateOf<M>): Promise<RecordOf<M>> {
    const { store, layout, model } = this.#records;
    const { codec } = layout;
    const place = this.#records.place(identity);
    const { values, keys, id, shard } = place;
    const changed = codec.changedFields(changes);
    for (;;) {
      const current = this.#records.require(await store.run(getRecord, { keys, id }, shard), values);
      const fields = { ...current, ...changed };
      const record = layout.recordKeys(values, fields);
      const sideWrites = layout.sideWrites(place, codec.plainValues(fields, store.defaults), store.defaults);
      if (sideWrites === undefined) {
        throw new PolicyCacheError("WRITE_REJECTED", `The write filter of ${model.name} rejects this change.`);
      }
      const input = {
        record,
        changes: changed,
        basis: codec.pickPlain(current),
        sideWrites,
        leaves: layout.leaves(layout.recordKeys(values, current), record),
        changedFields: Object.keys(changed).join(","),
        nowSeconds: store.nowSeconds(),
      };
      const output = await store.run(updateRecord, input, shard);
      if (!output.stale) return this.#records.decode(this.#records.require(output.fields, values));
    }
  }

  async delete(identity: IdentityOf<M>): Promise<boolean> {
    const { store, layout } = this.#records;
    const place = this.#records.place(identity);
    const { scope, name, shard } = place;
    const keys = { surfaced: surfacedKey(layout, scope) };
    let partitions: readonly string[] = [DEFAULT_PARTITION];
    for (;;) {
      const [record = layout.recordKeys(place.values)] = await this.#records.recordKeys([place]);
      const proposals = partitions.map((partition) => proposalsOf(layout, scope, partition));
      const input = { record, keys, proposals, nowSeconds: store.nowSeconds() };
      const { deleted, stale } = await store.run(deleteRecord, input, shard);
      if (!stale) return deleted;
      const surfaced = await store.run(getRecord, { keys: { records: keys.surfaced }, id: name }, shard);
      partitions = textsField(surfaced ?? {}, "partitions");
    }
  }

  /** @returns undefined when the record is not to be saved */
  #prepare(given: Readonly<Record<string, unknown>>): PreparedRecord | undefined {
    const { store, layout } = this.#records;
    const { codec } = layout;
    const identity = layout.identityValues(given);
    const place = this.#records.locate(identity);
    const nowSeconds = store.nowSeconds();
    const fields = codec.newFields(given, identity, nowSeconds, store.defaults);
    const sideWrites = layout.sideWrites(place, codec.plainValues(fields, store.defaults), store.defaults);
    if (sideWrites === undefined) return undefined;
    return { place, input: { record: layout.recordKeys(identity, fields), fields, sideWrites, nowSeconds } };
  }

  #prepareSave(values: CreateOf<M>): PreparedRecord<SaveInput> | undefined {
    const { codec } = this.#records.layout;
    const prepared = this.#prepare(codec.withoutLearned(copyOfParts("values", checkObject("values", values))));
    if (prepared === undefined) return undefined;
    const { place, input } = prepared;
    return { place, input: { ...input, plainFields: codec.plainFields, clocks: this.#clocks } };
  }

  /** The input of each save, with where its record was before it, when records can move. */
  async #withFormerPlaces(items: readonly PreparedRecord<SaveInput>[]): Promise<readonly SaveInput[]> {
    const { layout } = this.#records;
    if (!layout.hasMovingKeys) return items.map(({ input }) => input);
    const current = await this.#records.readAt(items.map(({ place }) => place));
    const before = new Map<string, readonly RecordKeys[]>();
    return items.map(({ place, input }, index) => {
      const { record } = input;
      const stored = current[index];
      const former = before.get(record.name) ?? (stored === undefined ? [] : [layout.recordKeys(place.values, stored)]);
      before.set(record.name, [...former, record]); // one call may save a record twice
      const [first] = former;
      if (first === undefined) return input;
      const leaves = former.flatMap((from) => layout.leaves(from, record));
      return { ...input, former: { basis: first.basis, leaves } };
    });
  }
}
