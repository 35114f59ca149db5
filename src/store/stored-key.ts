import { DataFormatError } from "../common/errors.js";
import { splitParts } from "../common/joined-parts.js";
import type { Structure } from "../keyspace/port/transfer.js";
import { GROUP_KEYS, isKeyKind, type KeyDefinition, STORAGE_KEYS } from "./storage-keys.js";

// What a key that is found in a store says of what lies under it.

/**
 * The structure that lies under a key.
 *
 * @param possible - those it may be, by how it is stored
 * @throws {@link DataFormatError} for a kind of key that this release does not know, or that is something else in it
 */
export function structureOf(key: string, possible: readonly Structure[]): Structure {
  const { structure } = definitionOf(key);
  if (possible.includes(structure)) return structure;
  const kind = JSON.stringify(splitParts(key)[0]);
  throw new DataFormatError(
    `There is data of the kind ${kind}, which this release does not know as ${list(possible)}.`,
    {
      hint: "Use the release that wrote it, or a later one.",
    },
  );
}

/**
 * The scope of what lies under a key: it decides the shard when a store is moved to another number of shards.
 *
 * @param member - id or member, "" where there is none
 * @returns undefined for what belongs to no scope: it lies in the shard of settings and of sums over all shards
 */
export function scopeOfKey(key: string, member: string): string | undefined {
  const { parts, scopeIn } = definitionOf(key);
  if (scopeIn === "member") return member;
  const position = parts.findIndex((part) => part === "scope" || part === "agent");
  return position < 0 ? undefined : (splitParts(key)[position + 1] ?? "");
}

/** Every kind that is not listed is the name of a model's group. */
function definitionOf(key: string): KeyDefinition {
  const [kind = ""] = splitParts(key);
  return isKeyKind(kind) ? STORAGE_KEYS[kind] : GROUP_KEYS;
}

function list(structures: readonly Structure[]): string {
  return structures.join(" or ");
}
