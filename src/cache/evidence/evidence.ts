import type { Mutable } from "../../common/mutable.js";
import type { Fields, StoredRecord } from "../../keyspace/port/keyspace.js";
import { ownDecisionsOf } from "../../operations/evidence/actions/own-decisions.js";
import { openDecisions, openOwn, openTrials } from "../../operations/evidence/open/open-decisions.js";
import { type Counts, countsInForce, isRetired, RETIRED_BY_OUTCOMES } from "../../operations/evidence/retirement.js";
import { numberField, textField } from "../../operations/records/fields.js";
import type { Versions } from "../events/outcome-event.js";
import { EVIDENCE } from "../policy-entry.js";
import { type ActionEvidence, actionsOf, byProof, type OwnTotals } from "./action-evidence.js";
import { type Block, blocksOf } from "./blocks.js";
import type { EvidenceRule } from "./evidence-rule.js";
import type { ServingRules } from "./serving-rules.js";

/**
 * The evidence of the actions of one type in one state. Counts, bound and verdict are those of one of them: of the
 * best-proven one, and in a decision of the one that was chosen.
 */
export interface Evidence {
  readonly actionType: string;
  /** The action that the following is about; absent when none is known. */
  readonly action?: ActionEvidence;
  /** Its outcomes in force: since it was last out of service, or all of them if it never was. */
  readonly successes: number;
  readonly trials: number;
  /** Lower bound of its success rate: under an error budget of what is taken, at all times; else the Wilson bound. */
  readonly bound: number;
  /** What the bound must reach: 1 - `errorBudget`, or the threshold of crystallization, which it must exceed. */
  readonly threshold: number;
  /** The budget in force; absent when there is none. */
  readonly errorBudget?: number;
  /** How much worse than the agent's own way it may be; absent when that was not asked. The bound is 1 minus that then. */
  readonly worseThanAgent?: number;
  /** How sure the budget must be kept; absent when there is none. */
  readonly confidence?: number;
  /** Outcomes in force of all actions of the type: by these it becomes a policy. */
  readonly ofType: Counts;
  /** Every action of the type that is known, best-proven first. */
  readonly actions: readonly ActionEvidence[];
  /** Whether the evidence suffices to serve; before there is a policy, whether it suffices to become one as well. */
  readonly passes: boolean;
  /** Further successes in a row until it passes; 0 when it does, absent when no realistic number suffices. */
  readonly successesMissing?: number;
  /** What actions of the type were learned to be worth here; absent while no reward was observed. */
  readonly qValue?: number;
  readonly firstSeenSeconds: number;
  readonly lastSeenSeconds: number;
  /** Success rate of about the last twenty outcomes of the policy, older ones fading; absent before there were any. */
  readonly recentRate?: number;
  /** Outcomes until it was last out of service, which are not in force; absent when it never was. */
  readonly former?: Counts;
  /** Unix seconds from which on the action is not served; absent when no event said so. */
  readonly validUntilSeconds?: number;
  /** What the outcomes in force depend on, by name and version; absent when no event said so. */
  readonly dependsOn?: Versions;
  /** How often a check kept the action from being acted on, and why the last time; absent when none ever did. */
  readonly refusals?: { readonly count: number; readonly lastAtSeconds: number; readonly lastReason: string };
  /** Decisions whose outcome is not known; absent when there is none, or they are not counted. */
  readonly open?: number;
  /** Decisions of the agent that were never reported in time, and count as failures; absent when there was none. */
  readonly timedOut?: number;
  /** Outcomes of other states that have the same fingerprint, and were not counted; absent when there was none. */
  readonly collisions?: number;
  /** What is kept from being chosen whatever its outcomes, also where a block is over; absent when nothing is. */
  readonly blocks?: readonly Block[];
  /** Present while it is out of service: it is not served until outcomes since then suffice, or it is restored. */
  readonly retired?: Retirement;
}

/** When and why a policy went out of service. */
export interface Retirement {
  readonly atSeconds: number;
  /** "outcomes" when they had turned bad, otherwise what the caller gave. */
  readonly reason: string;
}

