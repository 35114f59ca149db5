import { DataFormatError } from "../../common/errors.js";
import type {
  ClaimedEntry,
  Fields,
  GroupDescription,
  Keyspace,
  ScoredMember,
  StoredRecord,
  StreamDescription,
  StreamEntry,
} from "../port/keyspace.js";
import { formatStreamId, parseStreamId, type StreamPosition } from "../port/stream-id.js";
import { surplusEntries } from "../port/trim.js";
import type { SqliteStatements } from "./database.js";
import { BITS_PER_PAGE } from "./schema.js";
import { WriteBuffer } from "./write-buffer.js";

interface EntryRow extends StreamPosition {
  readonly fields: string;
}

/** The keyspace in SQLite tables. Runs inside a transaction that the engine opens. */
export class SqliteKeyspace implements Keyspace {
  readonly #sql: SqliteStatements;
  readonly #buffer: WriteBuffer;

  constructor(statements: SqliteStatements) {
    this.#sql = statements;
    this.#buffer = new WriteBuffer(statements);
  }

  /** Called before every commit. */
  flush(): void {
    this.#buffer.writeRecords();
    this.#buffer.writePages();
    this.#buffer.writeHeads();
  }

  /** Called after every commit and rollback. @returns the streams that were appended to */
  endTransaction(): readonly string[] {
    return this.#buffer.clear();
  }

  getRecord(key: string, id: string): Fields | undefined {
    const text = this.#buffer.recordText(key, id);
    if (text !== undefined) return parseFields(text);
    const row = this.#sql.columns<[string]>("SELECT fields FROM records WHERE key = ? AND id = ?", key, id);
    return row === undefined ? undefined : parseFields(row[0]);
  }

