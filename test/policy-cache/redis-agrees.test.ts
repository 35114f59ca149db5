import fc from "fast-check";
import { it } from "vitest";
import { PolicyCache } from "../../src/policy-cache/policy-cache.js";
import { expectAlike } from "../support/expect-alike.js";
import { ManualClock } from "../support/manual-clock.js";
import { describeWithRedis } from "../support/redis/describe-with-redis.js";
import type { RedisServer } from "../support/redis/redis-server.js";
import { seededRandom } from "../support/seeded-random.js";
import { AGENTS, type History, histories, STATES } from "./history.js";
import { answer, type Side } from "./history-side.js";

// The random histories of engines-agree.test.ts, on Redis and in memory: equal answers at every step, and equal policies,
// Q-values to the last bit, at the end. To run one failing history again:
//   FC_SEED=<seed> FC_PATH=<path> npx vitest run test/policy-cache/redis-agrees.test.ts

const TIME_LIMIT_MS = 60_000;
const { FC_SEED, FC_PATH, FC_RUNS } = process.env;
const PARAMETERS = {
  interruptAfterTimeLimit: TIME_LIMIT_MS,
  numRuns: FC_RUNS === undefined ? 15 : Number(FC_RUNS),
  ...(FC_SEED === undefined ? {} : { seed: Number(FC_SEED) }),
  ...(FC_PATH === undefined ? {} : { path: FC_PATH }),
};

async function openSide(location: string, { settings }: History, clock: ManualClock): Promise<Side> {
  const { workers, ...defaults } = settings;
  let ids = 0;
  const createId = () => `id-${ids++}`;
  const cache = await PolicyCache.open(location, {
    workers,
    defaults,
    clock: clock.read,
    createId,
    random: seededRandom(1),
  });
  return { cache, decisionIds: [] };
}

/** Executes a history; throws where the sides disagree. */
async function execute(history: History, server: RedisServer): Promise<void> {
  await server.command("FLUSHALL");
  const clock = new ManualClock();
  const memory = await openSide("memory:", history, clock);
  const redis = await openSide(server.url, history, clock);
  try {
    for (const step of history.steps) {
      if (step.do === "advance") clock.advance(step.seconds);
      const answered = await answer(memory, step);
      expectAlike(await answer(redis, step), answered);
      expectAlike(await redis.cache.statistics(), await memory.cache.statistics());
    }
    for (const agentId of AGENTS) {
      const request = { agentId, limit: 100 };
      expectAlike(await redis.cache.ranking(request), await memory.cache.ranking(request));
      expectAlike(await redis.cache.policies.query({ agentId }), await memory.cache.policies.query({ agentId }));
      for (const state of STATES) {
        expectAlike(await redis.cache.explain({ agentId, state }), await memory.cache.explain({ agentId, state }));
      }
    }
  } finally {
    await memory.cache.close();
    await redis.cache.close();
  }
}

describeWithRedis("random histories", (server) => {
  it(
    "give the same answers and the same policies on Redis as in memory",
    () =>
      fc.assert(
        fc.asyncProperty(histories, (history) => execute(history, server)),
        PARAMETERS,
      ),
    2 * TIME_LIMIT_MS,
  );
});
