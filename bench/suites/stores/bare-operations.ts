import Database from "libsql";
import { groupKey } from "../../../src/store/storage-keys.js";
import { connectRedis } from "../../harness/redis/client.js";
import { allRows, firstRow } from "../../harness/sqlite/rows.js";

export type BareKind = "read" | "write";

/** The least an engine can do, in a store that it shares with the library. Only what is returned is timed. */
export interface BareOperations {
  /** Reads one keyed record. */
  readonly prepareRead: () => () => unknown;
  /** Writes one row in a transaction, or one entry of a stream. */
  readonly prepareWrite: () => () => unknown;
  readonly close: () => Promise<void>;
}

interface Place {
  readonly key: string;
  readonly id: string;
}

export async function openBareSqlite(path: string, random: () => number): Promise<BareOperations> {
  const database = new Database(path);
  database.exec("PRAGMA synchronous = NORMAL");
  const anyPlace = chooser(sampledPlaces(database), random);
  const fieldsAt = "SELECT fields FROM records WHERE key = ? AND id = ?";
  const select = database.prepare(fieldsAt);
  const begin = database.prepare("BEGIN IMMEDIATE");
  const commit = database.prepare("COMMIT");
  const update = database.prepare("UPDATE records SET fields = ? WHERE key = ? AND id = ?");
  return {
    prepareRead: () => {
      const { key, id } = anyPlace();
      return () => select.get(key, id);
    },
    prepareWrite: () => {
      const { key, id } = anyPlace();
      const { fields } = firstRow<{ fields: string }>(database, fieldsAt, key, id);
      return () => {
        begin.run();
        update.run(fields, key, id);
        commit.run();
      };
    },
    close: async () => {
      database.close();
    },
  };
}

/** Places of policies all over the file, at most 10 000. */
function sampledPlaces(database: Database.Database): readonly Place[] {
  const { count } = firstRow<{ count: number }>(database, "SELECT count(*) AS count FROM records");
  const sql = "SELECT key, id FROM records WHERE id LIKE 'PolicyEntry%' AND abs(random()) % ? = 0";
  return allRows(database, sql, Math.max(1, Math.floor(count / 20_000)));
}

export async function openBareRedis(url: string, random: () => number): Promise<BareOperations> {
  const client = await connectRedis(url);
  const keys: string[] = [];
  for await (const page of client.scanIterator({ MATCH: `*:${groupKey("state", "*")}`, COUNT: 1000 })) {
    keys.push(...page);
    if (keys.length >= 10_000) break;
  }
  const anyKey = chooser(keys, random);
  const entry = { fields: "x".repeat(350) };
  return {
    prepareRead: () => {
      const key = anyKey();
      return () => client.hGetAll(key);
    },
    prepareWrite: () => () => client.xAdd("bare:stream", "*", entry),
    close: async () => client.destroy(),
  };
}

function chooser<Value>(values: readonly Value[], random: () => number): () => Value {
  return () => {
    const value = values[Math.floor(random() * values.length)];
    if (value === undefined) throw new Error("The store holds no policies.");
    return value;
  };
}
