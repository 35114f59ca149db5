import type { Operation } from "../../keyspace/port/engine.js";
import type { Fields, Keyspace } from "../../keyspace/port/keyspace.js";
import { appendCapped, numberField, numbersField } from "../records/fields.js";
import { putRanked } from "../records/record.js";
import { readInPlace } from "../records/record-in-place.js";
import type { RecordKeys } from "../records/record-keys.js";

/** Where the reads of a model's records are kept: docs/primitives/access-tracker.md. */
export interface AccessKeys {
  /** Records with one record's reads not yet confirmed, by reader. */
  readonly staged: string;
  /** Records with the confirmed reads, by name. */
  readonly access: string;
}

export interface AccessLimits {
  readonly maxAccessLog: number;
  readonly stagedTtlSeconds: number;
}

export interface StageReadsInput {
  readonly records: readonly { readonly keys: AccessKeys & { readonly records: string }; readonly id: string }[];
  /** Who reads: one reader's dismissal leaves another's reads alone. */
  readonly reader: string;
  readonly limits: AccessLimits;
  readonly nowSeconds: number;
}

/**
 * Notes that records were read; those not stored are skipped. The first unconfirmed read of a reader sets when all of
 * them expire.
 *
 * @returns how many were found
 */
export const stageReads: Operation<StageReadsInput, number> = {
  name: "stage-reads",
  access: "write",
  execute(keyspace, input) {
    let found = 0;
    for (const { keys, id } of input.records) {
      if (keyspace.getRecord(keys.records, id) === undefined) continue;
      found += 1;
      const staged = readStaged(keyspace, keys.staged, input.reader, input.nowSeconds);
      const expiresAt = staged === undefined ? input.nowSeconds + input.limits.stagedTtlSeconds : staged.expiresAt;
      const times = staged === undefined ? [] : staged.times;
      keyspace.putRecord(keys.staged, input.reader, {
        times: appendCapped(times, input.nowSeconds, input.limits.maxAccessLog),
        count: (staged === undefined ? 0 : staged.count) + 1,
        expiresAt,
      });
    }
    return found;
  },
};

export interface DiscardReadsInput {
  readonly keys: AccessKeys;
  readonly reader: string;
  readonly nowSeconds: number;
}

export interface SettleReadsInput extends DiscardReadsInput {
  readonly record: RecordKeys;
  readonly limits: AccessLimits;
}

/** Turns a reader's staged reads into confirmed ones. @returns how many; undefined without the record, or if it moved */
export const confirmReads: Operation<SettleReadsInput, number | undefined> = {
  name: "confirm-reads",
  access: "write",
  execute(keyspace, input) {
    const fields = readInPlace(keyspace, input.record);
    if (fields === undefined) return undefined;
    const confirmed = confirmStaged(keyspace, input, fields);
    if (confirmed > 0) putRanked(keyspace, input.record, fields, input.nowSeconds);
    return confirmed;
  },
};

/** Forgets a reader's staged reads. @returns how many */
export const discardReads: Operation<DiscardReadsInput, number> = {
  name: "discard-reads",
  access: "write",
  execute(keyspace, input) {
    return discardStaged(keyspace, input);
  },
};

/** As {@link confirmReads}, on fields the caller stores. */
export function confirmStaged(keyspace: Keyspace, input: SettleReadsInput, fields: Fields): number {
  const staged = readStaged(keyspace, input.keys.staged, input.reader, input.nowSeconds);
  keyspace.deleteRecord(input.keys.staged, input.reader);
  if (staged === undefined) return 0;
  logReads(keyspace, input.keys.access, input.record.name, staged.times, input.limits);
  fields.accessCount = numberField(fields, "accessCount", 0) + staged.count;
  fields.lastAccessed = staged.times[staged.times.length - 1] ?? input.nowSeconds;
  return staged.count;
}

export function discardStaged(keyspace: Keyspace, input: DiscardReadsInput): number {
  const staged = readStaged(keyspace, input.keys.staged, input.reader, input.nowSeconds);
  keyspace.deleteRecord(input.keys.staged, input.reader);
  return staged === undefined ? 0 : staged.count;
}

/** Counts one confirmed read in `fields`, which the caller stores, and in the capped log. */
export function confirmRead(
  keyspace: Keyspace,
  accessKey: string,
  name: string,
  fields: Fields,
  readAtSeconds: number,
  limits: AccessLimits,
): void {
  fields.accessCount = numberField(fields, "accessCount", 0) + 1;
  fields.lastAccessed = readAtSeconds;
  logReads(keyspace, accessKey, name, [readAtSeconds], limits);
}

function logReads(
  keyspace: Keyspace,
  accessKey: string,
  name: string,
  times: readonly number[],
  limits: AccessLimits,
): void {
  let log = numbersField(keyspace.getRecord(accessKey, name) ?? {}, "log");
  for (const time of times) log = appendCapped(log, time, limits.maxAccessLog);
  keyspace.putRecord(accessKey, name, { log });
}

interface StagedReads {
  /** The newest of them: the log keeps no more. */
  readonly times: readonly number[];
  readonly count: number;
  readonly expiresAt: number;
}

function readStaged(keyspace: Keyspace, key: string, reader: string, nowSeconds: number): StagedReads | undefined {
  const fields = keyspace.getRecord(key, reader);
  if (fields === undefined) return undefined;
  const expiresAt = numberField(fields, "expiresAt", 0);
  if (nowSeconds > expiresAt) return undefined;
  const times = numbersField(fields, "times");
  return { times, count: numberField(fields, "count", times.length), expiresAt };
}
