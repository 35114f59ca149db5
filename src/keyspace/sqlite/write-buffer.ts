import { nextStreamPosition, STREAM_START, type StreamPosition } from "../port/stream-id.js";
import type { SqliteStatements } from "./statements.js";

interface BufferedRecord {
  readonly key: string;
  readonly id: string;
  readonly text: string;
}

interface BufferedPage {
  readonly key: string;
  readonly page: number;
  readonly bits: Uint8Array;
}

/** Where a stream ends. `unwritten` while its row is behind. */
interface StreamHead {
  position: StreamPosition;
  length: number;
  appended: number;
  unwritten: boolean;
}

/**
 * What one transaction has changed and not yet written. A batch changes the same records, sets and streams again and
 * again: each is written once, when a statement has to see it or at the end. Empty outside of a transaction.
 */
export class WriteBuffer {
  readonly #sql: SqliteStatements;
  readonly #records = new Map<string, BufferedRecord>();
  readonly #pages = new Map<string, BufferedPage>();
  readonly #heads = new Map<string, StreamHead>();
  readonly #members = new Set<string>();

  constructor(statements: SqliteStatements) {
    this.#sql = statements;
  }

  /** The text of a record that is not written yet. */
  recordText(key: string, id: string): string | undefined {
    return this.#records.size === 0 ? undefined : this.#records.get(placeOf(key, id))?.text;
  }

  putRecord(key: string, id: string, text: string): void {
    this.#records.set(placeOf(key, id), { key, id, text });
  }

  /** To be called before any statement that reads or removes records. */
  writeRecords(): void {
    if (this.#records.size === 0) return;
    for (const { key, id, text } of this.#records.values()) {
      const sql = "INSERT INTO records VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET fields = excluded.fields";
      this.#sql.run(sql, key, id, text);
    }
    this.#records.clear();
  }

  /** A page of a bit array that is not written yet. */
  page(key: string, page: number): Uint8Array | undefined {
    return this.#pages.size === 0 ? undefined : this.#pages.get(placeOf(key, page))?.bits;
  }

  putPage(key: string, page: number, bits: Uint8Array): void {
    this.#pages.set(placeOf(key, page), { key, page, bits });
  }

  /** To be called before any statement that reads or removes all pages of a bit array. */
  writePages(): void {
    if (this.#pages.size === 0) return;
    for (const { key, page, bits } of this.#pages.values()) {
      const sql = "INSERT INTO bits VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET bits = excluded.bits";
      this.#sql.run(sql, key, page, bits);
    }
    this.#pages.clear();
  }

  /** Whether a member is known to be in a set because this transaction put it there or met it there. */
  hasMember(key: string, member: string): boolean {
    return this.#members.has(placeOf(key, member));
  }

  noteMember(key: string, member: string): void {
    this.#members.add(placeOf(key, member));
  }

  forgetMember(key: string, member: string): void {
    this.#members.delete(placeOf(key, member));
  }

  /** The position of the next entry of a stream. */
  advance(stream: string, nowMs: number): StreamPosition {
    const head = this.#heads.get(stream);
    if (head === undefined) return this.#advanceRow(stream, nowMs);
    head.position = nextStreamPosition(head.position, nowMs);
    head.length += 1;
    head.appended += 1;
    head.unwritten = true;
    return head.position;
  }

  /** Entries in a stream, when this transaction appended to it. */
  lengthOf(stream: string): number | undefined {
    return this.#heads.get(stream)?.length;
  }

  /** Entries were removed, and the stream's row says so. */
  noteRemoved(stream: string, removed: number): void {
    const head = this.#heads.get(stream);
    if (head !== undefined) head.length -= removed;
  }

  /** To be called before any statement that reads or changes the row of a stream. */
  writeHeads(): void {
    for (const [stream, head] of this.#heads) {
      if (!head.unwritten) continue;
      const { ms, seq } = head.position;
      const sql = "UPDATE streams SET ms = ?, seq = ?, length = ?, appended = ? WHERE stream = ?";
      this.#sql.run(sql, ms, seq, head.length, head.appended, stream);
      head.unwritten = false;
    }
  }

  /** Forgets everything, written or not. @returns the streams that were appended to */
  clear(): readonly string[] {
    this.#records.clear();
    this.#pages.clear();
    this.#members.clear();
    const streams = [...this.#heads.keys()];
    this.#heads.clear();
    return streams;
  }

  #advanceRow(stream: string, nowMs: number): StreamPosition {
    const first = nextStreamPosition(STREAM_START, nowMs);
    const row = this.#sql.columns<[number, number, number, number]>(
      `INSERT INTO streams VALUES (?, ?, ?, 1, 1) ON CONFLICT DO UPDATE SET
         ms = max(ms, excluded.ms), seq = CASE WHEN excluded.ms > ms THEN 0 ELSE seq + 1 END,
         length = length + 1, appended = appended + 1
       RETURNING ms, seq, length, appended`,
      stream,
      first.ms,
      first.seq,
    );
    const [ms, seq, length, appended] = row ?? [first.ms, first.seq, 1, 1];
    const position = { ms, seq };
    this.#heads.set(stream, { position, length, appended, unwritten: false });
    return position;
  }
}

/** One text for a key and what it holds; neither contains a line feed. */
function placeOf(key: string, member: string | number): string {
  return `${key}\n${member}`;
}
