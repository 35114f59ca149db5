import type { Operation } from "../engine.js";
import type { Fields, Keyspace, StoredRecord } from "../keyspace.js";
import { compareUtf8 } from "../utf8-order.js";
import { decodeMessagePack } from "./message-pack.js";

/** A read that one command does as atomically as a script: the operation around it can run here. */
export type RecordRead =
  | { readonly kind: "one"; readonly key: string; readonly id: string }
  | { readonly kind: "all"; readonly key: string };

/** What a read found, unchangeable, because it may be kept. */
export type FoundRecords = Fields | undefined | readonly StoredRecord[];

/** Stops an operation where it wants to read. */
class Stop {
  readonly read: RecordRead;

  constructor(read: RecordRead) {
    this.read = read;
  }
}

const ASKING: Partial<Keyspace> = {
  getRecord(key, id) {
    throw new Stop({ kind: "one", key, id });
  },
  listRecords(key) {
    throw new Stop({ kind: "all", key });
  },
};

/** What a `single-read` operation reads. @returns undefined when that takes a script */
export function readOf<Input>(operation: Operation<Input, unknown>, input: Input): RecordRead | undefined {
  if (operation.access !== "single-read") return undefined;
  try {
    operation.execute(ASKING as Keyspace, input);
  } catch (stop) {
    if (stop instanceof Stop) return stop.read;
  }
  return undefined;
}

/** The result of an operation that reads this and nothing else. */
export function executeWith<Input, Output>(
  operation: Operation<Input, Output>,
  input: Input,
  found: FoundRecords,
): Output {
  const answering: Partial<Keyspace> = {
    getRecord: () => found as Fields | undefined,
    listRecords: () => found as readonly StoredRecord[],
  };
  return operation.execute(answering as Keyspace, input);
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
    records.push(Object.freeze({ id: id.toString(), fields: decodeFields(packed) }));
  }
  return Object.freeze(records.sort((left, right) => compareUtf8(left.id, right.id)));
}

/** A record without fields is an empty map, never an empty list. */
const FIELDS_AT = [""];

function decodeFields(packed: Buffer): Fields {
  const fields = decodeMessagePack(packed, FIELDS_AT) as Fields;
  for (const name of Object.keys(fields)) if (typeof fields[name] === "object") Object.freeze(fields[name]);
  return Object.freeze(fields);
}
