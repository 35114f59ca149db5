// How soon is a policy retired when its outcomes turn bad, and how often when they do not? Simulated outcomes with known
// truth, recorded through the public API. The method: docs/retirement.md.

import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Progress } from "./progress.mjs";
import { seededRandom } from "./random.mjs";
import { proportion, quantile, quantileInterval } from "./statistics.mjs";
import { renderTable } from "./table.mjs";

const USAGE = `Usage: node bench/retirement.mjs [options]   (after npm run build)

  --runs <n>       policies that change, for each length of the past (default 200)
  --outcomes <n>   outcomes without change, for each success rate (default 100000)
  --rate <a>       retirementFalseAlarmRate (default that of the library)
  --seed <n>       default 1
  --json           print the figures as JSON instead of tables
`;

const BUILD = fileURLToPath(new URL("./library.mjs", import.meta.url));
const [GOOD, BAD] = [0.95, 0.2];
const PAST_SUCCESSES = [6, 10, 20, 50, 100, 300, 1000];
const STEADY_RATES = [0.99, 0.95, 0.9, 0.8, 0.7];
const MOST_FAILURES = 200;
const OUTCOMES_PER_POLICY = 2000;

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "200" },
    outcomes: { type: "string", default: "100000" },
    rate: { type: "string" },
    seed: { type: "string", default: "1" },
    json: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

if (values.help) process.stdout.write(USAGE);
else await main(values);

async function main({ runs, outcomes, rate, seed, json }) {
  const { Defaults, PolicyCache } = await import(BUILD);
  const retirementFalseAlarmRate = rate === undefined ? Defaults.retirementFalseAlarmRate : Number(rate);
  const progress = new Progress();
  const open = () =>
    PolicyCache.open("memory:", { workers: "inline", defaults: { retirementFalseAlarmRate, streamMaxLength: 100 } });
  const after = [];
  for (const past of PAST_SUCCESSES) {
    progress.show(`after a change: ${past} successes before`);
    after.push({ past, ...(await changes(open, past, Number(runs), Number(seed))) });
  }
  const steady = [];
  for (const successRate of STEADY_RATES) {
    progress.show(`without change: success rate ${successRate}`);
    steady.push({ successRate, ...(await falseAlarms(open, successRate, Number(outcomes), Number(seed))) });
  }
  progress.clear();
  const figures = { retirementFalseAlarmRate, runs: Number(runs), seed: Number(seed), after, steady };
  process.stdout.write(json ? `${JSON.stringify(figures)}\n` : `${text(figures)}\n`);
}

/**
 * Policies with so many successes in the past, whose success rate then falls: failures until each is served no more, for
 * whatever reason, and until it is retired.
 */
async function changes(open, past, runs, seed) {
  const random = seededRandom(seed * 1000 + past);
  const unserved = [];
  const retired = [];
  for (let run = 0; run < runs; run += 1) {
    const cache = await open();
    const watched = watch(cache);
    // A past that was retired by chance is no past.
    let isServed = false;
    for (let successes = 0; successes < past || !isServed; ) {
      const success = random() < GOOD;
      const policy = await watched.record(success);
      if (success) successes += 1;
      if (policy.isRetired) await watched.restore();
      isServed = policy.isServed;
    }
    let failures = 0;
    let lastServed = 0;
    let isRetired = false;
    while (failures < MOST_FAILURES && !isRetired) {
      const success = random() < BAD;
      const policy = await watched.record(success);
      if (!success) failures += 1;
      if (policy.isServed) lastServed = failures;
      isRetired = policy.isRetired;
    }
    unserved.push(lastServed + 1);
    retired.push(failures);
    await cache.close();
  }
  return { unserved: spread(unserved), retired: spread(retired) };
}

function spread(failures) {
  return {
    median: { estimate: quantile(failures, 0.5), ...quantileInterval(failures, 0.5) },
    percentile95: { estimate: quantile(failures, 0.95), ...quantileInterval(failures, 0.95) },
  };
}

/** Outcomes of policies whose success rate never changes: how many of them retire the policy. */
async function falseAlarms(open, successRate, outcomes, seed) {
  const random = seededRandom(seed * 1000 + Math.round(successRate * 100));
  let retirements = 0;
  let watchedOutcomes = 0;
  while (watchedOutcomes < outcomes) {
    const cache = await open();
    const watched = watch(cache);
    let policy = { exists: false, isRetired: false };
    for (let outcome = 0; outcome < OUTCOMES_PER_POLICY && !policy.isRetired; outcome += 1) {
      if (policy.exists) watchedOutcomes += 1;
      policy = await watched.record(random() < successRate);
    }
    if (policy.isRetired) retirements += 1;
    await cache.close();
  }
  const { estimate, low, high } = proportion(retirements, watchedOutcomes);
  const per10000 = { estimate: 1e4 * estimate, low: 1e4 * low, high: 1e4 * high };
  return { retirements, outcomes: watchedOutcomes, per10000 };
}

/** One policy of one cache, looked at after every outcome. */
function watch(cache) {
  const state = { task: "simulated" };
  return {
    record: async (success) => {
      await cache.record({ state, action: { type: "act" }, outcome: success ? "success" : "failure" });
      const { kind, ranked } = await cache.decide({ state });
      const isRetired = ranked[0]?.evidence.retired !== undefined;
      return { exists: ranked.length > 0, isServed: kind === "serve", isRetired };
    },
    restore: () => cache.restore({ actionType: "act", state }),
  };
}

function text({ retirementFalseAlarmRate, runs, after, steady }) {
  const cell = ({ estimate, low, high }, digits) =>
    `${estimate.toFixed(digits)} (${low.toFixed(digits)} to ${high.toFixed(digits)})`;
  return [
    `retirementFalseAlarmRate ${retirementFalseAlarmRate}`,
    "",
    `Success rate falls from ${GOOD} to ${BAD}: failures (95 %), of ${runs} policies each`,
    "",
    renderTable(
      ["successes before", "until not served: median", "95th percentile", "until retired: median", "95th percentile"],
      after.map(({ past, unserved, retired }) => {
        const spreads = [unserved.median, unserved.percentile95, retired.median, retired.percentile95];
        return [String(past), ...spreads.map((failures) => cell(failures, 0))];
      }),
    ),
    "",
    "Success rate never changes: retirements per 10 000 outcomes",
    "",
    renderTable(
      ["success rate", "outcomes", "retirements", "per 10 000 (95 %)"],
      steady.map(({ successRate, outcomes, retirements, per10000 }) => {
        return [String(successRate), String(outcomes), String(retirements), cell(per10000, 2)];
      }),
    ),
  ].join("\n");
}
