// What the memory of a store goes into: bytes per policy by kind of key, and what further use adds.

import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { createClient } from "@redis/client";
import { entryBytes, redisKinds, usedMemory } from "./redis-memory.mjs";
import { sampleEvent } from "./sample-events.mjs";
import { sqliteEntryBytes, sqliteKinds } from "./sqlite-size.mjs";

/** One success makes a policy: how much evidence there is hardly changes what it takes. */
const DEFAULTS = { minEvents: 1, ciThreshold: 0.1 };
const EVENTS_PER_BATCH = 500;
/** Policies of the store in which further use is measured. */
const USED_POLICIES = 500;
const STEPS_PER_EPISODE = 10;

/** What use of a store adds to it. */
const USES = {
  "a policy reported for the first time": report,
  "a further report": report,
  "an event with an id, in an episode of ten": async (cache, pair) => {
    const episodeId = `episode-${Math.floor(pair / STEPS_PER_EPISODE)}`;
    await cache.record(
      sampleEvent(pair, { id: `event-${1_000_000 + pair}`, episodeId, step: pair % STEPS_PER_EPISODE }),
    );
  },
};

/** Streams have a length they do not exceed: what they take is told by the entry. */
const STREAMS = ["outcome stream", "policy events"];

async function report(cache, pair) {
  const { agentId, state } = sampleEvent(pair);
  const decision = await cache.decide({ agentId, state });
  await cache.report(decision.decisionId, { outcome: "success", reward: 0.9 });
}

/** @param engine - a name of {@link memoryEngines} */
export async function measureMemory({ library, engine, policies, onProgress }) {
  const whole = await engine.open("policies");
  const before = await whole.read();
  const cache = await fill(library, whole.location, policies, onProgress);
  const after = await whole.read(cache);
  const entries = await whole.entries?.();
  await cache.close();
  await whole.close?.();
  const nameBytes = await namesPerPolicy(library, sampleEvent(0));
  const perPolicy = (after.bytes - before.bytes) / policies;
  const kinds = mapValues(after.kinds ?? {}, (bytes) => bytes / policies);
  return {
    engine: engine.name,
    policies,
    bytesPerPolicy: perPolicy,
    kinds,
    entries,
    nameBytes,
    uses: await measureUses(library, engine),
  };
}

/** Letters in the names of the fields of a policy and its evidence. */
async function namesPerPolicy(library, event) {
  const cache = await library.PolicyCache.open("memory:", { workers: "inline", defaults: DEFAULTS });
  await cache.record(event);
  let text = "";
  for await (const lines of library.exportStore(cache.store)) text += lines;
  await cache.close();
  const items = text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  const records = items.filter(({ kind, key }) => kind === "record" && key.startsWith("state\t"));
  return records.flatMap(({ fields }) => Object.keys(fields)).join("").length;
}

async function measureUses(library, engine) {
  const part = await engine.open("uses");
  const cache = await fill(library, part.location, USED_POLICIES, () => {});
  const uses = {};
  let before = await part.read(cache);
  for (const [name, use] of Object.entries(USES)) {
    for (let pair = 0; pair < USED_POLICIES; pair += 1) await use(cache, pair);
    const after = await part.read(cache);
    const kinds = {};
    for (const [kind, bytes] of Object.entries(after.kinds ?? {})) {
      const added = (bytes - (before.kinds[kind] ?? 0)) / USED_POLICIES;
      if (!STREAMS.includes(kind) && Math.abs(added) >= 0.5) kinds[kind] = added;
    }
    const total = (after.bytes - before.bytes) / USED_POLICIES;
    uses[name] = { bytes: after.kinds === undefined ? total : sum(Object.values(kinds)), kinds };
    before = after;
  }
  await cache.close();
  await part.close?.();
  return uses;
}

async function fill(library, location, policies, onProgress) {
  const cache = await library.PolicyCache.open(location, { workers: "inline", defaults: DEFAULTS });
  for (let first = 0; first < policies; first += EVENTS_PER_BATCH) {
    const size = Math.min(EVENTS_PER_BATCH, policies - first);
    await cache.recordMany(Array.from({ length: size }, (_, index) => sampleEvent(first + index)));
    onProgress(first + size);
  }
  return cache;
}

/**
 * The engines whose memory can be measured.
 *
 * @param folder - for files
 * @param redisUrl - of a server that is used by nobody else; absent where there is none
 */
export function memoryEngines(folder, redisUrl) {
  return [
    { name: "memory", open: openHeap },
    { name: "SQLite", open: (name) => openFile(join(folder, `memory-${name}.db`)) },
    ...(redisUrl === undefined ? [] : [{ name: "Redis", open: () => openServer(redisUrl) }]),
  ];
}

async function openHeap() {
  setFlagsFromString("--expose-gc");
  const collectGarbage = runInNewContext("gc");
  return {
    location: "memory:",
    read: async () => {
      for (let pass = 0; pass < 3; pass += 1) collectGarbage();
      const { heapUsed, arrayBuffers } = process.memoryUsage();
      return { bytes: heapUsed + arrayBuffers };
    },
  };
}

async function openFile(path) {
  return {
    location: path,
    read: async (cache) => {
      if (cache === undefined) return { bytes: 0 };
      return sqliteKinds(path);
    },
    entries: async () => ({
      "outcome stream": sqliteEntryBytes(path, "stream:policy_mutations"),
      "policy events": sqliteEntryBytes(path, "stream:policy_mutations:%"),
    }),
  };
}

async function openServer(url) {
  const client = await createClient({ url }).connect();
  await client.flushAll();
  return {
    location: url,
    read: async () => ({ bytes: await usedMemory(client), kinds: await redisKinds(client) }),
    entries: async () => ({
      "outcome stream": await entryBytes(client, (key) => key.endsWith("stream:policy_mutations")),
      "policy events": await entryBytes(client, (key) => key.includes("stream:policy_mutations:")),
    }),
    close: async () => client.destroy(),
  };
}

function mapValues(values, change) {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, change(value)]));
}

function sum(values) {
  return values.reduce((total, value) => total + value, 0);
}
