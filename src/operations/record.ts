import type { Operation } from "../keyspace/engine.js";
import type { Fields, Keyspace } from "../keyspace/keyspace.js";
import { removeNode } from "./edges.js";
import { numberField, textField } from "./fields.js";
import type { RecordPlan } from "./record-plan.js";

export interface CreateInput {
  readonly plan: RecordPlan;
  readonly fields: Fields;
  readonly nowSeconds: number;
}

/** Stores a new record with all its indexes, filter bits and its event. @returns false when it exists already */
export const createRecord: Operation<CreateInput, boolean> = {
  name: "create-record",
  access: "write",
  execute(keyspace, input) {
    if (keyspace.getRecord(input.plan.keys.records, input.plan.id) !== undefined) return false;
    insertRecord(keyspace, input.plan, input.fields, input.nowSeconds);
    return true;
  },
};

/** Shared by every operation that creates: the record must not exist. */
export function insertRecord(keyspace: Keyspace, plan: RecordPlan, fields: Fields, nowSeconds: number): void {
  keyspace.putRecord(plan.keys.records, plan.id, fields);
  keyspace.addToSet(plan.keys.members, plan.name);
  for (const lookup of plan.lookups) {
    keyspace.addToSet(lookup.keys.index, lookupMember(fields, lookup.field, plan.name));
  }
  writeOrders(keyspace, plan, fields);
  if (plan.keys.filter !== undefined) keyspace.setBits(plan.keys.filter, plan.filterPositions);
  appendEvent(keyspace, plan, "create", {}, nowSeconds);
}

export interface UpdateInput {
  readonly plan: RecordPlan;
  /** Plain fields to overwrite. Learned state is never among them. */
  readonly changes: Fields;
  /** Names of the changed fields, comma-joined, for the event. */
  readonly changedFields: string;
  readonly nowSeconds: number;
}

/** Overwrites plain fields of a record and re-indexes them. @returns the new fields, undefined when there is none */
export const updateRecord: Operation<UpdateInput, Fields | undefined> = {
  name: "update-record",
  access: "write",
  execute(keyspace, input) {
    const plan = input.plan;
    const fields = keyspace.getRecord(plan.keys.records, plan.id);
    if (fields === undefined) return undefined;
    for (const lookup of plan.lookups) {
      keyspace.removeFromSet(lookup.keys.index, lookupMember(fields, lookup.field, plan.name));
    }
    for (const name in input.changes) {
      const value = input.changes[name];
      if (value !== undefined) fields[name] = value;
    }
    for (const lookup of plan.lookups) {
      keyspace.addToSet(lookup.keys.index, lookupMember(fields, lookup.field, plan.name));
    }
    keyspace.putRecord(plan.keys.records, plan.id, fields);
    writeOrders(keyspace, plan, fields);
    appendEvent(keyspace, plan, "update", { changed_fields: input.changedFields }, input.nowSeconds);
    return fields;
  },
};

export interface DeleteInput {
  readonly plan: RecordPlan;
  readonly nowSeconds: number;
}

/** Removes a record with everything that belongs to it. Filter bits stay. @returns whether there was one */
export const deleteRecord: Operation<DeleteInput, boolean> = {
  name: "delete-record",
  access: "write",
  execute(keyspace, input) {
    const plan = input.plan;
    const fields = keyspace.getRecord(plan.keys.records, plan.id);
    if (fields === undefined) return false;
    keyspace.deleteRecord(plan.keys.records, plan.id);
    keyspace.removeFromSet(plan.keys.members, plan.name);
    for (const lookup of plan.lookups) {
      keyspace.removeFromSet(lookup.keys.index, lookupMember(fields, lookup.field, plan.name));
    }
    for (const order of plan.orders) keyspace.removeScore(order.keys.index, plan.name);
    for (const ranking of plan.rankings) keyspace.removeScore(ranking.keys.index, plan.name);
    for (const companion of plan.companions) keyspace.deleteRecord(companion.keys.records, companion.id);
    for (const set of plan.edges) removeNode(keyspace, set.keys.edges, plan.name, set.symmetric);
    appendEvent(keyspace, plan, "delete", {}, input.nowSeconds);
    return true;
  },
};

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

/** Writes a changed record back: the record, its sorted indexes and its event. */
export function storeLearning(
  keyspace: Keyspace,
  plan: RecordPlan,
  fields: Fields,
  operation: string,
  extras: Fields,
  nowSeconds: number,
): void {
  keyspace.putRecord(plan.keys.records, plan.id, fields);
  appendEvent(keyspace, plan, operation, extras, nowSeconds);
}

export function writeOrders(keyspace: Keyspace, plan: RecordPlan, fields: Fields): void {
  for (const order of plan.orders) {
    keyspace.putScore(order.keys.index, plan.name, numberField(fields, order.field, 0));
  }
}

function lookupMember(fields: Fields, field: string, name: string): string {
  return `${textField(fields, field, "")}\t${name}`;
}

export function appendEvent(
  keyspace: Keyspace,
  plan: RecordPlan,
  operation: string,
  extras: Fields,
  nowSeconds: number,
): void {
  if (plan.keys.events === undefined) return;
  const event: Fields = { op: operation, ts: nowSeconds, changed_fields: "" };
  for (const name in plan.eventFields) copyField(plan.eventFields, name, event);
  for (const name in extras) copyField(extras, name, event);
  keyspace.appendToStream(plan.keys.events, event, nowSeconds * 1000);
  keyspace.trimStream(plan.keys.events, plan.eventMaxLength);
}

function copyField(from: Fields, name: string, to: Fields): void {
  const value = from[name];
  if (value !== undefined) to[name] = value;
}
