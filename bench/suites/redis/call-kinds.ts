import { decisionIdOf } from "../../harness/decision-id.js";
import { type OutcomeEvent, type PolicyCache, seededRandom } from "../../harness/library.js";
import { sampleEvent } from "../../harness/stores/sample-events.js";
import type { BareClient } from "./bare-client.js";
import { awaited, type BareCommand, type CallKind, inBatches, inFlight, type TimedCall } from "./measures.js";

const BATCH = 100;
/** Keys that bare GETs read in turns. */
const BARE_KEYS = 1000;
/** States asked for again and again, so that they are in the near cache. */
const NEAR_STATES = 100;

/** By their workers, and one with a near cache. */
export type MeasuredCaches = Readonly<Record<"none" | "background" | "inline" | "near", PolicyCache>>;

/** What calls bring and send, so that bare commands can do the same. */
export interface Payload {
  readonly entry: Record<string, Buffer>;
  readonly sizes: { readonly decideReplyBytes: number; readonly entryBytes: number };
}

/** Every kind of call that is compared, with its bare command and the goal of their ratio. */
export function redisCallKinds(
  caches: MeasuredCaches,
  bare: BareClient,
  { entry, sizes }: Payload,
  policies: number,
): readonly CallKind[] {
  const random = seededRandom(7);
  const stateBelow = (pairs: number) => () => {
    const { agentId, state } = sampleEvent(Math.floor(random() * pairs));
    return { agentId, state };
  };
  const [nextOutcome, nextIdentified] = [sampleOutcomes(policies), sampleOutcomes(policies, { withIds: true })];
  const decide = (cache: PolicyCache, pairs: number): TimedCall => ({
    prepare: async () => {
      const request = stateBelow(pairs)();
      return async () => expectEqual((await cache.decide(request)).kind, "serve");
    },
  });
  const hit: TimedCall = {
    ...decide(caches.near, NEAR_STATES),
    // Other calls have changed some of the states meanwhile.
    before: async () => {
      for (let pair = 0; pair < NEAR_STATES; pair += 1) {
        const { agentId, state } = sampleEvent(pair);
        await caches.near.decide({ agentId, state });
      }
    },
  };
  const record = (cache: PolicyCache, next = nextOutcome): TimedCall => ({
    prepare: async () => {
      const event = next();
      return async () => expectEqual((await cache.record(event)).recorded, true);
    },
    after: () => cache.flush(),
  });
  const report: TimedCall = {
    prepare: async () => {
      const decisionId = decisionIdOf(await caches.none.decide(stateBelow(policies)()));
      return async () =>
        expectEqual((await caches.none.report(decisionId, { outcome: "success", reward: 0.8 })).status, "learned");
    },
  };
  const recordMany = (next: () => OutcomeEvent): TimedCall => ({
    prepare: async () => {
      const events = Array.from({ length: BATCH }, next);
      return async () => expectEqual((await caches.none.recordMany(events)).recorded, BATCH);
    },
    after: () => caches.none.flush(),
  });
  const get = bareGet(bare, sizes.decideReplyBytes);
  const append = () => bare.xAdd("bare:stream", "*", entry);
  const xAdd: BareCommand = { name: "XADD", prepare: async () => append };
  const xAdds: BareCommand = {
    name: "XADDs",
    prepare: async () => () => Promise.all(Array.from({ length: BATCH }, append)),
  };
  return [
    awaited("decide", decide(caches.none, policies), get, 1.35),
    awaited("decide, near-cache hit", hit, get, 0.1),
    awaited("record, workers: none", record(caches.none), xAdd, 1.2),
    awaited("record, workers: none, with an id", record(caches.none, nextIdentified), xAdd, 1.2),
    awaited("record, workers: background", record(caches.background), xAdd),
    awaited("record, workers: inline", record(caches.inline), xAdd),
    awaited("report", report, xAdd, 1.5),
    inFlight("decide", decide(caches.none, policies), get, 0.4),
    inFlight("record, workers: none", record(caches.none), xAdd, 0.8),
    inFlight("record, workers: none, with ids", record(caches.none, nextIdentified), xAdd, 0.8),
    inBatches(BATCH, "recordMany, workers: none", recordMany(nextOutcome), xAdds, 0.85),
    inBatches(BATCH, "recordMany, workers: none, with ids", recordMany(nextIdentified), xAdds, 0.85),
  ];
}

/** Outcomes of random known pairs. @param withIds - whether each has an id of its own, which the server makes sure of */
export function sampleOutcomes(policies: number, { withIds = false } = {}): () => OutcomeEvent {
  const random = seededRandom(20_240_601);
  const run = Math.floor(Math.random() * 1e9);
  let events = 0;
  return () => {
    events += 1;
    const episodeId = `episode-${Math.floor(events / 10)}`;
    return sampleEvent(Math.floor(random() * policies), {
      ...(withIds ? { id: `event-${run}-${events}` } : {}),
      episodeId,
      step: events % 10,
    });
  };
}

/** Reads values as long as what a decision brings from the server. */
function bareGet(bare: BareClient, valueBytes: number): BareCommand {
  let gets = 0;
  return {
    name: "GET",
    before: async () => {
      const value = Buffer.alloc(valueBytes, "x");
      await Promise.all(Array.from({ length: BARE_KEYS }, (_, index) => bare.set(`bare:${index}`, value)));
    },
    prepare: async () => {
      gets += 1;
      const key = `bare:${gets % BARE_KEYS}`;
      return () => bare.get(key);
    },
  };
}

function expectEqual<Value>(actual: Value, expected: Value): void {
  if (actual !== expected) throw new Error(`Expected ${expected}, got ${actual}.`);
}
