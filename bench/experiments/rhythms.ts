// How many rhythms are found where there are none, and how many where there are? Simulated agents with known truth, through
// the public API. The method: docs/rhythms.md.

import { library, type OutcomeEvent } from "../harness/library.js";
import { runMeasurement } from "../harness/measurement.js";
import { interval, percent } from "../harness/report/format.js";
import { type Estimated, proportion } from "../harness/statistics.js";
import { agentEvents, dailyRhythm, WORLD_NAMES, type WorldName, weeklyRhythm } from "./rhythms/worlds.js";

const USAGE = `Usage: npm run bench -- rhythms [options]

  --agents <n>   agents of 50 policies without rhythm, in each kind of world (default 20)
  --weeks <n>    weeks without rhythm (default 16)
  --planted <n>  agents of 60 policies, two thirds of them with a rhythm, for each strength (default 2)
  --seed <n>     default 1
  --json         print the figures as JSON instead of tables
`;

const POLICIES = 50;
const STRENGTHS = [3, 5, 10, 20];
const USES_PER_WEEK = [2, 7];
const PLANTED_WEEKS = [26, 52];
const RECORD_AT_ONCE = 500;

interface WithoutRhythm {
  readonly world: WorldName;
  readonly policies: number;
  readonly falseCycles: Estimated;
  readonly agentsWithAny: Estimated;
}

/** What rhythms are planted: so many times as likely at one time as at another. */
interface Planted {
  readonly strength: number;
  readonly usesPerWeek: number;
  readonly weeks: number;
}

/** What was found of them. */
interface WithRhythm extends Planted {
  readonly weekly: Estimated;
  readonly daily: Estimated;
  readonly wrong: number;
  readonly found: number;
}

/** The numbers of the policies that have a cycle. */
interface Discovered {
  readonly weekly: readonly number[];
  readonly daily: readonly number[];
}

await runMeasurement({
  usage: USAGE,
  options: { numbers: ["agents", "weeks", "planted", "seed"] },
  measure: async ({ agents = 20, weeks = 16, planted = 2, seed = 1 }, { progress }) => {
    const none: WithoutRhythm[] = [];
    for (const world of WORLD_NAMES) {
      progress.show(`without rhythm: ${world}`);
      none.push(await withoutRhythm(world, agents, weeks, seed));
    }
    const some: WithRhythm[] = [];
    for (const weeks of PLANTED_WEEKS) {
      for (const usesPerWeek of USES_PER_WEEK) {
        for (const strength of STRENGTHS) {
          progress.show(`planted: ${strength} times, ${usesPerWeek} uses a week, ${weeks} weeks`);
          some.push(await withRhythm({ strength, usesPerWeek, weeks }, planted, seed));
        }
      }
    }
    return { level: library.Defaults.pThreshold, seed, weeks, none, some };
  },
  blocks: ({ level, weeks, none, some }) => [
    { text: `No rhythm, ${weeks} weeks, 1 to 8 occasions a week; level ${level}` },
    {
      table: {
        headings: ["world", "policies", "with a false cycle (95 %)", "agents with any (95 %)"],
        rows: none.map(({ world, policies, falseCycles, agentsWithAny }) => {
          return [world, String(policies), interval(falseCycles, percent), interval(agentsWithAny, percent)];
        }),
      },
    },
    { text: "Planted: so many times as likely on one weekday, or in three hours, as at another time" },
    {
      table: {
        headings: [
          "times as likely",
          "uses a week",
          "weeks",
          "weekly found (95 %)",
          "daily found (95 %)",
          "wrong of all found",
        ],
        rows: some.map(({ strength, usesPerWeek, weeks, weekly, daily, wrong, found }) => {
          const setting = [strength, usesPerWeek, weeks].map(String);
          return [...setting, interval(weekly, percent), interval(daily, percent), `${wrong} of ${found}`];
        }),
      },
    },
  ],
});

async function withoutRhythm(world: WorldName, agents: number, weeks: number, seed: number): Promise<WithoutRhythm> {
  let falseCycles = 0;
  let agentsWithAny = 0;
  for (let agent = 0; agent < agents; agent += 1) {
    const events = agentEvents({ agentId: "agent", world, policies: POLICIES, weeks, seed: seed * 1000 + agent });
    const { weekly, daily } = await discover(events);
    falseCycles += weekly.length + daily.length;
    if (weekly.length + daily.length > 0) agentsWithAny += 1;
  }
  const policies = agents * POLICIES;
  return {
    world,
    policies,
    falseCycles: proportion(falseCycles, policies),
    agentsWithAny: proportion(agentsWithAny, agents),
  };
}

/** Of three policies, one has a weekly rhythm, one a daily one, and one none. */
async function withRhythm(planted: Planted, agents: number, seed: number): Promise<WithRhythm> {
  const { strength, usesPerWeek, weeks } = planted;
  const rhythmOf = (policy: number) => {
    if (policy % 3 === 0) return weeklyRhythm(policy % 7, strength);
    return policy % 3 === 1 ? dailyRhythm(policy % 24, strength) : () => 1;
  };
  const found = { weekly: 0, daily: 0, wrong: 0 };
  for (let agent = 0; agent < agents; agent += 1) {
    const { weekly, daily } = await discover(
      agentEvents({
        agentId: "agent",
        world: "around the clock",
        policies: 60,
        weeks,
        seed: seed * 1000 + 500 + agent,
        rhythmOf,
        ratesPerWeek: [usesPerWeek],
      }),
    );
    for (const task of weekly) found[task % 3 === 0 ? "weekly" : "wrong"] += 1;
    for (const task of daily) found[task % 3 === 1 ? "daily" : "wrong"] += 1;
  }
  const plantedOfEach = agents * 20;
  return {
    ...planted,
    weekly: proportion(found.weekly, plantedOfEach),
    daily: proportion(found.daily, plantedOfEach),
    wrong: found.wrong,
    found: found.weekly + found.daily + found.wrong,
  };
}

/** Records the events and looks for rhythms as they come. @returns the numbers of the policies that have a cycle */
async function discover(events: Iterable<OutcomeEvent>): Promise<Discovered> {
  const { PolicyCache, StreamConsumer, OUTCOME_STREAM, temporalDiscoveryHandler } = library;
  const cache = await PolicyCache.open("memory:", { workers: "inline" });
  const consumer = new StreamConsumer({
    store: cache.store,
    streamKey: OUTCOME_STREAM,
    groupName: "temporal-discovery",
    consumerName: "bench",
    handler: temporalDiscoveryHandler,
  });
  const found = { weekly: [] as number[], daily: [] as number[] };
  let waiting: OutcomeEvent[] = [];
  const record = async () => {
    await cache.recordMany(waiting);
    waiting = [];
    while ((await consumer.processBatch({ blockMs: 0 })) > 0);
  };
  for (const event of events) {
    waiting.push(event);
    if (waiting.length === RECORD_AT_ONCE) await record();
  }
  await record();
  const { records } = await cache.policies.query({ agentId: "agent" }, { limit: 1000 });
  for (const { stateFeatures, expectedValue } of records) {
    for (const { periodSeconds } of expectedValue.cycles) {
      found[periodSeconds === 86_400 ? "daily" : "weekly"].push(Number(stateFeatures.task));
    }
  }
  await cache.close();
  return found;
}
