import { createClient } from "@redis/client";
import Database from "libsql";
import { SCHEMA } from "../dist/keyspace/sqlite/schema.js";
import { SYNTHETIC_DEFAULTS, syntheticPolicies } from "./synthetic-policies.mjs";

const POLICIES_PER_BATCH = 2000;

/**
 * Fills a new store with policies, bypassing the library: several times faster than recording what they come from.
 *
 * @param agentOf - from the number of a policy
 * @returns the opened cache
 */
export async function openFilled(library, location, { policies, agentOf, onProgress }) {
  const open = () => library.PolicyCache.open(location, { workers: "inline", defaults: SYNTHETIC_DEFAULTS });
  const made = await syntheticPolicies(library);
  const writer = await openWriter(location, open);
  const agents = new Set();
  for (let first = 0; first < policies; first += POLICIES_PER_BATCH) {
    const items = [];
    for (let index = first; index < Math.min(first + POLICIES_PER_BATCH, policies); index += 1) {
      const agent = agentOf(index);
      if (!agents.has(agent)) items.push(...made.agentItems(agent));
      agents.add(agent);
      items.push(...made.policyItems(agent, index));
    }
    await writer.write(items);
    onProgress(Math.min(first + POLICIES_PER_BATCH, policies));
  }
  await writer.close();
  return writer.cache ?? open();
}

async function openWriter(location, open) {
  if (location === "memory:") return memoryWriter(await open());
  if (!location.startsWith("redis:")) return sqliteWriter(location);
  await (await open()).close(); // creates the store
  return redisWriter(location);
}

function memoryWriter(cache) {
  const fill = {
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
  return { cache, write: (items) => cache.store.run(fill, items, 0), close: async () => {} };
}

const ROWS = {
  record: ["records", ({ key, id, fields }) => [key, id, JSON.stringify(fields)]],
  score: ["scores", ({ key, member, score }) => [key, member, score]],
  member: ["members", ({ key, member }) => [key, member]],
};

const ROWS_PER_STATEMENT = 100;

/** Many rows with each statement, no journal, and the index of scores made at the end. */
function sqliteWriter(path) {
  const database = new Database(path);
  database.prepare("PRAGMA journal_mode = OFF").get();
  database.exec("PRAGMA synchronous = OFF");
  database.exec("PRAGMA cache_size = -500000");
  database.exec(SCHEMA);
  const index = database.prepare("SELECT sql FROM sqlite_schema WHERE name = 'scores_in_order'").get().sql;
  database.exec("DROP INDEX scores_in_order");
  const insert = (table, rows) => {
    const row = `(${rows[0].map(() => "?")})`;
    const sql = `INSERT OR IGNORE INTO ${table} VALUES ${Array(rows.length).fill(row)}`;
    if (!statements.has(sql)) statements.set(sql, database.prepare(sql));
    statements.get(sql).run(rows.flat());
  };
  const statements = new Map();
  return {
    write: async (items) => {
      database.exec("BEGIN");
      for (const [kind, [table, rowOf]] of Object.entries(ROWS)) {
        const rows = items.filter((item) => item.kind === kind).map(rowOf);
        for (let first = 0; first < rows.length; first += ROWS_PER_STATEMENT) {
          insert(table, rows.slice(first, first + ROWS_PER_STATEMENT));
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

const PACK_RECORDS = `
for _, record in ipairs(cjson.decode(ARGV[1])) do
  redis.call('HSET', ARGV[2] .. record[1], record[2], cmsgpack.pack(record[3]))
end`;
const MEMBERS_PER_COMMAND = 1000;

async function redisWriter(url) {
  const client = await createClient({ url }).connect();
  const prefix = "{policycache:0}:";
  return {
    write: async (items) => {
      const records = [];
      const sorted = new Map();
      for (const item of items) {
        if (item.kind === "record") {
          records.push([item.key, item.id, item.fields]);
          continue;
        }
        if (!sorted.has(item.key)) sorted.set(item.key, []);
        sorted.get(item.key).push(`${item.score ?? 0}`, item.member);
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
