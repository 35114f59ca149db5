import type { Fields } from "../port/keyspace.js";
import { formatStreamId, parseStreamId, type StreamPosition } from "../port/stream-id.js";
import type {
  GroupState,
  MovedEntry,
  PendingEntry,
  StoredItem,
  StreamState,
  StreamStep,
  Transfer,
} from "../port/transfer.js";
import type { SqliteValue } from "./drivers/connection.js";
import { BITS_PER_PAGE } from "./schema.js";
import type { SqliteStatements } from "./statements.js";

/** Most rows of a page, and about the most bytes of the records in one. */
const PAGE = 500;
const PAGE_BYTES = 4_194_304;

/** Runs statements as one step, trying again while the file is busy. */
export type SqliteStep = <Output>(access: "read" | "write", body: () => Output) => Promise<Output>;

/** Moves the rows of a SQLite file. */
export class SqliteTransfer implements Transfer {
  readonly #sql: SqliteStatements;
  readonly #step: SqliteStep;

  constructor(statements: SqliteStatements, step: SqliteStep) {
    this.#sql = statements;
    this.#step = step;
  }

  async *readItems(): AsyncGenerator<readonly StoredItem[]> {
    yield* this.#pages<{ key: string; id: string; fields: string }>(
      // The lengths first: a page of long records is not read for the few of them that it may hold.
      `SELECT record.key AS key, record.id AS id, record.fields AS fields FROM (
         SELECT key, id, octet_length(fields) AS size,
           sum(octet_length(fields)) OVER (ORDER BY key, id ROWS UNBOUNDED PRECEDING) AS total
         FROM records WHERE (key, id) > (?, ?) ORDER BY key, id LIMIT ?) AS page
       JOIN records AS record ON record.key = page.key AND record.id = page.id
       WHERE total - size < ${PAGE_BYTES} ORDER BY page.key, page.id`,
      ({ key, id }) => [key, id],
      ({ key, id, fields }) => ({ kind: "record", key, id, fields: JSON.parse(fields) as Fields }),
    );
    yield* this.#pages<{ key: string; member: string; score: number }>(
      "SELECT key, member, score FROM scores WHERE (key, member) > (?, ?) ORDER BY key, member LIMIT ?",
      ({ key, member }) => [key, member],
      ({ key, member, score }) => ({ kind: "score", key, member, score }),
    );
    yield* this.#pages<{ key: string; member: string }>(
      "SELECT key, member FROM members WHERE (key, member) > (?, ?) ORDER BY key, member LIMIT ?",
      ({ key, member }) => [key, member],
      ({ key, member }) => ({ kind: "member", key, member }),
    );
    yield* this.#pages<{ key: string; page: number; bits: ArrayBuffer }>(
      "SELECT key, page, bits FROM bits WHERE (key, page) > (?, ?) ORDER BY key, page LIMIT ?",
      ({ key, page }) => [key, page],
      ({ key, page, bits }) => ({ kind: "bits", key, positions: positionsOf(page, new Uint8Array(bits)) }),
    );
    yield* this.#pages<{ key: string; value: number }>(
      "SELECT key, value FROM counters WHERE (key, '') > (?, ?) AND value <> 0 ORDER BY key LIMIT ?",
      ({ key }) => [key, ""],
      ({ key, value }) => ({ kind: "counter", key, value }),
    );
  }

  listStreams(): Promise<readonly string[]> {
    return this.#step("read", () =>
      this.#sql.all<{ stream: string }>("SELECT stream FROM streams ORDER BY stream").map(({ stream }) => stream),
    );
  }

  describeStream(_shard: number, stream: string): Promise<StreamState> {
    return this.#step("read", () => {
      const row = this.#sql.get<StreamPosition & { length: number; appended: number }>(
        "SELECT ms, seq, length, appended FROM streams WHERE stream = ?",
        stream,
      );
      const groups = this.#sql
        .all<StreamPosition & { name: string; delivered: number }>(
          "SELECT name, ms, seq, delivered FROM stream_groups WHERE stream = ? ORDER BY name",
          stream,
        )
        .map(({ name, ms, seq, delivered }) => ({ name, deliveredId: formatStreamId({ ms, seq }), delivered }));
      const { ms = 0, seq = 0, length = 0, appended = 0 } = row ?? {};
      return { lastId: formatStreamId({ ms, seq }), appended, length, groups };
    });
  }

  readPending(
    _shard: number,
    stream: string,
    group: string,
    afterId: string,
    limit: number,
  ): Promise<readonly PendingEntry[]> {
    const { ms, seq } = parseStreamId(afterId);
    return this.#step("read", () =>
      this.#sql
        .all<StreamPosition & { consumer: string; delivered_at_ms: number; failures: number }>(
          `SELECT ms, seq, consumer, delivered_at_ms, failures FROM stream_pending
           WHERE stream = ? AND name = ? AND (ms, seq) > (?, ?) ORDER BY ms, seq LIMIT ?`,
          stream,
          group,
          ms,
          seq,
          limit,
        )
        .map(({ consumer, failures, ...row }) => ({
          id: formatStreamId(row),
          consumer,
          deliveredAtMs: row.delivered_at_ms,
          failures,
        })),
    );
  }

  restoreStream(_shard: number, stream: string, { groups = [], entries = [], end }: StreamStep): Promise<void> {
    return this.#step("write", () => {
      this.#sql.run("INSERT INTO streams VALUES (?, 0, 0, 0, 0) ON CONFLICT DO NOTHING", stream);
      for (const group of groups) this.#restoreGroup(stream, group);
      for (const entry of entries) this.#restoreEntry(stream, entry);
      if (end === undefined) return;
      const { ms, seq } = parseStreamId(end.lastId);
      const sql = "UPDATE streams SET ms = ?, seq = ?, appended = ? WHERE stream = ?";
      this.#sql.run(sql, ms, seq, end.appended, stream);
    });
  }

  #restoreGroup(stream: string, { name, deliveredId, delivered }: GroupState): void {
    const { ms, seq } = parseStreamId(deliveredId);
    this.#sql.run("INSERT INTO stream_groups VALUES (?, ?, ?, ?, ?)", stream, name, ms, seq, delivered);
  }

  #restoreEntry(stream: string, { id, fields, pending }: MovedEntry): void {
    const { ms, seq } = parseStreamId(id);
    if (fields !== undefined) {
      this.#sql.run("INSERT INTO stream_entries VALUES (?, ?, ?, ?)", stream, ms, seq, JSON.stringify(fields));
      this.#sql.run("UPDATE streams SET length = length + 1 WHERE stream = ?", stream);
    }
    for (const { group, consumer, deliveredAtMs, failures } of pending) {
      const sql = "INSERT INTO stream_pending VALUES (?, ?, ?, ?, ?, ?, ?)";
      this.#sql.run(sql, stream, group, ms, seq, consumer, deliveredAtMs, failures);
    }
  }

  async *#pages<Row>(
    sql: string,
    placeOf: (row: Row) => readonly [SqliteValue, SqliteValue],
    itemOf: (row: Row) => StoredItem,
  ): AsyncGenerator<readonly StoredItem[]> {
    let after: readonly [SqliteValue, SqliteValue] = ["", ""];
    for (;;) {
      const rows = await this.#step("read", () => this.#sql.all<Row>(sql, ...after, PAGE));
      if (rows.length > 0) yield rows.map(itemOf);
      const last = rows.at(-1);
      if (last === undefined) return;
      after = placeOf(last);
    }
  }
}

function positionsOf(page: number, bits: Uint8Array): readonly number[] {
  const positions: number[] = [];
  for (let bit = 0; bit < BITS_PER_PAGE; bit += 1) {
    if (((bits[bit >> 3] ?? 0) & (0x80 >> (bit & 7))) !== 0) positions.push(page * BITS_PER_PAGE + bit);
  }
  return positions;
}
