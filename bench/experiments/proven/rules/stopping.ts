import { noCounts, TAKEN_SUCCESSES, TAKEN_TRIALS } from "../../../../src/operations/evidence/actions/action-counts.js";
import { type StoppingSettings, weighTaken } from "../../../../src/operations/evidence/actions/stopping.js";
import { library, seededRandom } from "../../../harness/library.js";
import { type Estimated, estimatedQuantile, proportion } from "../../../harness/statistics.js";

// What stops an action that is taken, asked without a store: the operation that the library calls for each outcome.

const SETTINGS: StoppingSettings = {
  openTimeoutSeconds: library.Defaults.openTimeoutSeconds,
  retirementFalseAlarmRate: library.Defaults.retirementFalseAlarmRate,
  z: library.Defaults.wilsonZ,
};
const MOST_FAILURES = 1000;

/** Failures of an action until it is stopped, once it fails so often. */
export interface Stopped {
  readonly failureRate: number;
  readonly median: Estimated;
  readonly percentile95: Estimated;
}

/** @param past - outcomes before, of which the share `pastFailures` failed; those that stopped it already are drawn again */
export function failuresUntilStop(
  failureRate: number,
  past: { readonly outcomes: number; readonly failureRate: number },
  budget: number,
  worlds: number,
  seed: number,
): Stopped {
  const random = seededRandom(seed);
  const failures: number[] = [];
  while (failures.length < worlds) {
    const counts = noCounts();
    let isStopped = false;
    for (let outcome = 0; outcome < past.outcomes && !isStopped; outcome += 1) {
      isStopped = take(counts, random() >= past.failureRate, budget);
    }
    if (isStopped) continue;
    let failed = 0;
    while (!isStopped && failed < MOST_FAILURES) {
      const isSuccess = random() >= failureRate;
      if (!isSuccess) failed += 1;
      isStopped = take(counts, isSuccess, budget);
    }
    failures.push(failed);
  }
  return {
    failureRate,
    median: estimatedQuantile(failures, 0.5),
    percentile95: estimatedQuantile(failures, 0.95),
  };
}

/** Stops of an action that fails at a constant rate. */
export interface FalseAlarms {
  readonly failureRate: number;
  /** Per outcome. */
  readonly stops: Estimated;
}

/** @param length - outcomes after which an action that was not stopped gives way to a new one */
export function falseAlarms(
  failureRate: number,
  budget: number,
  outcomes: number,
  length: number,
  seed: number,
): FalseAlarms {
  const random = seededRandom(seed);
  let stops = 0;
  let counts = noCounts();
  let age = 0;
  for (let outcome = 0; outcome < outcomes; outcome += 1) {
    const isStopped = take(counts, random() >= failureRate, budget);
    age += 1;
    if (isStopped) stops += 1;
    if (isStopped || age === length) {
      counts = noCounts();
      age = 0;
    }
  }
  return { failureRate, stops: proportion(stops, outcomes) };
}

function take(counts: number[], isSuccess: boolean, budget: number): boolean {
  counts[TAKEN_TRIALS] = (counts[TAKEN_TRIALS] ?? 0) + 1;
  if (isSuccess) counts[TAKEN_SUCCESSES] = (counts[TAKEN_SUCCESSES] ?? 0) + 1;
  return weighTaken(counts, isSuccess, budget, SETTINGS);
}
