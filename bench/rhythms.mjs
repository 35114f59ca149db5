// How many rhythms are found where there are none, and how many where there are? Simulated agents with known truth, through
// the public API. The method: docs/rhythms.md.

import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Progress } from "./progress.mjs";
import { agentEvents, dailyRhythm, WORLDS, weeklyRhythm } from "./rhythm-worlds.mjs";
import { proportion } from "./statistics.mjs";
import { renderTable } from "./table.mjs";

const USAGE = `Usage: node bench/rhythms.mjs [options]   (after npm run build)

  --agents <n>   agents of 50 policies without rhythm, in each kind of world (default 20)
  --weeks <n>    weeks without rhythm (default 16)
  --planted <n>  agents of 60 policies, two thirds of them with a rhythm, for each strength (default 2)
  --seed <n>     default 1
  --json         print the figures as JSON instead of tables
`;

const BUILD = fileURLToPath(new URL("./library.mjs", import.meta.url));
const POLICIES = 50;
const STRENGTHS = [3, 5, 10, 20];
const USES_PER_WEEK = [2, 7];
const PLANTED_WEEKS = [26, 52];
const RECORD_AT_ONCE = 500;

const { values } = parseArgs({
  options: {
    agents: { type: "string", default: "20" },
    weeks: { type: "string", default: "16" },
    planted: { type: "string", default: "2" },
    seed: { type: "string", default: "1" },
    json: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

if (values.help) process.stdout.write(USAGE);
else await main(values);

async function main({ agents, weeks, planted, seed, json }) {
  const library = await import(BUILD);
  const progress = new Progress();
  const none = [];
  for (const world of Object.keys(WORLDS)) {
    progress.show(`without rhythm: ${world}`);
    none.push(await withoutRhythm(library, world, Number(agents), Number(weeks), Number(seed)));
  }
  const some = [];
  for (const weeksLong of PLANTED_WEEKS) {
    for (const usesPerWeek of USES_PER_WEEK) {
      for (const strength of STRENGTHS) {
        progress.show(`planted: ${strength} times, ${usesPerWeek} uses a week, ${weeksLong} weeks`);
        some.push(await withRhythm(library, { strength, usesPerWeek, weeksLong }, Number(planted), Number(seed)));
      }
    }
  }
  progress.clear();
  const figures = { level: library.Defaults.pThreshold, seed: Number(seed), weeks: Number(weeks), none, some };
  process.stdout.write(json ? `${JSON.stringify(figures)}\n` : `${text(figures)}\n`);
}

async function withoutRhythm(library, world, agents, weeks, seed) {
  let falseCycles = 0;
  let agentsWithAny = 0;
  for (let agent = 0; agent < agents; agent += 1) {
    const events = agentEvents({ agentId: "agent", world, policies: POLICIES, weeks, seed: seed * 1000 + agent });
    const { weekly, daily } = await discover(library, events);
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
async function withRhythm(library, { strength, usesPerWeek, weeksLong }, agents, seed) {
  const rhythmOf = (policy) => {
    if (policy % 3 === 0) return weeklyRhythm(policy % 7, strength);
    return policy % 3 === 1 ? dailyRhythm(policy % 24, strength) : () => 1;
  };
  const found = { weekly: 0, daily: 0, wrong: 0 };
  for (let agent = 0; agent < agents; agent += 1) {
    const { weekly, daily } = await discover(
      library,
      agentEvents({
        agentId: "agent",
        world: "around the clock",
        policies: 60,
        weeks: weeksLong,
        seed: seed * 1000 + 500 + agent,
        rhythmOf,
        ratesPerWeek: [usesPerWeek],
      }),
    );
    for (const task of weekly) found[task % 3 === 0 ? "weekly" : "wrong"] += 1;
    for (const task of daily) found[task % 3 === 1 ? "daily" : "wrong"] += 1;
  }
  const planted = agents * 20;
  return {
    strength,
    usesPerWeek,
    weeks: weeksLong,
    weekly: proportion(found.weekly, planted),
    daily: proportion(found.daily, planted),
    wrong: found.wrong,
    found: found.weekly + found.daily + found.wrong,
  };
}

/** Records the events and looks for rhythms as they come. @returns the numbers of the policies that have a cycle */
async function discover(library, events) {
  const { PolicyCache, StreamConsumer, OUTCOME_STREAM, temporalDiscoveryHandler } = library;
  const cache = await PolicyCache.open("memory:", { workers: "inline" });
  const consumer = new StreamConsumer({
    store: cache.store,
    streamKey: OUTCOME_STREAM,
    groupName: "temporal-discovery",
    consumerName: "bench",
    handler: temporalDiscoveryHandler,
  });
  const found = { weekly: [], daily: [] };
  let waiting = [];
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
      found[periodSeconds === 86_400 ? "daily" : "weekly"].push(stateFeatures.task);
    }
  }
  await cache.close();
  return found;
}

function text({ level, weeks, none, some }) {
  return [
    `No rhythm, ${weeks} weeks, 1 to 8 occasions a week; level ${level}`,
    "",
    renderTable(
      ["world", "policies", "with a false cycle (95 %)", "agents with any (95 %)"],
      none.map(({ world, policies, falseCycles, agentsWithAny }) => {
        return [world, String(policies), interval(falseCycles), interval(agentsWithAny)];
      }),
    ),
    "",
    "Planted: so many times as likely on one weekday, or in three hours, as at another time",
    "",
    renderTable(
      ["times as likely", "uses a week", "weeks", "weekly found (95 %)", "daily found (95 %)", "wrong of all found"],
      some.map(({ strength, usesPerWeek, weeks: weeksLong, weekly, daily, wrong, found }) => {
        const setting = [strength, usesPerWeek, weeksLong].map(String);
        return [...setting, interval(weekly), interval(daily), `${wrong} of ${found}`];
      }),
    ),
  ].join("\n");
}

function interval({ estimate, low, high }) {
  const percent = (share) => `${(100 * share).toFixed(1)} %`;
  return `${percent(estimate)} (${percent(low)} to ${percent(high)})`;
}
