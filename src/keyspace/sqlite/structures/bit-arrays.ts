import type { BitArrays } from "../../port/keyspace.js";
import { BITS_PER_PAGE } from "../schema.js";
import type { SqliteStatements } from "../statements.js";
import type { WriteBuffer } from "../write-buffer.js";

export function sqliteBitArrays(sql: SqliteStatements, buffer: WriteBuffer): BitArrays {
  function pageOf(key: string, page: number): Uint8Array | undefined {
    const bits = buffer.page(key, page);
    if (bits !== undefined) return bits;
    return sql.get<{ bits: Uint8Array }>("SELECT bits FROM bits WHERE key = ? AND page = ?", key, page)?.bits;
  }

  return {
    setBits(key, positions) {
      let added = 0;
      for (const position of positions) {
        const page = Math.floor(position / BITS_PER_PAGE);
        const bits = pageOf(key, page) ?? new Uint8Array(BITS_PER_PAGE / 8);
        const { byte, mask } = locateBit(position);
        const before = bits[byte] ?? 0;
        if ((before & mask) !== 0) continue;
        bits[byte] = before | mask;
        added += 1;
        buffer.putPage(key, page, bits);
      }
      return added;
    },

    hasBits(key, positions) {
      return positions.every((position) => {
        const { byte, mask } = locateBit(position);
        const bits = pageOf(key, Math.floor(position / BITS_PER_PAGE));
        return ((bits?.[byte] ?? 0) & mask) !== 0;
      });
    },

    countBits(key) {
      buffer.writePages();
      let count = 0;
      // Many rows come with array buffers from libsql, and with buffers from better-sqlite3.
      for (const row of sql.all<{ bits: ArrayBuffer }>("SELECT bits FROM bits WHERE key = ?", key)) {
        for (const byte of new Uint8Array(row.bits)) count += countOnes(byte);
      }
      return count;
    },

    deleteBits(key) {
      buffer.writePages();
      sql.run("DELETE FROM bits WHERE key = ?", key);
    },
  };
}

function locateBit(position: number): { byte: number; mask: number } {
  const bit = position % BITS_PER_PAGE;
  return { byte: bit >> 3, mask: 0x80 >> (bit & 7) };
}

function countOnes(byte: number): number {
  let count = 0;
  for (let rest = byte; rest > 0; rest >>= 1) count += rest & 1;
  return count;
}
