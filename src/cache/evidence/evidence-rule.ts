import type { TuningConstants } from "../../common/tuning/defaults.js";
import { type ComparedCounts, comparisonEvidence } from "../../maths/proof/comparison-evidence.js";
import { type ChoiceCounts, evidenceToServe, takenBound, takenEvidence } from "../../maths/proof/taken-evidence.js";
import { fewestEnough } from "../../maths/statistics/fewest-enough.js";
import { largestBelow } from "../../maths/statistics/largest-below.js";
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
  /** Given when the action is compared with the agent's own way; the bound is 1 minus how much worse it may be then. */
  readonly comparison?: { readonly worseThanAgent: number; readonly confidence: number };
  standing(counts: ActionCounts): Standing;
}

/** What speaks for an action now, whoever chose it, and by who chose it. */
export interface ActionCounts extends ChoiceCounts, ComparedCounts {
  readonly successes: number;
  readonly trials: number;
  /** How often it was stopped and started over. */
  readonly restarts: number;
}

/** Beyond this many successes in a row, "keep trying" is no advice. */
const MOST_SUCCESSES_WORTH_NAMING = 10_000;

/** At least `minEvents` trials, and a Wilson bound above `ciThreshold`. */
export function thresholdRule({ minEvents, ciThreshold: threshold, wilsonZ }: TuningConstants): EvidenceRule {
  return {
    threshold,
    standing({ successes, trials }) {
      const limit = MOST_SUCCESSES_WORTH_NAMING;
      const missing = successesNeeded(successes, trials, minEvents, threshold, wilsonZ, limit);
      return { bound: wilsonLowerBound(successes, trials, wilsonZ), missing };
    },
  };
}

/**
 * At least `minEvents` trials, and proof at the confidence that the action, taken in this state, fails no more often than
 * the budget: docs/trust.md.
 */
export function budgetRule(errorBudget: number, confidence: number, minEvents: number): EvidenceRule {
  const threshold = 1 - errorBudget;
  return {
    threshold,
    budget: { errorBudget, confidence },
    standing(counts) {
      const { trials, restarts, ownDecisions, ownSuccesses, takenTrials, takenSuccesses } = counts;
      const own = `${ownSuccesses}/${ownDecisions}/${takenSuccesses}/${takenTrials}/${restarts}/${trials}`;
      return remember(`${own}/${errorBudget}/${confidence}/${minEvents}`, () => {
        const needed = evidenceToServe(confidence, restarts);
        const isEnough = (further: number) => takenEvidence(withSuccesses(counts, further), errorBudget) >= needed;
        const least = Math.max(0, minEvents - trials);
        const missing = fewestEnough(isEnough, least, MOST_SUCCESSES_WORTH_NAMING);
        return { bound: takenBound(counts, needed), missing };
      });
    },
  };
}

/**
 * At least `minEvents` trials, and proof at the confidence that taking the action is worse than the agent's own way by less
 * than the margin: docs/trust.md#worse-than-my-agent.
 *
 * @param margin - failures more per decision
 */
export function comparisonRule(margin: number, confidence: number, minEvents: number): EvidenceRule {
  return {
    threshold: 1 - margin,
    comparison: { worseThanAgent: margin, confidence },
    standing(counts) {
      const { trials, restarts, ownDecisions, succeededOtherwise, coins } = counts;
      const compared = `${ownDecisions}/${succeededOtherwise}/${JSON.stringify(coins)}/${restarts}/${trials}`;
      return remember(`than agent/${compared}/${margin}/${confidence}/${minEvents}`, () => {
        const needed = evidenceToServe(confidence, restarts);
        const isEnough = (further: number) => {
          return comparisonEvidence({ ...counts, ownDecisions: ownDecisions + further }, margin) >= needed;
        };
        const missing = fewestEnough(isEnough, Math.max(0, minEvents - trials), MOST_SUCCESSES_WORTH_NAMING);
        const isProven = (rate: number) => comparisonEvidence(counts, 1 - rate) >= needed;
        return { bound: largestBelow(isProven, 1, HALVINGS), missing };
      });
    },
  };
}

/** Halvings of the interval of possible bounds. */
const HALVINGS = 26;

/** What suffices by both rules. The bound is that of the first. */
export function bothRules(first: EvidenceRule, second: EvidenceRule): EvidenceRule {
  return {
    ...second,
    ...first,
    standing(counts) {
      const standings = [first.standing(counts), second.standing(counts)];
      const missing = standings.map((standing) => standing.missing);
      return { bound: standings[0]?.bound ?? 0, missing: missing.includes(-1) ? -1 : Math.max(...missing) };
    },
  };
}

/** If the agent chose the action `further` times more, always with success. */
function withSuccesses(counts: ChoiceCounts, further: number): ChoiceCounts {
  const { ownDecisions, ownSuccesses } = counts;
  return { ...counts, ownDecisions: ownDecisions + further, ownSuccesses: ownSuccesses + further };
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
