// How soon is a policy retired when its outcomes turn bad, and how often when they do not? Simulated outcomes with known
// truth, recorded through the public API. The method: docs/retirement.md.

import { library, type PolicyCache, seededRandom } from "../harness/library.js";
import { runMeasurement } from "../harness/measurement.js";
import { fixed, interval } from "../harness/report/format.js";
import { type Estimated, estimatedQuantile, proportion } from "../harness/statistics.js";

const USAGE = `Usage: npm run bench -- retirement [options]

  --runs <n>       policies that change, for each length of the past (default 200)
  --outcomes <n>   outcomes without change, for each success rate (default 100000)
  --rate <a>       retirementFalseAlarmRate (default that of the library)
  --seed <n>       default 1
  --json           print the figures as JSON instead of tables
`;

const [GOOD, BAD] = [0.95, 0.2];
const PAST_SUCCESSES = [6, 10, 20, 50, 100, 300, 1000];
const STEADY_RATES = [0.99, 0.95, 0.9, 0.8, 0.7];
const MOST_FAILURES = 200;
const OUTCOMES_PER_POLICY = 2000;

type Open = () => Promise<PolicyCache>;

/** Over policies. */
interface Spread {
  readonly median: Estimated;
  readonly percentile95: Estimated;
}

/** Failures until a policy is served no more, and until it is retired. */
interface AfterChange {
  /** Successes before the change. */
  readonly past: number;
  readonly unserved: Spread;
  readonly retired: Spread;
}

interface WithoutChange {
  readonly successRate: number;
  readonly retirements: number;
  readonly outcomes: number;
  /** Retirements. */
  readonly per10000: Estimated;
}

await runMeasurement({
  usage: USAGE,
  options: { numbers: ["runs", "outcomes", "rate", "seed"] },
  measure: async (values, { progress }) => {
    const { runs = 200, outcomes = 100_000, seed = 1 } = values;
    const retirementFalseAlarmRate = values.rate ?? library.Defaults.retirementFalseAlarmRate;
    const defaults = { retirementFalseAlarmRate, streamMaxLength: 100 };
    const open = () => library.PolicyCache.open("memory:", { workers: "inline", defaults });
    const after: AfterChange[] = [];
    for (const past of PAST_SUCCESSES) {
      progress.show(`after a change: ${past} successes before`);
      after.push({ past, ...(await changes(open, past, runs, seed)) });
    }
    const steady: WithoutChange[] = [];
    for (const successRate of STEADY_RATES) {
      progress.show(`without change: success rate ${successRate}`);
      steady.push({ successRate, ...(await falseAlarms(open, successRate, outcomes, seed)) });
    }
    return { retirementFalseAlarmRate, runs, seed, after, steady };
  },
  blocks: ({ retirementFalseAlarmRate, runs, after, steady }) => [
    { text: `retirementFalseAlarmRate ${retirementFalseAlarmRate}` },
    { text: `Success rate falls from ${GOOD} to ${BAD}: failures (95 %), of ${runs} policies each` },
    {
      table: {
        headings: [
          "successes before",
          "until not served: median",
          "95th percentile",
          "until retired: median",
          "95th percentile",
        ],
        rows: after.map(({ past, unserved, retired }) => {
          const spreads = [unserved.median, unserved.percentile95, retired.median, retired.percentile95];
          return [String(past), ...spreads.map((failures) => interval(failures, (value) => fixed(value, 0)))];
        }),
      },
    },
    { text: "Success rate never changes: retirements per 10 000 outcomes" },
    {
      table: {
        headings: ["success rate", "outcomes", "retirements", "per 10 000 (95 %)"],
        rows: steady.map(({ successRate, outcomes, retirements, per10000 }) => {
          const counts = [successRate, outcomes, retirements].map(String);
          return [...counts, interval(per10000, (value) => fixed(value, 2))];
        }),
      },
    },
  ],
});

/**
 * Policies with so many successes in the past, whose success rate then falls: failures until each is served no more, for
 * whatever reason, and until it is retired.
 */
async function changes(open: Open, past: number, runs: number, seed: number): Promise<Omit<AfterChange, "past">> {
  const random = seededRandom(seed * 1000 + past);
  const unserved: number[] = [];
  const retired: number[] = [];
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

function spread(failures: readonly number[]): Spread {
  return { median: estimatedQuantile(failures, 0.5), percentile95: estimatedQuantile(failures, 0.95) };
}

/** Outcomes of policies whose success rate never changes: how many of them retire the policy. */
async function falseAlarms(
  open: Open,
  successRate: number,
  outcomes: number,
  seed: number,
): Promise<Omit<WithoutChange, "successRate">> {
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
function watch(cache: PolicyCache) {
  const state = { task: "simulated" };
  return {
    record: async (success: boolean) => {
      await cache.record({ state, action: { type: "act" }, outcome: success ? "success" : "failure" });
      const { kind, ranked } = await cache.decide({ state });
      const isRetired = ranked[0]?.evidence.retired !== undefined;
      return { exists: ranked.length > 0, isServed: kind === "serve", isRetired };
    },
    restore: () => cache.restore({ actionType: "act", state }),
  };
}
