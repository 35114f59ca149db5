import type { Operation } from "../../keyspace/port/engine.js";
import type { Fields, Keyspace, ScoredMember, StoredRecord } from "../../keyspace/port/keyspace.js";

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

/**
 * As {@link rangeByRank}, highest score first; equal scores still come by member. Reads the range, and the rest of the
 * equal scores at its two ends.
 */
export const rangeByRankReversed: Operation<RangeInput, readonly ScoredMember[]> = {
  name: "range-by-rank-reversed",
  access: "read",
  execute(keyspace, input) {
    const key = input.keys.index;
    const count = keyspace.countScores(key);
    const start = Math.max(input.start < 0 ? count + input.start : input.start, 0);
    const stop = Math.min(input.stop < 0 ? count + input.stop : input.stop, count - 1);
    if (start > stop) return [];
    const first = firstOfEquals(keyspace, key, count - 1 - stop);
    const last = lastOfEquals(keyspace, key, count - 1 - start, count);
    const ascending = keyspace.rangeByRank(key, first, last);
    const descending: ScoredMember[] = [];
    let end = ascending.length;
    while (end > 0) {
      let begin = end - 1;
      while (begin > 0 && ascending[begin - 1]?.score === ascending[end - 1]?.score) begin -= 1;
      for (let index = begin; index < end; index += 1) {
        const found = ascending[index];
        if (found !== undefined) descending.push(found);
      }
      end = begin;
    }
    const wanted: ScoredMember[] = [];
    const passedOver = start - (count - 1 - last);
    for (let index = passedOver; index <= passedOver + stop - start; index += 1) {
      const found = descending[index];
      if (found !== undefined) wanted.push(found);
    }
    return wanted;
  },
};

/** How many equal scores are looked for at once. */
const EQUALS_PER_READ = 100;

/** The lowest rank with the score that `rank` has. */
function firstOfEquals(keyspace: Keyspace, key: string, rank: number): number {
  const score = keyspace.rangeByRank(key, rank, rank)[0]?.score;
  let first = rank;
  while (first > 0) {
    const from = Math.max(first - EQUALS_PER_READ, 0);
    const page = keyspace.rangeByRank(key, from, first - 1);
    for (let index = page.length - 1; index >= 0; index -= 1) {
      if (page[index]?.score !== score) return from + index + 1;
    }
    first = from;
  }
  return first;
}

/** The highest rank with the score that `rank` has. */
function lastOfEquals(keyspace: Keyspace, key: string, rank: number, count: number): number {
  const score = keyspace.rangeByRank(key, rank, rank)[0]?.score;
  let last = rank;
  while (last < count - 1) {
    const page = keyspace.rangeByRank(key, last + 1, last + EQUALS_PER_READ);
    for (let index = 0; index < page.length; index += 1) {
      if (page[index]?.score !== score) return last + index;
    }
    last += page.length;
  }
  return last;
}

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
