/**
 * Random histories, lived through by memory, SQLite, Redis and a Redis cluster at once: after every step all have given
 * the same, and at the end all hold the same. Q-values and counts are equal to the last bit; what comes out of power
 * functions may differ by 1e-12 of it. With several shards SQLite, which has one, is left out.
 *
 * A failure prints its seed and the path to the smallest failing history. To run that one again:
 *
 *     FC_SEED=<seed> FC_PATH=<path> npx vitest run test/engines/histories.test.ts -t <name>
 *
 * FC_RUNS sets how many histories are tried.
 */
import fc from "fast-check";
import { it } from "vitest";
import { PolicyCache } from "../../src/cache/policy-cache.js";
import { PolicyCacheError } from "../../src/common/errors.js";
import { Repository } from "../../src/repository/repository.js";
import { ManualClock } from "../../src/testing/manual-clock.js";
import { history as primitiveHistory } from "../primitives/history-steps.js";
import { expectAlike } from "../support/expect-alike.js";
import { Lesson } from "../support/lesson.js";
import { describeWithCluster, describeWithRedis } from "../support/redis/describe-with-redis.js";
import { seededRandom } from "../support/seeded-random.js";
import { storedContent } from "../support/stores/stored-content.js";
import { namedWithoutRandomness } from "../support/stores/without-randomness.js";
import { agentHistories, answerAgent } from "./agent-history.js";
import { connectEverywhere, type EngineStore } from "./every-engine.js";

const RUNS = 15;
const TIMEOUT_MS = 120_000;
const { FC_SEED, FC_PATH, FC_RUNS } = process.env;
const PARAMETERS = {
  interruptAfterTimeLimit: TIMEOUT_MS / 2, // a failure is made smaller for so long
  numRuns: FC_RUNS === undefined ? RUNS : Number(FC_RUNS),
  ...(FC_SEED === undefined ? {} : { seed: Number(FC_SEED) }),
  ...(FC_PATH === undefined ? {} : { path: FC_PATH, endOnFailure: true }),
};

const shards = fc.constantFrom(1, 3);
const START_SECONDS = 1_715_860_800;

/** One of the stores that live through a history. */
interface Side<Step> extends EngineStore {
  /** What a step gives; an error of ours counts as an answer. */
  readonly take: (step: Step) => Promise<unknown>;
}

/** Ids and draws come to every store in the same order, and each has a clock that its history moves. */
function newStoreOptions() {
  let ids = 0;
  const clock = new ManualClock(START_SECONDS);
  return { clock, options: { clock: clock.read, createId: () => `id-${ids++}`, random: seededRandom(1) } };
}

/** Executes a history; throws where another store differs from the one in memory. */
async function live<Step>(steps: readonly Step[], sides: readonly Side<Step>[]): Promise<void> {
  try {
    for (const [index, step] of steps.entries()) {
      const answers = await Promise.all(sides.map(({ take }) => take(step)));
      for (const [number, { engine }] of sides.entries()) {
        expectAlike(answers[number], answers[0], `what step ${index} gave on ${engine}, against memory`);
      }
    }
    const contents = await Promise.all(
      sides.map(async ({ store }) => namedWithoutRandomness(await storedContent(store))),
    );
    for (const [number, { engine }] of sides.entries()) {
      expectAlike(contents[number], contents[0], `what ${engine} holds at the end, against memory`);
    }
  } finally {
    await Promise.all(sides.map(({ store }) => store.close()));
  }
}

describeWithRedis("on every engine", (server) => {
  describeWithCluster("and with as many shards", (cluster) => {
    it(
      "any history of the primitives gives the same and leaves the same",
      async () => {
        const openEverywhere = await connectEverywhere(server, cluster);
        const execute = fc.asyncProperty(shards, primitiveHistory, async (count, steps) => {
          const sides = await openEverywhere(count, newStoreOptions);
          await live(
            steps,
            sides.map(({ engine, store, clock }) => {
              const world = { lessons: new Repository(store, Lesson), clock, predictionIds: [] };
              return { engine, store, take: (step) => step.take(world).catch(asAnswer) };
            }),
          );
        });
        await fc.assert(execute, PARAMETERS);
      },
      TIMEOUT_MS,
    );

    it(
      "any history of agents gives the same and leaves the same",
      async () => {
        const openEverywhere = await connectEverywhere(server, cluster);
        const execute = fc.asyncProperty(shards, agentHistories, async (count, { settings, steps }) => {
          const { workers, ...defaults } = settings;
          const sides = await openEverywhere(count, () => {
            const created = newStoreOptions();
            return { ...created, options: { ...created.options, defaults } };
          });
          await live(
            steps,
            await Promise.all(
              sides.map(async ({ engine, store, clock }) => {
                const side = { cache: await PolicyCache.open(store, { workers }), decisionIds: [] };
                return {
                  engine,
                  store,
                  take: (step) => {
                    if (step.do === "advance") clock.advance(step.seconds);
                    return answerAgent(side, step);
                  },
                };
              }),
            ),
          );
        });
        await fc.assert(execute, PARAMETERS);
      },
      TIMEOUT_MS,
    );
  });
});

function asAnswer(error: unknown): unknown {
  if (!PolicyCacheError.isInstance(error)) throw error;
  return { code: error.code, message: error.message };
}
