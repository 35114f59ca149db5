// What calls cost on Redis beside the bare commands of the same payload. The method: docs/benchmarks.md.

import { createRequire } from "node:module";
import { createClient, RESP_TYPES } from "@redis/client";
import { redisCallKinds, sampleOutcomes } from "./redis-call-kinds.mjs";
import { startRedisServer } from "./redis-server.mjs";
import { sampleEvent } from "./sample-events.mjs";
import { fillStore, SAMPLE_DEFAULTS } from "./sample-store.mjs";

const { version: client } = createRequire(import.meta.url)("@redis/client/package.json");

/**
 * Compares calls with the bare commands of the same payload, issued through the same client library on a connection of
 * their own: one after another, with many callers in flight, and in batches.
 *
 * @param server - as `findRedisServer` gave it
 * @param warmUpCalls - of each kind, before anything is counted: V8 takes some to optimise what they run through
 */
export async function compareRedisCalls(options) {
  const { library, server, policies, rounds, callsPerRound, warmUpCalls, onProgress } = options;
  const { url, settings, stop } = await startRedisServer(server);
  const bare = await connectBare(url);
  const caches = {};
  try {
    onProgress("filling Redis");
    caches.none = await openFilled(library, `${url}/0`, policies, { workers: "none" });
    caches.near = await openFilled(library, `${url}/0`, 0, { workers: "none", nearCache: true });
    caches.background = await openFilled(library, `${url}/1`, policies, { workers: "background" });
    caches.inline = await openFilled(library, `${url}/2`, policies, { workers: "inline" });
    const payload = await measurePayload(caches.none, bare, policies);
    const kinds = redisCallKinds(caches, bare, payload, policies);
    const results = kinds.map(() => []);
    for (let round = 0; round <= rounds; round += 1) {
      for (const [index, kind] of kinds.entries()) {
        onProgress(`Redis, ${kind.name}: round ${round} of ${rounds}`);
        const measured = await kind.measure(round === 0 ? warmUpCalls : callsPerRound);
        if (round > 0) results[index].push(measured);
      }
    }
    const figures = [];
    for (const [index, { name, summarise, processorTime }] of kinds.entries()) {
      onProgress(`Redis, ${name}: processor time`);
      const processor = await processorTime?.(() => usedProcessor(bare));
      figures.push({ name, ...summarise(results[index]), processor });
    }
    return {
      server: server.version,
      client,
      settings,
      policies,
      callsPerRound,
      payload: payload.sizes,
      figures,
    };
  } finally {
    for (const cache of Object.values(caches)) await cache.close();
    bare.destroy();
    await stop();
  }
}

/** Entries hold packed bytes, which are read and written as such. */
function connectBare(url) {
  const client = createClient({ url, RESP: 3, commandOptions: { typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer } } });
  client.on("error", (error) => {
    throw error;
  });
  return client.connect();
}

async function openFilled(library, url, policies, options) {
  if (policies > 0) await fillStore(library, url, policies, () => {});
  return library.PolicyCache.open(url, { ...options, defaults: SAMPLE_DEFAULTS });
}

/** How many bytes a decision brings from the server, and what an entry of the outcome stream consists of. */
async function measurePayload(cache, bare, policies) {
  const sent = async () => Number(/total_net_output_bytes:(\d+)/.exec(String(await bare.info("stats")))[1]);
  const ofAsking = -(await sent()) + (await sent());
  const decisions = 100;
  const before = await sent();
  for (let index = 0; index < decisions; index += 1) {
    const { agentId, state } = sampleEvent(Math.floor((index * policies) / decisions));
    await cache.decide({ agentId, state });
  }
  const decideReplyBytes = Math.round(((await sent()) - before - ofAsking) / decisions);
  await cache.record(sampleOutcomes(policies)());
  const entry = await newestOutcome(bare);
  const entryBytes = Object.entries(entry)
    .flat()
    .reduce((sum, part) => sum + part.length, 0);
  return { entry, sizes: { decideReplyBytes, entryBytes } };
}

/** Microseconds the server has computed since it started. */
async function usedProcessor(bare) {
  const text = String(await bare.info("cpu"));
  const seconds = (field) => Number(new RegExp(`${field}:([\\d.]+)`).exec(text)[1]);
  return (seconds("used_cpu_user_main_thread") + seconds("used_cpu_sys_main_thread")) * 1e6;
}

async function newestOutcome(bare) {
  for await (const keys of bare.scanIterator({ TYPE: "stream", MATCH: "*stream:policy_mutations", COUNT: 10_000 })) {
    for (const key of keys) {
      const [newest] = await bare.xRevRange(key, "+", "-", { COUNT: 1 });
      if (newest !== undefined) return newest.message;
    }
  }
  throw new Error("There is no stream of outcomes on the server.");
}
