import { seededRandom } from "./random.mjs";
import { awaited, inBatches, inFlight } from "./redis-measures.mjs";
import { sampleEvent } from "./sample-events.mjs";

const BATCH = 100;
/** Keys that bare GETs read in turns. */
const BARE_KEYS = 1000;
/** States asked for again and again, so that they are in the near cache. */
const NEAR_STATES = 100;

/**
 * Every kind of call that is compared, with its bare command and the goal of their ratio.
 *
 * @param caches - `none`, `background`, `inline` by their workers, and `near` with a near cache
 * @param bare - a client for the bare commands
 */
export function redisCallKinds(caches, bare, { entry, sizes }, policies) {
  const random = seededRandom(7);
  const stateBelow = (pairs) => () => {
    const { agentId, state } = sampleEvent(Math.floor(random() * pairs));
    return { agentId, state };
  };
  const [nextOutcome, nextIdentified] = [sampleOutcomes(policies), sampleOutcomes(policies, { withIds: true })];
  const decide = (cache, pairs) => ({
    prepare: stateBelow(pairs),
    call: (request) => cache.decide(request),
    check: ({ kind }) => expectEqual(kind, "serve"),
  });
  const hit = {
    ...decide(caches.near, NEAR_STATES),
    // Other calls have changed some of the states meanwhile.
    before: async () => {
      for (let pair = 0; pair < NEAR_STATES; pair += 1) {
        const { agentId, state } = sampleEvent(pair);
        await caches.near.decide({ agentId, state });
      }
    },
  };
  const record = (cache, prepare = nextOutcome) => ({
    prepare,
    call: (event) => cache.record(event),
    check: ({ recorded }) => expectEqual(recorded, true),
    after: () => cache.flush(),
  });
  const report = {
    prepare: async () => (await caches.none.decide(stateBelow(policies)())).decisionId,
    call: (decisionId) => caches.none.report(decisionId, { outcome: "success", reward: 0.8 }),
    check: ({ status }) => expectEqual(status, "learned"),
  };
  const recordMany = (prepare) => ({
    prepare: () => Array.from({ length: BATCH }, prepare),
    call: (events) => caches.none.recordMany(events),
    check: ({ recorded }) => expectEqual(recorded, BATCH),
    after: () => caches.none.flush(),
  });
  const get = bareGet(bare, sizes.decideReplyBytes);
  const xAdd = { name: "XADD", call: () => bare.xAdd("bare:stream", "*", entry) };
  const xAdds = { name: "XADDs", call: () => Promise.all(Array.from({ length: BATCH }, xAdd.call)) };
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
export function sampleOutcomes(policies, { withIds = false } = {}) {
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
function bareGet(bare, valueBytes) {
  let gets = 0;
  return {
    name: "GET",
    before: async () => {
      const value = Buffer.alloc(valueBytes, "x");
      await Promise.all(Array.from({ length: BARE_KEYS }, (_, index) => bare.set(`bare:${index}`, value)));
    },
    call: () => {
      gets += 1;
      return bare.get(`bare:${gets % BARE_KEYS}`);
    },
  };
}

function expectEqual(actual, expected) {
  if (actual !== expected) throw new Error(`Expected ${expected}, got ${actual}.`);
}
