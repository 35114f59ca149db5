import type { Operation } from "../keyspace/engine.js";
import type { Fields, ScoredMember, StoredRecord } from "../keyspace/keyspace.js";

// Plain reads that the model layer and the command line put together.

export interface ListRecordsInput {
  readonly keys: { readonly records: string };
}

export const listRecords: Operation<ListRecordsInput, readonly StoredRecord[]> = {
  name: "list-records",
  access: "single-read",
  execute(keyspace, input) {
    return keyspace.listRecords(input.keys.records);
  },
};

export interface PageOfSetInput {
  readonly keys: { readonly set: string };
  readonly prefix: string;
  readonly after: string;
  readonly limit: number;
}

export const pageOfSet: Operation<PageOfSetInput, readonly string[]> = {
  name: "page-of-set",
  access: "single-read",
  execute(keyspace, input) {
    return keyspace.pageOfSet(input.keys.set, input.prefix, input.after, input.limit);
  },
};

export interface SetInput {
  readonly keys: { readonly set: string };
}

export const countSet: Operation<SetInput, number> = {
  name: "count-set",
  access: "single-read",
  execute(keyspace, input) {
    return keyspace.countSet(input.keys.set);
  },
};

export interface RangeInput {
  readonly keys: { readonly index: string };
  readonly start: number;
  readonly stop: number;
}

export const rangeByRank: Operation<RangeInput, readonly ScoredMember[]> = {
  name: "range-by-rank",
  access: "read",
  execute(keyspace, input) {
    return keyspace.rangeByRank(input.keys.index, input.start, input.stop);
  },
};

export interface RangeFromScoreInput {
  readonly keys: { readonly index: string };
  readonly minScore: number;
  readonly limit: number;
}

export const rangeFromScore: Operation<RangeFromScoreInput, readonly ScoredMember[]> = {
  name: "range-from-score",
  access: "single-read",
  execute(keyspace, input) {
    return keyspace.rangeFromScore(input.keys.index, input.minScore, input.limit);
  },
};

export interface IndexInput {
  readonly keys: { readonly index: string };
}

export const countScores: Operation<IndexInput, number> = {
  name: "count-scores",
  access: "single-read",
  execute(keyspace, input) {
    return keyspace.countScores(input.keys.index);
  },
};

export interface GetManyInput {
  /** Where each record is, in the order they are wanted. */
  readonly records: readonly { readonly keys: { readonly records: string }; readonly id: string }[];
}

export interface FoundRecord {
  /** Absent when there is no such record. */
  readonly fields?: Fields;
}

/** Lists hold no gaps: in Lua, a list would end there. */
export const getMany: Operation<GetManyInput, readonly FoundRecord[]> = {
  name: "get-many",
  access: "read",
  execute(keyspace, input) {
    const found: FoundRecord[] = [];
    for (const record of input.records) {
      const fields = keyspace.getRecord(record.keys.records, record.id);
      found.push(fields === undefined ? {} : { fields });
    }
    return found;
  },
};

export interface ListManyInput {
  readonly groups: readonly ListRecordsInput[];
}

export const listMany: Operation<ListManyInput, readonly (readonly StoredRecord[])[]> = {
  name: "list-many",
  access: "read",
  execute(keyspace, input) {
    const found: (readonly StoredRecord[])[] = [];
    for (const group of input.groups) found.push(keyspace.listRecords(group.keys.records));
    return found;
  },
};

export interface CounterInput {
  readonly keys: { readonly counter: string };
}

export const getCounter: Operation<CounterInput, number> = {
  name: "get-counter",
  access: "single-read",
  execute(keyspace, input) {
    return keyspace.getCounter(input.keys.counter);
  },
};
