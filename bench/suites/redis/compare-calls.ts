// What calls cost on Redis beside the bare commands of the same payload. The method: docs/benchmarks.md.

import { library, type PolicyCache, type PolicyCacheOptions } from "../../harness/library.js";
import { SETTINGS } from "../../harness/redis/server.js";
import { sampleEvent } from "../../harness/stores/sample-events.js";
import { fillStore, SAMPLE_DEFAULTS } from "../../harness/stores/sample-store.js";
import { type BareClient, connectBare } from "./bare-client.js";
import { type MeasuredCaches, type Payload, redisCallKinds, sampleOutcomes } from "./call-kinds.js";
import type { CallFigures, Round } from "./measures.js";

export interface CompareRedisOptions {
  /** Of a server that is used by nobody else. */
  readonly url: string;
  readonly policies: number;
  readonly rounds: number;
  readonly callsPerRound: number;
  /** Of each kind, before anything is counted: V8 takes some to optimise what they run through. */
  readonly warmUpCalls: number;
  readonly onProgress: (text: string) => void;
}

export interface RedisFigures {
  readonly appendfsync: string;
  readonly policies: number;
  readonly callsPerRound: number;
  readonly payload: Payload["sizes"];
  readonly figures: readonly CallFigures[];
}

/**
 * Compares calls with the bare commands of the same payload, issued through the same client library on a connection of
 * their own: one after another, with many callers in flight, and in batches.
 */
export async function compareRedisCalls(options: CompareRedisOptions): Promise<RedisFigures> {
  const { url, policies, rounds, callsPerRound, warmUpCalls, onProgress } = options;
  const bare = await connectBare(url);
  const opened: PolicyCache[] = [];
  const open = async (database: number, given: PolicyCacheOptions) => {
    const cache = await library.PolicyCache.open(`${url}/${database}`, { ...given, defaults: SAMPLE_DEFAULTS });
    opened.push(cache);
    return cache;
  };
  try {
    onProgress("filling Redis");
    for (const database of [0, 1, 2]) await fillStore(library, `${url}/${database}`, policies);
    const caches: MeasuredCaches = {
      none: await open(0, { workers: "none" }),
      near: await open(0, { workers: "none", nearCache: true }),
      background: await open(1, { workers: "background" }),
      inline: await open(2, { workers: "inline" }),
    };
    const payload = await measurePayload(caches.none, bare, policies);
    const kinds = redisCallKinds(caches, bare, payload, policies).map((kind) => ({ kind, measured: [] as Round[] }));
    for (let round = 0; round <= rounds; round += 1) {
      for (const { kind, measured } of kinds) {
        onProgress(`Redis, ${kind.name}: round ${round} of ${rounds}`);
        const times = await kind.measure(round === 0 ? warmUpCalls : callsPerRound);
        if (round > 0) measured.push(times);
      }
    }
    const figures: CallFigures[] = [];
    for (const { kind, measured } of kinds) {
      onProgress(`Redis, ${kind.name}: processor time`);
      const processor = await kind.processorTime?.(() => usedProcessor(bare));
      figures.push({ ...kind.summarise(measured), ...(processor === undefined ? {} : { processor }) });
    }
    return { appendfsync: SETTINGS.appendfsync, policies, callsPerRound, payload: payload.sizes, figures };
  } finally {
    for (const cache of opened) await cache.close();
    bare.destroy();
  }
}

/** How many bytes a decision brings from the server, and what an entry of the outcome stream consists of. */
async function measurePayload(cache: PolicyCache, bare: BareClient, policies: number): Promise<Payload> {
  const sent = async () => Number(/total_net_output_bytes:(\d+)/.exec(String(await bare.info("stats")))?.[1]);
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
async function usedProcessor(bare: BareClient): Promise<number> {
  const text = String(await bare.info("cpu"));
  const seconds = (field: string) => Number(new RegExp(`${field}:([\\d.]+)`).exec(text)?.[1]);
  return (seconds("used_cpu_user_main_thread") + seconds("used_cpu_sys_main_thread")) * 1e6;
}

async function newestOutcome(bare: BareClient): Promise<Payload["entry"]> {
  for await (const keys of bare.scanIterator({ TYPE: "stream", MATCH: `*${library.OUTCOME_STREAM}`, COUNT: 10_000 })) {
    for (const key of keys) {
      const newest = (await bare.xRevRange(key, "+", "-", { COUNT: 1 }))?.[0];
      if (newest !== undefined) return newest.message;
    }
  }
  throw new Error("There is no stream of outcomes on the server.");
}
