import type { TuningConstants } from "../../common/tuning/defaults.js";
import { anytimeBound, logCapital } from "../../maths/statistics/anytime-bound.js";
import { fewestEnough } from "../../maths/statistics/fewest-enough.js";
import { successesNeeded } from "../../maths/statistics/successes-needed.js";
import { wilsonLowerBound } from "../../maths/statistics/wilson-bound.js";

/** How some evidence compares with a rule. */
export interface Standing {
  /** Lower bound of the success rate. */
  readonly bound: number;
  /** Further successes in a row until the evidence suffices; 0 when it does, -1 when no realistic number would. */
  readonly missing: number;
}

/** When evidence suffices: a lower bound and what it is compared with. */
export interface EvidenceRule {
  readonly threshold: number;
  /** Given when the bound is an anytime-valid one at this confidence, for this budget; else it is the Wilson bound. */
  readonly budget?: { readonly errorBudget: number; readonly confidence: number };
  standing(successes: number, trials: number): Standing;
}

/** Beyond this many successes in a row, "keep trying" is no advice. */
const MOST_SUCCESSES_WORTH_NAMING = 10_000;

/** At least `minEvents` trials, and a Wilson bound above `ciThreshold`. */
export function thresholdRule({ minEvents, ciThreshold: threshold, wilsonZ }: TuningConstants): EvidenceRule {
  return {
    threshold,
    standing(successes, trials) {
      const limit = MOST_SUCCESSES_WORTH_NAMING;
      const missing = successesNeeded(successes, trials, minEvents, threshold, wilsonZ, limit);
      return { bound: wilsonLowerBound(successes, trials, wilsonZ), missing };
    },
  };
}

/** At least `minEvents` trials, and an anytime-valid bound of at least 1 - errorBudget at the confidence. */
export function budgetRule(errorBudget: number, confidence: number, minEvents: number): EvidenceRule {
  const threshold = 1 - errorBudget;
  const alpha = 1 - confidence;
  const needed = -Math.log(alpha);
  return {
    threshold,
    budget: { errorBudget, confidence },
    standing(successes, trials) {
      return remember(`${successes}/${trials}/${errorBudget}/${confidence}/${minEvents}`, () => {
        const failures = trials - successes;
        const isEnough = (further: number) => logCapital(successes + further, failures, threshold) >= needed;
        const least = Math.max(0, minEvents - trials);
        const missing = fewestEnough(isEnough, least, MOST_SUCCESSES_WORTH_NAMING);
        return { bound: anytimeBound(successes, trials, alpha), missing };
      });
    },
  };
}

/** A standing takes a tenth of a millisecond, and the same counts are asked about again and again. */
const REMEMBERED = 10_000;
const standings = new Map<string, Standing>();

function remember(counts: string, compute: () => Standing): Standing {
  const known = standings.get(counts);
  if (known !== undefined) return known;
  if (standings.size >= REMEMBERED) standings.clear();
  const standing = compute();
  standings.set(counts, standing);
  return standing;
}
