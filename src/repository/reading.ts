import { checkKeyText, checkNumber, checkObject } from "../common/checks.js";
import { InvalidArgumentError } from "../common/errors.js";
import { partOf } from "../common/given/parts.js";
import { joinParts } from "../common/joined-parts.js";
import { namesOf, refuseUnknownNames } from "../common/unknown-names.js";
import type { AnyModel, GroupOf, IdentityOf, WhereOf } from "../model/model.js";
import type { NamedFields } from "../model/record-access.js";
import { countSet, listRecords } from "../operations/records/reading.js";
import { getRecord } from "../operations/records/record.js";
import { type ReadOptions, stageFound } from "../primitives/access-tracker.js";
import { type ValidityOptions, validAt } from "../primitives/validity-window.js";
import { checkWhere, readCandidates, scopeOf } from "./candidates.js";
import type { RecordOf } from "./define-model.js";
import type { ModelRecords } from "./model-records.js";

/** Which page to read. */
export interface PageOptions {
  /** Records per page, 1 to 1000. Default 100. */
  readonly limit?: number | undefined;
  /** `next` of the page before. Default: the first page. */
  readonly after?: string | undefined;
}

/** A page of what was asked for. */
export interface Page<Item> {
  readonly records: readonly Item[];
  /** Where the next page starts; absent on the last page. */
  readonly next?: string;
}

const READ_NAMES = namesOf<ReadOptions>({ reader: true, noTrack: true });
const VALIDITY_NAMES = namesOf<ValidityOptions>({ asOfSeconds: true, anyTime: true });
const QUERY_NAMES = namesOf<PageOptions & ReadOptions & ValidityOptions>({
  limit: true,
  after: true,
  reader: true,
  noTrack: true,
  asOfSeconds: true,
  anyTime: true,
});

/** Finds the records of a model by what they are called. */
export class RecordReader<M extends AnyModel> {
  readonly #records: ModelRecords<M>;

  constructor(records: ModelRecords<M>) {
    this.#records = records;
  }

  async get(identity: IdentityOf<M>, options: ReadOptions): Promise<RecordOf<M> | undefined> {
    const given = refuseUnknownNames(checkObject("options", options), READ_NAMES);
    const { keys, id, shard } = this.#records.place(identity);
    const fields = await this.#records.store.run(getRecord, { keys, id }, shard);
    if (fields === undefined) return undefined;
    await stageFound(this.#records, [identity], given);
    return this.#records.decode(fields);
  }

  async query(where: WhereOf<M>, options: PageOptions & ReadOptions & ValidityOptions): Promise<Page<RecordOf<M>>> {
    const given = refuseUnknownNames(checkObject("options", options), QUERY_NAMES);
    const { store, layout } = this.#records;
    const limit = checkNumber("limit", given.limit ?? 100, isPageSize, "an integer from 1 to 1000");
    const { after = "" } = given;
    if (typeof after !== "string") throw new InvalidArgumentError("after", after, "`next` of the page before");
    const wanted = checkWhere(layout, where);
    const isValid = validAt(this.#records, given);
    const found: NamedFields[] = [];
    let last: string | undefined;
    let next: string | undefined;
    search: for await (const page of readCandidates(store, layout, wanted, limit, after)) {
      for (const candidate of page) {
        if (!isValid(candidate.fields)) continue;
        if (found.length === limit) {
          next = last;
          break search;
        }
        found.push(candidate);
        last = candidate.cursor;
      }
    }
    const scope = scopeOf(layout, wanted);
    const identities = found.map(({ name }) => this.#records.identityOf(scope, name));
    await stageFound(this.#records, identities, given);
    const records = found.map(({ fields }) => this.#records.decode(fields));
    return next === undefined ? { records } : { records, next };
  }

  async group(where: GroupOf<M>, options: ValidityOptions): Promise<readonly RecordOf<M>[]> {
    const given = refuseUnknownNames(checkObject("options", options), VALIDITY_NAMES);
    const { store, layout } = this.#records;
    const isValid = validAt(this.#records, given);
    const { group, name, scope } = this.#records.model;
    if (group === undefined) throw new InvalidArgumentError("group", name, "a model that declares a group");
    const fields = scope === undefined ? group.by : [scope, ...group.by];
    checkObject("where", where);
    const values = fields.map((field) => checkKeyText(field, partOf("where", where, field)));
    const input = { keys: { records: layout.recordsKey(values) } };
    const records = await store.run(listRecords, input, store.shardOf(layout.scopeOf(values)));
    const prefix = joinParts(name, "");
    const members = records.filter(({ id, fields: stored }) => id.startsWith(prefix) && isValid(stored));
    return members.map((record) => this.#records.decode(record.fields));
  }

  async count(scope: string): Promise<number> {
    const { store, layout } = this.#records;
    const keys = { set: layout.membersKey(layout.checkScope(scope)) };
    return store.run(countSet, { keys }, store.shardOf(scope));
  }
}

function isPageSize(limit: number): boolean {
  return Number.isInteger(limit) && limit >= 1 && limit <= 1000;
}
