import { getOrCreate } from "../../../common/maps/get-or-create.js";
import type { BitArrays } from "../../port/keyspace.js";
import type { StoredItem } from "../../port/transfer.js";
import type { UndoLog } from "../undo-log.js";
import { BitArray } from "./bit-array.js";

export type MemoryBitArrays = Map<string, BitArray>;

/** Most positions in one item. */
const BITS_PER_ITEM = 4096;

export function memoryBitArrays(stored: MemoryBitArrays, undo: UndoLog): BitArrays {
  return {
    setBits(key, positions) {
      const bits = getOrCreate(stored, key, () => new BitArray());
      const added = positions.filter((position) => bits.set(position));
      undo.note(() => {
        for (const position of added) bits.clear(position);
      });
      return added.length;
    },

    hasBits(key, positions) {
      const bits = stored.get(key);
      return positions.every((position) => bits?.has(position) === true);
    },

    countBits: (key) => stored.get(key)?.count ?? 0,

    deleteBits(key) {
      const bits = stored.get(key);
      if (bits === undefined) return;
      stored.delete(key);
      undo.note(() => stored.set(key, bits));
    },
  };
}

export function* bitItems(stored: MemoryBitArrays): Generator<StoredItem> {
  for (const [key, bits] of stored) {
    const positions = [...bits.positions()];
    for (let first = 0; first < positions.length; first += BITS_PER_ITEM) {
      yield { kind: "bits", key, positions: positions.slice(first, first + BITS_PER_ITEM) };
    }
  }
}
