import { compareUtf8 } from "../../../common/utf8-order.js";
import type { Operation } from "../../port/engine.js";
import type { Fields, Keyspace, StoredRecord } from "../../port/keyspace.js";
import { decodeMessagePack } from "./message-pack.js";

/** A read that one command does as atomically as a script: the operation around it can run here. */
export type RecordRead =
  | { readonly kind: "one"; readonly key: string; readonly id: string }
  | { readonly kind: "all"; readonly key: string };

export type FoundRecords = Fields | undefined | readonly StoredRecord[];

type RecordReads = Pick<Keyspace, "getRecord" | "listRecords">;

/** Finds nothing, and notes what was looked for. */
class Asking implements RecordReads {
  read: RecordRead | undefined;

  getRecord(key: string, id: string): undefined {
    this.read = { kind: "one", key, id };
  }

  listRecords(key: string): readonly StoredRecord[] {
    this.read = { kind: "all", key };
    return [];
  }
}

/** Operations that read something else than records. */
const others = new WeakSet<object>();

/** What a `single-read` operation reads. @returns undefined when that takes a script */
export function readOf<Input>(operation: Operation<Input, unknown>, input: Input): RecordRead | undefined {
  if (operation.access !== "single-read" || others.has(operation)) return undefined;
  const asking = new Asking();
  try {
    operation.execute(asking as RecordReads as Keyspace, input);
  } catch {
    // There is no other method, or it cannot do with nothing.
  }
  if (asking.read === undefined) others.add(operation);
  return asking.read;
}

/** Finds what was read before. */
class Answering implements RecordReads {
  readonly #found: FoundRecords;

  constructor(found: FoundRecords) {
    this.#found = found;
  }

  getRecord(): Fields | undefined {
    return this.#found as Fields | undefined;
  }

  listRecords(): readonly StoredRecord[] {
    return this.#found as readonly StoredRecord[];
  }
}

/** The result of an operation that reads this and nothing else. */
export function executeWith<Input, Output>(
  operation: Operation<Input, Output>,
  input: Input,
  found: FoundRecords,
): Output {
  return operation.execute(new Answering(found) as RecordReads as Keyspace, input);
}

export function commandOf(read: RecordRead, key: string): string[] {
  return read.kind === "one" ? ["HGET", key, read.id] : ["HGETALL", key];
}

/** @param reply - to {@link commandOf} the read */
export function decodeFound(read: RecordRead, reply: unknown): FoundRecords {
  if (read.kind === "one") return reply === null ? undefined : decodeFields(reply as Buffer);
  const flat = reply as readonly Buffer[];
  const records: StoredRecord[] = [];
  for (let index = 0; index < flat.length; index += 2) {
    const [id, packed] = [flat[index], flat[index + 1]];
    if (id === undefined || packed === undefined) break;
    records.push({ id: id.toString(), fields: decodeFields(packed) });
  }
  return records.sort((left, right) => compareUtf8(left.id, right.id));
}

/** How long a reply is. */
export function bytesOf(reply: unknown): number {
  if (!Array.isArray(reply)) return reply === null ? 0 : (reply as Buffer).length;
  return (reply as readonly Buffer[]).reduce((total, { length }) => total + length, 0);
}

/** Makes what is going to be kept unchangeable. */
export function freezeFound(found: FoundRecords): FoundRecords {
  if (found === undefined) return undefined;
  if (!isList(found)) return freezeFields(found);
  for (const record of found) {
    freezeFields(record.fields);
    Object.freeze(record);
  }
  return Object.freeze(found);
}

function isList(found: Fields | readonly StoredRecord[]): found is readonly StoredRecord[] {
  return Array.isArray(found);
}

function freezeFields(fields: Fields): Fields {
  for (const name of Object.keys(fields)) if (typeof fields[name] === "object") Object.freeze(fields[name]);
  return Object.freeze(fields);
}

/** A record without fields is an empty map, never an empty list. */
const FIELDS_AT = [""];

function decodeFields(packed: Buffer): Fields {
  const fields = decodeMessagePack(packed, FIELDS_AT);
  if (typeof fields !== "object" || fields === null) throw new TypeError("no record can be read from it");
  return fields as Fields;
}
