import { anytimeBound, logCapital } from "../statistics/anytime-bound.js";

// The audit holds what would have been served against what was right. For every threshold it counts the decisions whose
// score reached it, as two numbers: those that were right, and all. What is noted was decided before: the score is that of
// before the decision was counted anywhere.

/** Scores from which on might be served, the strictest first. */
export const THRESHOLDS: readonly number[] = [0.95, 0.9, 0.85, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3];

/** Numbers of an audit: two for each threshold, right ones and all. */
const NUMBERS = 2;

/** Shares of α: of what the state proves by itself, of the threshold of the budget and those below it, and of all stricter ones. */
const SHARE_OF_STATE = 1 / 2;
const SHARE_DOWNWARDS = 1 / 4;
const SHARE_STRICTER = 1 / 4;

/** Thresholds are the budget's own where rounding alone keeps them from it. */
const ROUNDING = 1e-9;

/** An audit in which nothing was noted. */
export function newAudit(): number[] {
  const audit: number[] = [];
  for (let index = 0; index < THRESHOLDS.length * NUMBERS; index += 1) audit.push(0);
  return audit;
}

/**
 * Notes a decision at every threshold that its score reaches. Only decisions of which it is known what was right: in which
 * the agent was asked.
 *
 * @param audit - two numbers for each of {@link THRESHOLDS}, which are changed
 * @param score - of the action that would have been taken, from before this decision was counted
 */
export function noteInAudit(audit: number[], score: number, isRight: boolean): void {
  for (let index = 0; index < THRESHOLDS.length; index += 1) {
    if (score < (THRESHOLDS[index] ?? 1)) continue;
    const at = index * NUMBERS;
    if (isRight) audit[at] = (audit[at] ?? 0) + 1;
    audit[at + 1] = (audit[at + 1] ?? 0) + 1;
  }
}

/** What an audit says of one threshold. */
export interface AuditedThreshold {
  readonly threshold: number;
  readonly right: number;
  readonly decisions: number;
  /** The part of α at which it is looked at. */
  readonly alpha: number;
  /** Whether what reaches the threshold was right in at least 1 − budget of all decisions, as far as α allows to say so. */
  readonly holds: boolean;
}

/**
 * What the audit says of each threshold, the strictest first. First comes the threshold of 1 − budget, or the next above, at α/4;
 * while thresholds hold, the next below is looked at in turn, also at α/4. The m stricter ones are looked at in any case, at α/(4m)
 * each. So the chance that one ever holds that should not is at most α/2; the other half is for what the states prove themselves.
 *
 * Let μ be the chances, given all that went before, that the decisions noted at a threshold were right. What holds, holds of their
 * mean so far: without independence, whatever chose the actions, the levels and their scores, at all times together. Preconditions
 * are not checked.
 *
 * @param audit - as {@link noteInAudit} counts
 * @param budget - share of decisions that may be wrong; above 0, below 1
 * @param alpha - 1 − confidence; above 0, below 1
 * @see docs/trust.md; Ville (1939); Waudby-Smith and Ramdas (2024), JRSS B 86(1), 1-27
 */
export function auditedThresholds(audit: readonly number[], budget: number, alpha: number): AuditedThreshold[] {
  const own = ownThreshold(budget);
  const audited: AuditedThreshold[] = [];
  let isLookedAt = true;
  for (let index = 0; index < THRESHOLDS.length; index += 1) {
    const at = index * NUMBERS;
    const right = audit[at] ?? 0;
    const decisions = audit[at + 1] ?? 0;
    const part = index < own ? (SHARE_STRICTER * alpha) / own : SHARE_DOWNWARDS * alpha;
    const isProven = logCapital(right, decisions - right, 1 - budget) >= -Math.log(part);
    const holds: boolean = isProven && (index < own || isLookedAt);
    if (index >= own) isLookedAt = holds;
    audited.push({ threshold: THRESHOLDS[index] ?? 1, right, decisions, alpha: part, holds });
  }
  return audited;
}

/** The lowest threshold that holds: what scores as much may be served. Undefined when none does. */
export function thresholdInUse(audited: readonly AuditedThreshold[]): AuditedThreshold | undefined {
  let lowest: AuditedThreshold | undefined;
  for (const entry of audited) if (entry.holds) lowest = entry;
  return lowest;
}

/**
 * Whether a state proves by itself, whatever the audit says, that an action is right there in at least 1 − budget of all decisions.
 *
 * @param right - decisions of the state in which it was right, after the first, which is why one looks at it
 * @param decisions - all of them after that one
 */
export function isProvenByState(right: number, decisions: number, budget: number, alpha: number): boolean {
  return logCapital(right, decisions - right, 1 - budget) >= -Math.log(SHARE_OF_STATE * alpha);
}

/** Lower bound of the mean chance that what was noted at a threshold was right, at its part of α. */
export function auditBound({ right, decisions, alpha }: AuditedThreshold): number {
  return anytimeBound(right, decisions, alpha);
}

/** The place of the lowest threshold of at least 1 − budget; the first when there is none. */
function ownThreshold(budget: number): number {
  let own = 0;
  for (let index = 0; index < THRESHOLDS.length; index += 1) {
    if ((THRESHOLDS[index] ?? 0) >= 1 - budget - ROUNDING) own = index;
  }
  return own;
}
