import type { Operation } from "../../keyspace/port/engine.js";
import type { Fields, Keyspace } from "../../keyspace/port/keyspace.js";
import { countResetCycles, mergeCycles } from "../../maths/rhythm/cycles.js";
import { closeProposal, type ProposalPlace, surfacedIn } from "../observation/proposals.js";
import { removeNode } from "../primitives/edges.js";
import { numberField, numbersField, textField } from "./fields.js";
import { raiseBounds, renewRecordBounds } from "./ranking/ranking-bound.js";
import { hasMoved } from "./record-in-place.js";
import type { Companion, LoggedRecord, RankedRecord, RecordKeys, SortedIndex } from "./record-keys.js";
import { type SideWrite, writeBeside } from "./side-writes.js";

export interface CreateInput {
  readonly record: RecordKeys;
  readonly fields: Fields;
  readonly sideWrites: readonly SideWrite[];
  readonly nowSeconds: number;
}

/** Stores a new record with everything that is kept up to date with it. @returns false when it exists already */
export const createRecord: Operation<CreateInput, boolean> = {
  name: "create-record",
  access: "write",
  execute(keyspace, input) {
    if (keyspace.getRecord(input.record.keys.records, input.record.id) !== undefined) return false;
    insertRecord(keyspace, input.record, input.fields, input.sideWrites, input.nowSeconds);
    return true;
  },
};

/**
 * Shared by every operation that creates: the record must not exist.
 *
 * @rare
 */
export function insertRecord(
  keyspace: Keyspace,
  record: RecordKeys,
  fields: Fields,
  sideWrites: readonly SideWrite[],
  nowSeconds: number,
): void {
  putRanked(keyspace, record, fields, nowSeconds);
  keyspace.addToSet(record.keys.members, record.name);
  for (const lookup of record.lookups) {
    keyspace.addToSet(lookup.keys.index, lookupMember(fields, lookup.field, record.name));
  }
  writeOrders(keyspace, record, fields);
  writeBeside(keyspace, record.name, sideWrites);
  appendEvent(keyspace, record, fields, "create", {}, nowSeconds);
}

export interface SaveInput extends CreateInput {
  /** Where the record was when it was read, in case that is elsewhere. */
  readonly former?: FormerPlace;
  /** Names of the plain fields: only they are overwritten in a record that exists. */
  readonly plainFields: readonly string[];
  readonly clocks: readonly DeclaredClock[];
}

/** The partition a record leaves. */
export interface FormerPlace {
  /** As in {@link RecordKeys}. */
  readonly basis: Fields;
  /** Sorted indexes it is no longer in. */
  readonly leaves: readonly SortedIndex[];
}

/** A clock as its model declares it now. */
export interface DeclaredClock {
  readonly field: string;
  readonly cycles: readonly number[];
  readonly pressureRate: number;
}

/**
 * Creates a record, or overwrites the plain fields of the one there is. What was learned stays; cycles follow their
 * declaration where it changed.
 *
 * @returns the stored fields; undefined when the record has moved since its keys were made, and nothing was done
 */
export const saveRecord: Operation<SaveInput, Fields | undefined> = {
  name: "save-record",
  access: "write",
  execute(keyspace, input) {
    return isStale(keyspace, input) ? undefined : save(keyspace, input);
  },
};

/** Whether a record that is to be saved is in another partition than its keys are for. */
export function isStale(keyspace: Keyspace, input: SaveInput): boolean {
  const fields = keyspace.getRecord(input.record.keys.records, input.record.id);
  const basis = input.former === undefined ? input.record.basis : input.former.basis;
  return fields !== undefined && hasMoved(basis, fields);
}

/** As {@link saveRecord}, as part of another operation, for input that is not stale. */
export function save(keyspace: Keyspace, input: SaveInput): Fields {
  const { record, nowSeconds } = input;
  const fields = keyspace.getRecord(record.keys.records, record.id);
  if (fields === undefined) {
    insertRecord(keyspace, record, input.fields, input.sideWrites, nowSeconds);
    return input.fields;
  }
  const changes: Fields = {};
  for (const name of input.plainFields) copyField(input.fields, name, changes);
  overwrite(keyspace, record, fields, changes);
  if (input.former !== undefined) leave(keyspace, record, fields, input.former.leaves, nowSeconds);
  let resets = 0;
  for (const clock of input.clocks) resets += declareClock(fields, clock, nowSeconds);
  storeAll(keyspace, record, fields, input.sideWrites, nowSeconds);
  appendEvent(keyspace, record, fields, "update", resets > 0 ? { cycles_reset: resets } : {}, nowSeconds);
  return fields;
}

