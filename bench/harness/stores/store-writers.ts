import Database from "libsql";
import type { Operation } from "../../../src/keyspace/port/engine.js";
import { SCHEMA } from "../../../src/keyspace/sqlite/schema.js";
import type { PolicyCache } from "../library.js";
import { connectRedis } from "../redis/client.js";
import { firstRow } from "../sqlite/rows.js";
import type { WrittenItem, WrittenRecord } from "./synthetic-policies.js";

/** Writes items to a store that nobody else uses. */
export interface StoreWriter {
  readonly write: (items: readonly WrittenItem[]) => Promise<void>;
  readonly close: () => Promise<void>;
}

const FILL: Operation<readonly WrittenItem[], void> = {
  name: "fill",
  access: "write",
  execute: (keyspace, items) => {
    for (const item of items) {
      if (item.kind === "record") keyspace.putRecord(item.key, item.id, item.fields);
      else if (item.kind === "score") keyspace.putScore(item.key, item.member, item.score);
      else keyspace.addToSet(item.key, item.member);
    }
  },
};

export function memoryWriter(cache: PolicyCache): StoreWriter {
  return { write: (items) => cache.store.run(FILL, items, 0), close: async () => {} };
}

const TABLES = { record: "records", score: "scores", member: "members" };
const KINDS = ["record", "score", "member"] as const;
const ROWS_PER_STATEMENT = 100;

/** Many rows with each statement, no journal, and the index of scores made at the end. */
export function sqliteWriter(path: string): StoreWriter {
  const database = new Database(path);
  database.prepare("PRAGMA journal_mode = OFF").get();
  database.exec("PRAGMA synchronous = OFF");
  database.exec("PRAGMA cache_size = -500000");
  database.exec(SCHEMA);
  const { sql: index } = firstRow<{ sql: string }>(
    database,
    "SELECT sql FROM sqlite_schema WHERE name = 'scores_in_order'",
  );
  database.exec("DROP INDEX scores_in_order");
  const statements = new Map<string, Database.Statement>();
  const insert = (table: string, rows: readonly (readonly unknown[])[]) => {
    const row = `(${rows[0]?.map(() => "?")})`;
    const sql = `INSERT OR IGNORE INTO ${table} VALUES ${Array(rows.length).fill(row)}`;
    const statement = statements.get(sql) ?? database.prepare(sql);
    statements.set(sql, statement);
    statement.run(rows.flat());
  };
  return {
    write: async (items) => {
      database.exec("BEGIN");
      for (const kind of KINDS) {
        const rows = items.filter((item) => item.kind === kind).map(rowOf);
        for (let first = 0; first < rows.length; first += ROWS_PER_STATEMENT) {
          insert(TABLES[kind], rows.slice(first, first + ROWS_PER_STATEMENT));
        }
      }
      database.exec("COMMIT");
    },
    close: async () => {
      database.exec(index);
      database.close();
    },
  };
}

function rowOf(item: WrittenItem): readonly unknown[] {
  if (item.kind === "record") return [item.key, item.id, JSON.stringify(item.fields)];
  return item.kind === "score" ? [item.key, item.member, item.score] : [item.key, item.member];
}

const PACK_RECORDS = `
for _, record in ipairs(cjson.decode(ARGV[1])) do
  redis.call('HSET', ARGV[2] .. record[1], record[2], cmsgpack.pack(record[3]))
end`;
const MEMBERS_PER_COMMAND = 1000;

/** Sets are sorted sets on Redis, with scores of 0. */
export async function redisWriter(url: string): Promise<StoreWriter> {
  const client = await connectRedis(url);
  const prefix = "{policycache:0}:";
  return {
    write: async (items) => {
      const records: [WrittenRecord["key"], WrittenRecord["id"], WrittenRecord["fields"]][] = [];
      const sorted = new Map<string, string[]>();
      for (const item of items) {
        if (item.kind === "record") {
          records.push([item.key, item.id, item.fields]);
          continue;
        }
        const pairs = sorted.get(item.key) ?? [];
        sorted.set(item.key, pairs);
        pairs.push(item.kind === "score" ? `${item.score}` : "0", item.member);
      }
      const commands = [["EVAL", PACK_RECORDS, "0", JSON.stringify(records), prefix]];
      for (const [key, pairs] of sorted) {
        for (let first = 0; first < pairs.length; first += 2 * MEMBERS_PER_COMMAND) {
          commands.push(["ZADD", prefix + key, ...pairs.slice(first, first + 2 * MEMBERS_PER_COMMAND)]);
        }
      }
      await Promise.all(commands.map((command) => client.sendCommand(command)));
    },
    close: async () => client.destroy(),
  };
}
