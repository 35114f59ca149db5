import { getOrCreate } from "../../../common/maps/get-or-create.js";
import { compareUtf8 } from "../../../common/utf8-order.js";
import type { ScoredMember, SortedIndexes } from "../../port/keyspace.js";
import type { StoredItem } from "../../port/transfer.js";
import type { UndoLog } from "../undo-log.js";
import { withoutNegativeZero } from "./frozen-fields.js";
import { createOrderedMap, type OrderedSet } from "./ordered-map.js";

interface SortedIndex {
  readonly scores: Map<string, number>;
  readonly order: OrderedSet<ScoredMember>;
}

export type MemorySortedIndexes = Map<string, SortedIndex>;

/** Each index twice: scores by member, and members in order. */
export function memorySortedIndexes(stored: MemorySortedIndexes, undo: UndoLog): SortedIndexes {
  function put(key: string, member: string, given: number): void {
    const index = getOrCreate(stored, key, createSortedIndex);
    const score = withoutNegativeZero(given);
    const previous = index.scores.get(member);
    if (previous === score) return;
    if (previous !== undefined) index.order.delete({ member, score: previous });
    index.scores.set(member, score);
    index.order.set({ member, score }, true);
    undo.note(() => {
      if (previous === undefined) remove(key, member);
      else put(key, member, previous);
    });
  }

  function remove(key: string, member: string): boolean {
    const index = stored.get(key);
    const score = index?.scores.get(member);
    if (index === undefined || score === undefined) return false;
    index.scores.delete(member);
    index.order.delete({ member, score });
    undo.note(() => put(key, member, score));
    return true;
  }

  return {
    getScore: (key, member) => stored.get(key)?.scores.get(member),
    putScore: put,

    addScore(key, member, score) {
      if (stored.get(key)?.scores.has(member) === true) return false;
      put(key, member, score);
      return true;
    },

    removeScore: remove,

    rangeByRank(key, start, stop) {
      const order = stored.get(key)?.order;
      if (order === undefined) return [];
      const first = Math.max(start < 0 ? order.size + start : start, 0);
      const last = stop < 0 ? order.size + stop : stop;
      const members: ScoredMember[] = [];
      let rank = 0;
      for (const member of order.keys()) {
        if (rank > last) break;
        if (rank >= first) members.push({ ...member });
        rank += 1;
      }
      return members;
    },

    rangeUpToScore(key, maxScore, limit) {
      const members: ScoredMember[] = [];
      for (const member of stored.get(key)?.order.keys() ?? []) {
        if (member.score > maxScore || members.length >= limit) break;
        members.push({ ...member });
      }
      return members;
    },

    rangeFromScore(key, minScore, limit) {
      const members: ScoredMember[] = [];
      for (const member of stored.get(key)?.order.keys({ score: minScore, member: "" }) ?? []) {
        if (members.length >= limit) break;
        members.push({ ...member });
      }
      return members;
    },

    countScores: (key) => stored.get(key)?.order.size ?? 0,
  };
}

export function* scoreItems(stored: MemorySortedIndexes): Generator<StoredItem> {
  for (const [key, { scores }] of stored) {
    for (const [member, score] of scores) yield { kind: "score", key, member, score };
  }
}

function createSortedIndex(): SortedIndex {
  const compare = (left: ScoredMember, right: ScoredMember) =>
    left.score - right.score || compareUtf8(left.member, right.member);
  return { scores: new Map(), order: createOrderedMap(compare) };
}
