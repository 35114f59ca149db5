import type { Operation } from "../../keyspace/port/engine.js";
import type { Fields } from "../../keyspace/port/keyspace.js";
import { storeLearning } from "./record.js";
import { readInPlace } from "./record-in-place.js";
import type { RecordKeys } from "./record-keys.js";

// From when to when a record holds: docs/primitives/validity-window.md. An end that is not stored is open.

/** Stored names: Unix seconds of the first and of the end, and the name, within the scope, of what replaces the record. */
export const VALID_FROM = "validity.from";
export const VALID_UNTIL = "validity.until";
export const SUPERSEDED_BY = "validity.supersededBy";

/** Whether a record holds at a time. Its last second is the one before its end. */
export function isValidAt(fields: Fields, atSeconds: number): boolean {
  const from = fields[VALID_FROM];
  const until = fields[VALID_UNTIL];
  if (typeof from === "number" && from > atSeconds) return false;
  return !(typeof until === "number" && until <= atSeconds);
}

/** A record that replaces another of the same scope. */
export interface Replacement {
  readonly keys: { readonly records: string };
  readonly id: string;
  readonly name: string;
}

/** Ends a record's window, unless it has ended, and links the record to what replaces it. */
export function closeWindow(fields: Fields, replacement: string, atSeconds: number): void {
  const until = fields[VALID_UNTIL];
  if (typeof until !== "number" || until > atSeconds) fields[VALID_UNTIL] = atSeconds;
  fields[SUPERSEDED_BY] = replacement;
}

export interface SetWindowInput {
  readonly record: RecordKeys;
  /** Absent for an open end. */
  readonly fromSeconds?: number;
  readonly untilSeconds?: number;
  readonly nowSeconds: number;
}

/** Sets the window anew, without a link. @returns undefined when the record does not exist, or has moved */
export const setWindow: Operation<SetWindowInput, Fields | undefined> = {
  name: "set-window",
  access: "write",
  execute(keyspace, input) {
    const stored = readInPlace(keyspace, input.record);
    if (stored === undefined) return undefined;
    const fields: Fields = {};
    for (const name in stored) {
      const value = stored[name];
      const isWindow = name === VALID_FROM || name === VALID_UNTIL || name === SUPERSEDED_BY;
      if (value !== undefined && !isWindow) fields[name] = value;
    }
    const extras: Fields = {};
    if (input.fromSeconds !== undefined) {
      fields[VALID_FROM] = input.fromSeconds;
      extras.valid_from = input.fromSeconds;
    }
    if (input.untilSeconds !== undefined) {
      fields[VALID_UNTIL] = input.untilSeconds;
      extras.valid_until = input.untilSeconds;
    }
    storeLearning(keyspace, input.record, fields, "validity_update", extras, input.nowSeconds);
    return fields;
  },
};

export interface SupersedeInput {
  readonly record: RecordKeys;
  readonly replacement: Replacement;
  readonly atSeconds: number;
  readonly nowSeconds: number;
}

/** @returns whether the replacement exists; undefined when the record does not, or has moved */
export const supersede: Operation<SupersedeInput, boolean | undefined> = {
  name: "supersede",
  access: "write",
  execute(keyspace, input) {
    const { record, replacement, atSeconds, nowSeconds } = input;
    const fields = readInPlace(keyspace, record);
    if (fields === undefined) return undefined;
    if (keyspace.getRecord(replacement.keys.records, replacement.id) === undefined) return false;
    closeWindow(fields, replacement.name, atSeconds);
    const extras = { superseded_by: replacement.name, valid_until: atSeconds };
    storeLearning(keyspace, record, fields, "supersede", extras, nowSeconds);
    return true;
  },
};