export interface UpdateInput {
  readonly record: RecordKeys;
  /** Plain fields to overwrite. Learned state is never among them. */
  readonly changes: Fields;
  /** The plain fields that `sideWrites` was computed from. */
  readonly basis: Fields;
  readonly sideWrites: readonly SideWrite[];
  /** Sorted indexes the change takes it out of. */
  readonly leaves: readonly SortedIndex[];
  /** Names of the changed fields, comma-joined, for the event. */
  readonly changedFields: string;
  readonly nowSeconds: number;
}

export interface UpdateOutput {
  /** Absent when there is no such record. */
  readonly fields?: Fields;
  /** True when the record was changed since `basis` was read: nothing was done, read it again. */
  readonly stale: boolean;
}

/** Overwrites plain fields of a record and re-indexes them. */
export const updateRecord: Operation<UpdateInput, UpdateOutput> = {
  name: "update-record",
  access: "write",
  execute(keyspace, input) {
    const record = input.record;
    const fields = keyspace.getRecord(record.keys.records, record.id);
    if (fields === undefined) return { stale: false };
    for (const name in input.basis) {
      if (fields[name] !== input.basis[name]) return { stale: true };
    }
    overwrite(keyspace, record, fields, input.changes);
    leave(keyspace, record, fields, input.leaves, input.nowSeconds);
    storeAll(keyspace, record, fields, input.sideWrites, input.nowSeconds);
    appendEvent(keyspace, record, fields, "update", { changed_fields: input.changedFields }, input.nowSeconds);
    return { fields, stale: false };
  },
};

export interface DeleteInput {
  readonly record: RecordKeys;
  readonly keys: { readonly surfaced: string };
  /** Where it may have an open proposal. */
  readonly proposals: readonly ProposalPlace[];
  readonly nowSeconds: number;
}

/** `stale`: the record has moved since its keys were made, or has a proposal in a partition not named; nothing was done. */
export interface DeleteOutput {
  readonly deleted: boolean;
  readonly stale: boolean;
}

/** Removes a record with everything that belongs to it. Filter bits and counted tokens stay. */
export const deleteRecord: Operation<DeleteInput, DeleteOutput> = {
  name: "delete-record",
  access: "write",
  execute(keyspace, input) {
    const record = input.record;
    const fields = keyspace.getRecord(record.keys.records, record.id);
    if (fields === undefined) return { deleted: false, stale: false };
    if (hasMoved(record.basis, fields)) return { deleted: false, stale: true };
    for (const partition of surfacedIn(keyspace, input.keys.surfaced, record.name)) {
      if (!isNamed(input.proposals, partition)) return { deleted: false, stale: true };
    }
    for (const proposal of input.proposals) closeProposal(keyspace, proposal, record.name);
    keyspace.deleteRecord(record.keys.records, record.id);
    keyspace.removeFromSet(record.keys.members, record.name);
    for (const lookup of record.lookups) {
      keyspace.removeFromSet(lookup.keys.index, lookupMember(fields, lookup.field, record.name));
    }
    for (const order of record.orders) keyspace.removeScore(order.keys.index, record.name);
    for (const listing of record.listings) keyspace.removeScore(listing.keys.index, record.name);
    for (const ranking of record.rankings) keyspace.removeScore(ranking.keys.index, record.name);
    for (const companion of record.companions) deleteCompanion(keyspace, companion, fields);
    for (const belonging of record.belongings) {
      const key = belonging.keys.records;
      for (const { id } of keyspace.listRecords(key)) keyspace.deleteRecord(key, id);
    }
    for (const set of record.edges) removeNode(keyspace, set.keys.edges, record.name, set.symmetric);
    appendEvent(keyspace, record, fields, "delete", {}, input.nowSeconds);
    return { deleted: true, stale: false };
  },
};

function deleteCompanion(keyspace: Keyspace, { keys, id, remains }: Companion, record: Fields): void {
  const found = remains === undefined ? undefined : keyspace.getRecord(keys.records, id);
  if (found === undefined || remains === undefined || found[remains.field] === undefined) {
    keyspace.deleteRecord(keys.records, id);
    return;
  }
  const left: Fields = {};
  copyFields(left, found, [remains.field]);
  copyFields(left, found, remains.with);
  copyFields(left, record, remains.inherits);
  for (const name of remains.zero) left[name] = 0;
  keyspace.putRecord(keys.records, id, left);
}

function copyFields(target: Fields, source: Fields, names: readonly string[]): void {
  for (const name of names) {
    const value = source[name];
    if (value !== undefined) target[name] = value;
  }
}