  // One row with all records as lines, which neither ids nor JSON texts contain: stepping through rows costs more.
  listRecords(key: string): readonly StoredRecord[] {
    this.#buffer.writeRecords();
    const row = this.#sql.columns<[string | null]>(
      `SELECT group_concat(id || '\n' || fields, '\n') FROM (SELECT id, fields FROM records WHERE key = ? ORDER BY id)`,
      key,
    );
    const lines = row?.[0]?.split("\n") ?? [];
    const records: StoredRecord[] = [];
    for (let line = 0; line < lines.length; line += 2) {
      records.push({ id: lines[line] ?? "", fields: parseFields(lines[line + 1] ?? "") });
    }
    return records;
  }

  putRecord(key: string, id: string, fields: Fields): void {
    this.#buffer.putRecord(key, id, JSON.stringify(fields));
  }

  deleteRecord(key: string, id: string): boolean {
    this.#buffer.writeRecords();
    return this.#sql.run("DELETE FROM records WHERE key = ? AND id = ?", key, id) > 0;
  }

  getScore(key: string, member: string): number | undefined {
    return this.#sql.columns<[number]>("SELECT score FROM scores WHERE key = ? AND member = ?", key, member)?.[0];
  }

  putScore(key: string, member: string, score: number): void {
    this.#sql.run(
      "INSERT INTO scores VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET score = excluded.score",
      key,
      member,
      score,
    );
  }

  addScore(key: string, member: string, score: number): boolean {
    return this.#sql.run("INSERT INTO scores VALUES (?, ?, ?) ON CONFLICT DO NOTHING", key, member, score) > 0;
  }

  removeScore(key: string, member: string): boolean {
    return this.#sql.run("DELETE FROM scores WHERE key = ? AND member = ?", key, member) > 0;
  }

  rangeByRank(key: string, start: number, stop: number): readonly ScoredMember[] {
    const size = start < 0 || stop < 0 ? this.countScores(key) : 0;
    const first = Math.max(start < 0 ? size + start : start, 0);
    const last = stop < 0 ? size + stop : stop;
    if (last < first) return [];
    return this.#sql.all<ScoredMember>(
      "SELECT member, score FROM scores WHERE key = ? ORDER BY score, member LIMIT ? OFFSET ?",
      key,
      last - first + 1,
      first,
    );
  }

  rangeUpToScore(key: string, maxScore: number, limit: number): readonly ScoredMember[] {
    // Mostly there is none: one row that is not there costs the driver half of a list that is empty.
    const lowest = "SELECT 1 FROM scores WHERE key = ? AND score <= ? LIMIT 1";
    if (this.#sql.columns<[number]>(lowest, key, maxScore) === undefined) return [];
    return this.#sql.all<ScoredMember>(
      "SELECT member, score FROM scores WHERE key = ? AND score <= ? ORDER BY score, member LIMIT ?",
      key,
      maxScore,
      limit,
    );
  }

  rangeFromScore(key: string, minScore: number, limit: number): readonly ScoredMember[] {
    return this.#sql.all<ScoredMember>(
      "SELECT member, score FROM scores WHERE key = ? AND score >= ? ORDER BY score, member LIMIT ?",
      key,
      minScore,
      limit,
    );
  }

  countScores(key: string): number {
    return this.#count("SELECT count(*) AS count FROM scores WHERE key = ?", key);
  }

  addToSet(key: string, member: string): boolean {
    if (this.#buffer.hasMember(key, member)) return false;
    this.#buffer.noteMember(key, member);
    return this.#sql.run("INSERT INTO members VALUES (?, ?) ON CONFLICT DO NOTHING", key, member) > 0;
  }

  removeFromSet(key: string, member: string): boolean {
    this.#buffer.forgetMember(key, member);
    return this.#sql.run("DELETE FROM members WHERE key = ? AND member = ?", key, member) > 0;
  }

  isInSet(key: string, member: string): boolean {
    return this.#sql.get("SELECT 1 FROM members WHERE key = ? AND member = ?", key, member) !== undefined;
  }

  pageOfSet(key: string, prefix: string, after: string, limit: number): readonly string[] {
    // The byte FF occurs in no UTF-8 text: it follows everything that begins with the prefix.
    const rows = this.#sql.all<{ member: string }>(
      `SELECT member FROM members WHERE key = ?1 AND member >= ?2 AND member > ?3 AND member < ?2 || x'FF'
       ORDER BY member LIMIT ?4`,
      key,
      prefix,
      after,
      limit,
    );
    return rows.map((row) => row.member);
  }

  countSet(key: string): number {
    return this.#count("SELECT count(*) AS count FROM members WHERE key = ?", key);
  }

  setBits(key: string, positions: readonly number[]): number {
    let added = 0;
    for (const position of positions) {
      const page = Math.floor(position / BITS_PER_PAGE);
      const bits = this.#page(key, page) ?? new Uint8Array(BITS_PER_PAGE / 8);
      const { byte, mask } = locateBit(position);
      const before = bits[byte] ?? 0;
      if ((before & mask) !== 0) continue;
      bits[byte] = before | mask;
      added += 1;
      this.#buffer.putPage(key, page, bits);
    }
    return added;
  }

  hasBits(key: string, positions: readonly number[]): boolean {
    return positions.every((position) => {
      const { byte, mask } = locateBit(position);
      const bits = this.#page(key, Math.floor(position / BITS_PER_PAGE));
      return ((bits?.[byte] ?? 0) & mask) !== 0;
    });
  }

  countBits(key: string): number {
    this.#buffer.writePages();
    let count = 0;
    // Many rows come with array buffers from libsql, and with buffers from better-sqlite3.
    for (const row of this.#sql.all<{ bits: ArrayBuffer }>("SELECT bits FROM bits WHERE key = ?", key)) {
      for (const byte of new Uint8Array(row.bits)) count += countOnes(byte);
    }
    return count;
  }

  deleteBits(key: string): void {
    this.#buffer.writePages();
    this.#sql.run("DELETE FROM bits WHERE key = ?", key);
  }

  addToCounter(key: string, amount: number): number {
    const row = this.#sql.get<{ value: number }>(
      "INSERT INTO counters VALUES (?, ?) ON CONFLICT DO UPDATE SET value = value + excluded.value RETURNING value",
      key,
      amount,
    );
    return row?.value ?? 0;
  }

  getCounter(key: string): number {
    return this.#sql.get<{ value: number }>("SELECT value FROM counters WHERE key = ?", key)?.value ?? 0;
  }

  appendToStream(stream: string, fields: Fields, nowMs: number): string {
    const position = this.#buffer.advance(stream, nowMs);
    const text = JSON.stringify(fields);
    this.#sql.run("INSERT INTO stream_entries VALUES (?, ?, ?, ?)", stream, position.ms, position.seq, text);
    return formatStreamId(position);
  }

  readStream(stream: string, afterId: string, limit: number): readonly StreamEntry[] {
    return this.#entriesAfter(stream, parseStreamId(afterId), limit).map(exposeEntry);
  }

  trimStream(stream: string, maxLength: number): number {
    const length = this.#buffer.lengthOf(stream) ?? this.describeStream(stream).length;
    const surplus = surplusEntries(length, maxLength);
    if (surplus === 0) return 0;
    this.#buffer.writeHeads();
    const bound = this.#firstUnacknowledged(stream);
    const removed = this.#sql.run(
      `DELETE FROM stream_entries WHERE stream = ?1 AND (ms, seq) IN (
         SELECT ms, seq FROM stream_entries WHERE stream = ?1 AND (ms, seq) < (?2, ?3) ORDER BY ms, seq LIMIT ?4)`,
      stream,
      bound.ms,
      bound.seq,
      surplus,
    );
    if (removed === 0) return 0;
    this.#sql.run("UPDATE streams SET length = length - ? WHERE stream = ?", removed, stream);
    this.#buffer.noteRemoved(stream, removed);
    return removed;
  }

  deleteEntry(stream: string, id: string): boolean {
    const { ms, seq } = parseStreamId(id);
    const sql = "DELETE FROM stream_entries WHERE stream = ? AND ms = ? AND seq = ?";
    this.#buffer.writeHeads();
    if (this.#sql.run(sql, stream, ms, seq) === 0) return false;
    this.#sql.run("UPDATE streams SET length = length - 1 WHERE stream = ?", stream);
    this.#buffer.noteRemoved(stream, 1);
    this.#sql.run(
      "UPDATE stream_groups SET delivered = delivered + 1 WHERE stream = ? AND (ms, seq) < (?, ?)",
      stream,
      ms,
      seq,
    );
    return true;
  }

  describeStream(stream: string): StreamDescription {
    this.#buffer.writeHeads();
    const row = this.#sql.get<StreamDescription>("SELECT length, appended FROM streams WHERE stream = ?", stream);
    return { length: row?.length ?? 0, appended: row?.appended ?? 0 };
  }

  createGroup(stream: string, group: string): void {
    this.#buffer.writeHeads();
    this.#sql.run("INSERT INTO streams VALUES (?, 0, 0, 0, 0) ON CONFLICT DO NOTHING", stream);
    this.#sql.run(
      `INSERT INTO stream_groups SELECT stream, ?2, 0, 0, appended - length FROM streams WHERE stream = ?1
       ON CONFLICT DO NOTHING`,
      stream,
      group,
    );
  }

  deliverNew(stream: string, group: string, consumer: string, limit: number, nowMs: number): readonly StreamEntry[] {
    const position = this.#sql.get<StreamPosition>(
      "SELECT ms, seq FROM stream_groups WHERE stream = ? AND name = ?",
      stream,
      group,
    );
    if (position === undefined) return [];
    const entries = this.#entriesAfter(stream, position, limit);
    const last = entries.at(-1);
    if (last === undefined) return [];
    this.#sql.run(
      `INSERT INTO stream_pending SELECT stream, ?2, ms, seq, ?3, ?4, 0 FROM stream_entries
       WHERE stream = ?1 AND (ms, seq) > (?5, ?6) AND (ms, seq) <= (?7, ?8)`,
      stream,
      group,
      consumer,
      Math.floor(nowMs),
      position.ms,
      position.seq,
      last.ms,
      last.seq,
    );
    this.#sql.run(
      "UPDATE stream_groups SET ms = ?, seq = ?, delivered = delivered + ? WHERE stream = ? AND name = ?",
      last.ms,
      last.seq,
      entries.length,
      stream,
      group,
    );
    return entries.map(exposeEntry);
  }

  takeOver(
    stream: string,
    group: string,
    consumer: string,
    minIdleMs: number,
    limit: number,
    nowMs: number,
  ): readonly ClaimedEntry[] {
    const deliveredAtMs = Math.floor(nowMs);
    const rows = this.#sql.all<StreamPosition & { fields: string | null }>(
      `SELECT pending.ms AS ms, pending.seq AS seq, entry.fields AS fields
       FROM stream_pending AS pending LEFT JOIN stream_entries AS entry
         ON entry.stream = pending.stream AND entry.ms = pending.ms AND entry.seq = pending.seq
       WHERE pending.stream = ? AND pending.name = ? AND pending.delivered_at_ms <= ?
       ORDER BY pending.ms, pending.seq LIMIT ?`,
      stream,
      group,
      minIdleMs > 0 ? deliveredAtMs - minIdleMs : Number.MAX_SAFE_INTEGER,
      limit,
    );
    return rows.map(({ ms, seq, fields }) => {
      this.#sql.run(
        `UPDATE stream_pending SET consumer = ?, delivered_at_ms = ?
         WHERE stream = ? AND name = ? AND ms = ? AND seq = ?`,
        consumer,
        deliveredAtMs,
        stream,
        group,
        ms,
        seq,
      );
      return { id: formatStreamId({ ms, seq }), fields: fields === null ? undefined : parseFields(fields) };
    });
  }

  acknowledge(stream: string, group: string, id: string): boolean {
    const { ms, seq } = parseStreamId(id);
    const sql = "DELETE FROM stream_pending WHERE stream = ? AND name = ? AND ms = ? AND seq = ?";
    return this.#sql.run(sql, stream, group, ms, seq) > 0;
  }

  isPending(stream: string, group: string, id: string): boolean {
    const { ms, seq } = parseStreamId(id);
    const sql = "SELECT 1 FROM stream_pending WHERE stream = ? AND name = ? AND ms = ? AND seq = ?";
    return this.#sql.get(sql, stream, group, ms, seq) !== undefined;
  }

  oldestPending(stream: string, group: string): string | undefined {
    const row = this.#sql.columns<[number, number]>(
      "SELECT ms, seq FROM stream_pending WHERE stream = ? AND name = ? ORDER BY ms, seq LIMIT 1",
      stream,
      group,
    );
    return row === undefined ? undefined : formatStreamId({ ms: row[0], seq: row[1] });
  }

  addFailure(stream: string, group: string, id: string): number {
    const { ms, seq } = parseStreamId(id);
    const row = this.#sql.get<{ failures: number }>(
      `UPDATE stream_pending SET failures = failures + 1 WHERE stream = ? AND name = ? AND ms = ? AND seq = ?
       RETURNING failures`,
      stream,
      group,
      ms,
      seq,
    );
    return row?.failures ?? 0;
  }

  isCaughtUp(stream: string, group: string): boolean {
    const row = this.#sql.columns<[number]>(
      `SELECT NOT EXISTS (SELECT 1 FROM stream_entries WHERE stream = ?1 AND (ms, seq) > (grp.ms, grp.seq))
         AND NOT EXISTS (SELECT 1 FROM stream_pending WHERE stream = ?1 AND name = ?2)
       FROM stream_groups AS grp WHERE grp.stream = ?1 AND grp.name = ?2`,
      stream,
      group,
    );
    return row?.[0] === 1;
  }

  passNewest(stream: string, group: string, count: number): void {
    this.#buffer.writeHeads();
    this.#sql.run(
      `UPDATE stream_groups SET (ms, seq) = (SELECT ms, seq FROM streams WHERE stream = ?1), delivered = delivered + ?3
       WHERE stream = ?1 AND name = ?2`,
      stream,
      group,
      count,
    );
  }

  describeGroups(stream: string): readonly GroupDescription[] {
    this.#buffer.writeHeads();
    const rows = this.#sql.all<{ name: string; pending: number; lag: number }>(
      `SELECT name, appended - delivered AS lag,
         (SELECT count(*) FROM stream_pending WHERE stream = ?1 AND name = stream_groups.name) AS pending
       FROM stream_groups JOIN streams USING (stream) WHERE stream = ?1 ORDER BY name`,
      stream,
    );
    return rows.map(({ name, pending, lag }) => ({ name, pending, lag }));
  }

  #entriesAfter(stream: string, position: StreamPosition, limit: number): readonly EntryRow[] {
    return this.#sql.all<EntryRow>(
      "SELECT ms, seq, fields FROM stream_entries WHERE stream = ? AND (ms, seq) > (?, ?) ORDER BY ms, seq LIMIT ?",
      stream,
      position.ms,
      position.seq,
      limit,
    );
  }

  /** Every entry before this position was delivered to every group and acknowledged. */
  #firstUnacknowledged(stream: string): StreamPosition {
    const row = this.#sql.get<StreamPosition>(
      `SELECT ms, seq FROM (
         SELECT ms, seq + 1 AS seq FROM stream_groups WHERE stream = ?1
         UNION ALL SELECT ms, seq FROM stream_pending WHERE stream = ?1)
       ORDER BY ms, seq LIMIT 1`,
      stream,
    );
    return row ?? { ms: Number.MAX_SAFE_INTEGER, seq: 0 };
  }

  #count(sql: string, key: string): number {
    return this.#sql.get<{ count: number }>(sql, key)?.count ?? 0;
  }

  #page(key: string, page: number): Uint8Array | undefined {
    const bits = this.#buffer.page(key, page);
    if (bits !== undefined) return bits;
    return this.#sql.get<{ bits: Uint8Array }>("SELECT bits FROM bits WHERE key = ? AND page = ?", key, page)?.bits;
  }
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

function exposeEntry(row: EntryRow): StreamEntry {
  return { id: formatStreamId(row), fields: parseFields(row.fields) };
}

function parseFields(text: string): Fields {
  return parseJson<Fields>(text);
}

function parseJson<Value>(text: string): Value {
  try {
    return JSON.parse(text) as Value;
  } catch (cause) {
    throw new DataFormatError("A stored record is not readable JSON.", {
      hint: "Something other than this library changed the file: restore it from a backup.",
      cause,
    });
  }
}