/** What is known of a state beside its actions. */
export interface StateTotals extends OwnTotals {
  /** Decisions of any kind. */
  readonly decisions: number;
  /** Failed trials, of all its actions. */
  readonly failedTrials: number;
  /** Trials whose outcome is not known. */
  readonly openTrials: number;
}

/** @param records - of the evidence of every action of a state */
export function totalsOf(records: readonly StoredRecord[]): StateTotals {
  let ownDecisions = 0;
  let ownSuccesses = 0;
  let ownUnknown = 0;
  let decisions = 0;
  let failedTrials = 0;
  let open = 0;
  for (const { fields } of records) {
    const own = ownDecisionsOf(fields);
    const waiting = openOwn(fields);
    ownDecisions += own.decisions + waiting;
    ownSuccesses += own.successes;
    ownUnknown += waiting + numberField(fields, "timedOut", 0);
    decisions += numberField(fields, "trials", 0);
    failedTrials += numberField(fields, "failedTrials", 0);
    open += openTrials(fields);
  }
  return { ownDecisions, ownSuccesses, ownUnknown, decisions, failedTrials, openTrials: open };
}

/**
 * How often an action may fail that is compared with the agent: as often as the agent does, and the margin. Undefined where
 * it is not compared.
 */
export function toleratedFailures(
  { worseThanAgent }: Evidence,
  { ownDecisions, ownUnknown, ownSuccesses }: StateTotals,
): number | undefined {
  if (worseThanAgent === undefined) return undefined;
  const known = ownDecisions - ownUnknown;
  const failures = known === 0 ? 0 : 1 - ownSuccesses / known;
  return Math.min(failures + worseThanAgent, MOST_TOLERATED);
}

/** An action that fails more often than this is stopped, however often the agent fails. */
const MOST_TOLERATED = 0.95;

export function evidenceOf(record: StoredRecord, totals: StateTotals, rules: ServingRules): Evidence {
  const { fields } = record;
  const actionType = actionTypeOf(record);
  const rule = rules.serving(actionType);
  const known = actionsOf(fields, totals, rule);
  const actions = known.length > 1 ? [...known].sort(byProof) : known;
  const [action] = actions;
  const retired = retirementOf(fields, action?.stoppedAtSeconds);
  const missing = successesMissing(action, fields, retired, rule, rules);
  // Every decision shows the evidence of its policies: written out, it takes half the time of parts that are joined.
  const evidence: Mutable<Evidence> = {
    actionType,
    successes: action?.successes ?? 0,
    trials: action?.trials ?? 0,
    bound: action?.bound ?? 0,
    threshold: rule.threshold,
    ofType: countsInForce(fields),
    actions,
    passes: missing === 0 && retired === undefined,
    firstSeenSeconds: numberField(fields, "firstSeen", 0),
    lastSeenSeconds: numberField(fields, "lastSeen", 0),
  };
  if (action !== undefined) evidence.action = action;
  if (rule.budget !== undefined) Object.assign(evidence, rule.budget);
  if (rule.comparison !== undefined) Object.assign(evidence, rule.comparison);
  if (missing >= 0) evidence.successesMissing = missing;
  if (action?.former !== undefined) evidence.former = action.former;
  if (retired !== undefined) evidence.retired = retired;
  const recentTrials = numberField(fields, "recentTrials", 0);
  if (recentTrials > 0) evidence.recentRate = numberField(fields, "recentSuccesses", 0) / recentTrials;
  const limits = limitsOf(fields);
  if (limits !== NO_LIMITS) Object.assign(evidence, limits);
  if (fields.refusals !== undefined) evidence.refusals = refusalsOf(fields);
  const open = openDecisions(fields);
  if (open > 0) evidence.open = open;
  const timedOut = numberField(fields, "timedOut", 0);
  if (timedOut > 0) evidence.timedOut = timedOut;
  if (fields.collisions !== undefined) evidence.collisions = numberField(fields, "collisions", 0);
  if (fields.qValue !== undefined) evidence.qValue = numberField(fields, "qValue", 0);
  return evidence;
}

