import { getOrCreate } from "../../../common/maps/get-or-create.js";
import { compareUtf8 } from "../../../common/utf8-order.js";
import type { Sets } from "../../port/keyspace.js";
import type { StoredItem } from "../../port/transfer.js";
import type { UndoLog } from "../undo-log.js";
import { createOrderedMap, type OrderedSet } from "./ordered-map.js";

export type MemorySets = Map<string, OrderedSet<string>>;

export function memorySets(stored: MemorySets, undo: UndoLog): Sets {
  function add(key: string, member: string): boolean {
    const set = getOrCreate(stored, key, createSet);
    if (!set.setIfNotPresent(member, true)) return false;
    undo.note(() => remove(key, member));
    return true;
  }

  function remove(key: string, member: string): boolean {
    if (stored.get(key)?.delete(member) !== true) return false;
    undo.note(() => add(key, member));
    return true;
  }

  return {
    addToSet: add,
    removeFromSet: remove,
    isInSet: (key, member) => stored.get(key)?.has(member) ?? false,

    pageOfSet(key, prefix, after, limit) {
      const members: string[] = [];
      const from = compareUtf8(after, prefix) > 0 ? after : prefix;
      for (const member of stored.get(key)?.keys(from) ?? []) {
        if (members.length >= limit || !member.startsWith(prefix)) break;
        if (member !== after) members.push(member);
      }
      return members;
    },

    countSet: (key) => stored.get(key)?.size ?? 0,
  };
}

export function* memberItems(stored: MemorySets): Generator<StoredItem> {
  for (const [key, set] of stored) for (const member of set.keys()) yield { kind: "member", key, member };
}

function createSet(): OrderedSet<string> {
  return createOrderedMap(compareUtf8);
}
