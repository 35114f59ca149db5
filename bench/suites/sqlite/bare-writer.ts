import type Database from "libsql";
import type { NotedWrite } from "./recording-database.js";

/** Plain statements of one transaction, ready to run. */
export type PreparedWrites = readonly { readonly statement: Database.Statement; readonly values: readonly unknown[] }[];

/**
 * The floor under a call: the rows it writes, each as one plain prepared upsert with the same key and payload, between
 * BEGIN IMMEDIATE and COMMIT, on a copy of the same file with the same settings. No reading, no JSON, no checking.
 */
export class BareWriter {
  readonly #database: Database.Database;
  readonly #begin: Database.Statement;
  readonly #commit: Database.Statement;
  readonly #prepared = new Map<string, Database.Statement>();

  constructor(database: Database.Database) {
    this.#database = database;
    this.#begin = database.prepare("BEGIN IMMEDIATE");
    this.#commit = database.prepare("COMMIT");
  }

  /** Turns noted writes into plain ones, ready to run: this part is not timed. */
  prepare(writes: readonly NotedWrite[]): PreparedWrites {
    return writes.map((write) => {
      const plain = plainWrite(write);
      return { statement: this.#statement(plain.sql), values: plain.values };
    });
  }

  /** One transaction. */
  write(prepared: PreparedWrites): void {
    this.#begin.run();
    for (const { statement, values } of prepared) statement.run(...values);
    this.#commit.run();
  }

  #statement(sql: string): Database.Statement {
    let statement = this.#prepared.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare(sql);
      this.#prepared.set(sql, statement);
    }
    return statement;
  }
}

const UPSERTS: Readonly<Record<string, string>> = {
  records: "INSERT INTO records VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET fields = excluded.fields",
  scores: "INSERT INTO scores VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET score = excluded.score",
  members: "INSERT INTO members VALUES (?, ?) ON CONFLICT DO NOTHING",
  streams: "INSERT INTO streams VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET seq = excluded.seq",
  stream_entries: "INSERT INTO stream_entries VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET fields = excluded.fields",
  stream_pending: "INSERT INTO stream_pending VALUES (?, ?, ?, ?, ?, ?, 0) ON CONFLICT DO UPDATE SET failures = 0",
  bits: "INSERT INTO bits VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET bits = excluded.bits",
  stream_groups: "INSERT INTO stream_groups VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET seq = excluded.seq",
};

let sequence = 0;

/** Statements that compute (positions, lengths) become upserts of one row of the same table and key. */
function plainWrite({ sql, values }: NotedWrite): NotedWrite {
  if (/^\s*DELETE/i.test(sql)) return { sql, values };
  if (/^\s*INSERT INTO \w+\s+SELECT/i.test(sql)) return { sql: sql.replace("INSERT", "INSERT OR IGNORE"), values };
  const table = /(?:INTO|UPDATE)\s+(\w+)/i.exec(sql)?.[1] ?? "";
  const upsert = UPSERTS[table];
  if (upsert === undefined) throw new Error(`No plain form is known for ${sql}`);
  sequence += 1;
  if (table === "streams") return { sql: upsert, values: [values.find(isText), 1, sequence, 1, 1] };
  if (table === "stream_groups") {
    const [stream, group] = values.filter(isText);
    return { sql: upsert, values: [stream, group, 1, sequence, 1] };
  }
  return { sql: upsert, values };
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}