/** The evidence of a policy, as that of another one of its actions. */
export function evidenceFor(evidence: Evidence, action: ActionEvidence): Evidence {
  const { successesMissing: _, former: __, retired: ___, ...ofType } = evidence;
  const { successes, trials, bound, former, successesMissing } = action;
  const retired = isInService(evidence) ? stoppedAt(action.stoppedAtSeconds) : evidence.retired;
  const other: Mutable<Evidence> = {
    ...ofType,
    action,
    successes,
    trials,
    bound,
    passes: action.passes && retired === undefined,
  };
  if (successesMissing !== undefined) other.successesMissing = successesMissing;
  if (former !== undefined) other.former = former;
  if (retired !== undefined) other.retired = retired;
  return other;
}

/** Whether nobody has retired the whole policy. */
function isInService({ retired }: Evidence): boolean {
  return retired === undefined || retired.reason === RETIRED_BY_OUTCOMES;
}

/** Before there is a policy in service, the outcomes of the type must suffice for one as well. -1 for too many. */
function successesMissing(
  action: ActionEvidence | undefined,
  fields: Fields,
  retired: Retirement | undefined,
  rule: EvidenceRule,
  { crystallization }: ServingRules,
): number {
  const toServe = action === undefined ? rule.standing(NOTHING).missing : (action.successesMissing ?? -1);
  if (fields.hasPolicy !== undefined && retired === undefined) return toServe;
  const { successes, trials } = fields.hasPolicy === undefined ? countsInForce(fields) : (action ?? NOTHING);
  const toCrystallize = crystallization.standing({ ...NOTHING, successes, trials }).missing;
  return toCrystallize < 0 || toServe < 0 ? -1 : Math.max(toCrystallize, toServe);
}

const NOTHING = {
  successes: 0,
  trials: 0,
  ownDecisions: 0,
  ownSuccesses: 0,
  succeededOtherwise: 0,
  coins: [],
  takenTrials: 0,
  takenSuccesses: 0,
  restarts: 0,
};

function retirementOf(fields: Fields, stoppedAtSeconds: number | undefined): Retirement | undefined {
  if (isRetired(fields)) {
    return { atSeconds: numberField(fields, "retiredAt", 0), reason: textField(fields, "retiredReason", "") };
  }
  return stoppedAt(stoppedAtSeconds);
}

function stoppedAt(atSeconds: number | undefined): Retirement | undefined {
  return atSeconds === undefined ? undefined : { atSeconds, reason: RETIRED_BY_OUTCOMES };
}

/** @param record - of the evidence of an action */
export function actionTypeOf({ id }: StoredRecord): string {
  return id.slice(EVIDENCE.length + 1);
}

/** What keeps an action from being chosen, whatever its outcomes. */
export type Limits = Pick<Evidence, "validUntilSeconds" | "dependsOn" | "blocks">;

/** How long and under which versions an action may be served, as events said, and what is blocked. */
export function limitsOf(fields: Fields): Limits {
  if (fields.validUntil === undefined && fields.dependsOn === undefined && fields.blockedSpecs === undefined) {
    return NO_LIMITS;
  }
  return {
    ...(fields.validUntil === undefined ? {} : { validUntilSeconds: numberField(fields, "validUntil", 0) }),
    ...(fields.dependsOn === undefined ? {} : { dependsOn: JSON.parse(textField(fields, "dependsOn", "{}")) }),
    ...(fields.blockedSpecs === undefined ? {} : { blocks: blocksOf(fields) }),
  };
}

const NO_LIMITS: Limits = {};

function refusalsOf(fields: Fields): NonNullable<Evidence["refusals"]> {
  const count = numberField(fields, "refusals", 0);
  const lastAtSeconds = numberField(fields, "refusedAt", 0);
  return { count, lastAtSeconds, lastReason: textField(fields, "refusedReason", "") };
}

/** Evidence of every action of a state, nearest to passing first. */
export function evidenceOfState(records: readonly StoredRecord[], rules: ServingRules): readonly Evidence[] {
  const missing = ({ successesMissing = Number.POSITIVE_INFINITY }: Evidence) => successesMissing;
  const totals = totalsOf(records);
  return records
    .map((record) => evidenceOf(record, totals, rules))
    .sort((left, right) => missing(left) - missing(right) || right.bound - left.bound || 0);
}
