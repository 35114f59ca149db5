import type { Fields } from "../keyspace/port/keyspace.js";
import { partitionOf } from "../store/storage-keys.js";

/** The scope of an entry of a stream: it says so itself, or its stream is named after it. */
export function scopeOfEntry(stream: string, fields: Fields): string {
  if (typeof fields.scope === "string") return fields.scope;
  if ((fields.op === "outcome" || fields.op === "report") && typeof fields.agentId === "string") return fields.agentId;
  return partitionOf(stream);
}