function isNamed(proposals: readonly ProposalPlace[], partition: string): boolean {
  for (const proposal of proposals) if (proposal.partition === partition) return true;
  return false;
}

export interface GetInput {
  readonly keys: { readonly records: string };
  readonly id: string;
}

export const getRecord: Operation<GetInput, Fields | undefined> = {
  name: "get-record",
  access: "single-read",
  execute(keyspace, input) {
    return keyspace.getRecord(input.keys.records, input.id);
  },
};

/** Writes a changed record back: the record, the bounds of its scores and its event. */
export function storeLearning(
  keyspace: Keyspace,
  record: RecordKeys,
  fields: Fields,
  operation: string,
  extras: Fields,
  nowSeconds: number,
): void {
  putRanked(keyspace, record, fields, nowSeconds);
  appendEvent(keyspace, record, fields, operation, extras, nowSeconds);
}

/** Stores a record with the bounds it has outgrown. */
export function putRanked(keyspace: Keyspace, record: RankedRecord, fields: Fields, nowSeconds: number): void {
  raiseBounds(keyspace, record, fields, nowSeconds);
  keyspace.putRecord(record.keys.records, record.id, fields);
}

export function writeOrders(keyspace: Keyspace, record: Pick<RecordKeys, "name" | "orders">, fields: Fields): void {
  for (const order of record.orders) {
    keyspace.putScore(order.keys.index, record.name, numberField(fields, order.field, 0));
  }
}

/** Puts plain fields over stored ones and moves the look-ups along. */
function overwrite(keyspace: Keyspace, record: RecordKeys, fields: Fields, changes: Fields): void {
  for (const lookup of record.lookups) {
    const value = changes[lookup.field];
    if (value === undefined || value === fields[lookup.field]) continue;
    keyspace.removeFromSet(lookup.keys.index, lookupMember(fields, lookup.field, record.name));
    keyspace.addToSet(lookup.keys.index, lookupMember(changes, lookup.field, record.name));
  }
  for (const name in changes) copyField(changes, name, fields);
}

function storeAll(
  keyspace: Keyspace,
  record: RecordKeys,
  fields: Fields,
  sideWrites: readonly SideWrite[],
  nowSeconds: number,
): void {
  putRanked(keyspace, record, fields, nowSeconds);
  writeOrders(keyspace, record, fields);
  writeBeside(keyspace, record.name, sideWrites);
}

function leave(
  keyspace: Keyspace,
  record: RecordKeys,
  fields: Fields,
  indexes: readonly SortedIndex[],
  nowSeconds: number,
): void {
  if (indexes.length === 0) return;
  for (const { keys } of indexes) keyspace.removeScore(keys.index, record.name);
  renewRecordBounds(keyspace, record, fields, nowSeconds);
}

/** @returns how many learned amplitudes a changed declaration replaced */
function declareClock(fields: Fields, clock: DeclaredClock, nowSeconds: number): number {
  const stored = numbersField(fields, `${clock.field}.cycles`);
  const cycles = mergeCycles(clock.cycles, stored);
  if (cycles.length > 0 || fields[`${clock.field}.cycles`] !== undefined) fields[`${clock.field}.cycles`] = cycles;
  const before = numberField(fields, `${clock.field}.pressureRate`, 0);
  if (clock.pressureRate > 0 || before > 0) fields[`${clock.field}.pressureRate`] = clock.pressureRate;
  if (clock.pressureRate > 0 && before <= 0) fields[`${clock.field}.lastResolved`] = nowSeconds;
  return countResetCycles(clock.cycles, stored);
}

function lookupMember(fields: Fields, field: string, name: string): string {
  return `${textField(fields, field, "")}\t${name}`;
}

/** @param fields - the record the event is about */
export function appendEvent(
  keyspace: Keyspace,
  record: LoggedRecord,
  fields: Fields,
  operation: string,
  extras: Fields,
  nowSeconds: number,
): void {
  if (record.keys.events === undefined) return;
  const event: Fields = { op: operation, ts: nowSeconds, changed_fields: "" };
  for (const name in record.eventFields) copyField(record.eventFields, name, event);
  for (const name of record.eventMetadata) {
    event[name] = "";
    copyField(fields, name, event);
  }
  for (const name in extras) copyField(extras, name, event);
  keyspace.appendToStream(record.keys.events, event, nowSeconds * 1000);
  keyspace.trimStream(record.keys.events, record.eventMaxLength);
}

function copyField(from: Fields, name: string, to: Fields): void {
  const value = from[name];
  if (value !== undefined) to[name] = value;
}
