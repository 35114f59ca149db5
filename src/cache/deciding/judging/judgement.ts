import type { JsonObject } from "../../../maths/json/json-value.js";
import type { DecidedAction } from "../../cache-types.js";
import type { Refusal } from "../../guarding/refusal.js";
import type { ScoredPolicy } from "../decision.js";
import type { Coin } from "../ids/decision-record.js";
import { others, serving, wholeAction } from "./candidates.js";

export interface Choice {
  readonly kind: "serve" | "trial" | "suggest";
  /** With the evidence of the very action that was chosen. */
  readonly policy: ScoredPolicy;
  /** Whole, its slots filled. */
  readonly action: DecidedAction;
  /** Whether it would have been served, and is left to the agent to compare both. */
  readonly isAudit?: boolean;
}

export interface Judgement {
  /** Undefined when every action is out of service or refused, or there is none. */
  readonly choice: Choice | undefined;
  /** The chance with which this came about: below 1 where a coin was tossed between a trial and the agent's own way. */
  readonly propensity: number;
  /** The coin that was tossed, where it counts for a comparison with the agent. */
  readonly coin?: Coin;
  /** What the checks kept from being chosen, in the order they were made. */
  readonly refusals: readonly Refusal[];
}

/** What actions are judged by. */
export interface Bench {
  /** What slots are filled from. */
  readonly params: JsonObject;
  /** Whether no check can speak against an action of the policy. */
  readonly isUnchecked: (policy: ScoredPolicy) => boolean;
  /** Says what speaks against an action, undefined when nothing does. */
  readonly check: (policy: ScoredPolicy, action: DecidedAction) => Promise<Refusal | undefined>;
  /** Asked once nothing can be served. */
  readonly trials: () => Trials | undefined;
  /** Whether a coin tells the cases apart: the one of an episode lies as it fell, in all of its decisions. */
  readonly countsCoins: boolean;
  /** How what would be served is left to the agent at times; undefined when it never is. */
  readonly audits: Audits | undefined;
}

export interface Audits {
  /** The chance that it is. */
  readonly share: number;
  /** A number from 0 to below 1. */
  readonly toss: () => number;
}

/** What may be tried, best first, and how it is decided whether it is. */
export interface Trials {
  readonly candidates: readonly ScoredPolicy[];
  /** The chance of a trial. */
  readonly rate: number;
  /** A number from 0 to below 1. */
  readonly toss: () => number;
}

/**
 * Serves the best action whose evidence suffices; else tries one, if a coin says so; else suggests the best other one that is
 * in service. Checks are made in this order, and no further than needed.
 *
 * @param ranked - best first
 * @returns no promise when there is nothing to wait for, as is usual
 */
export function judge(ranked: readonly ScoredPolicy[], bench: Bench): Judgement | Promise<Judgement> {
  const [first] = serving(ranked);
  if (first === undefined || bench.audits !== undefined || !bench.isUnchecked(first)) return judgeAll(ranked, bench);
  const whole = wholeAction(first, bench.params);
  return "unbound" in whole ? judgeAll(ranked, bench) : chosen("serve", first, whole.spec, []);
}

async function judgeAll(ranked: readonly ScoredPolicy[], bench: Bench): Promise<Judgement> {
  const refusals: Refusal[] = [];
  const served = await firstAllowed(serving(ranked), bench, refusals);
  if (served !== undefined) return audited(chosen("serve", served.policy, served.spec, refusals), bench);
  let propensity = 1;
  let coin: Coin | undefined;
  const trials = bench.trials();
  if (trials !== undefined) {
    const { candidates, rate, toss } = trials;
    const tried = await firstAllowed(candidates, bench, refusals);
    if (tried !== undefined) {
      coin = coinFor(tried.policy, rate, bench);
      const tossed = coin === undefined ? {} : { coin };
      if (toss() < rate) return { ...chosen("trial", tried.policy, tried.spec, refusals), propensity: rate, ...tossed };
      propensity = 1 - rate;
    }
  }
  const other = await firstAllowed(others(ranked), bench, refusals);
  const tossed = coin === undefined ? {} : { coin };
  if (other === undefined) return { choice: undefined, propensity, refusals, ...tossed };
  return { ...chosen("suggest", other.policy, other.spec, refusals), propensity, ...tossed };
}

/** A share of what is served because it is as good as the agent is left to the agent, to find out whether it still is. */
function audited(judgement: Judgement, bench: Bench): Judgement {
  const { choice } = judgement;
  const { audits } = bench;
  if (audits === undefined || choice === undefined) return judgement;
  const { share, toss } = audits;
  const coin = coinFor(choice.policy, 1 - share, bench);
  if (coin === undefined) return judgement;
  if (toss() >= share) return { ...judgement, propensity: 1 - share, coin };
  return { ...judgement, choice: { ...choice, kind: "suggest", isAudit: true }, propensity: share, coin };
}

/** @returns undefined where the action is not compared with the agent, and for a coin with one side */
function coinFor({ evidence }: ScoredPolicy, takenPropensity: number, { countsCoins }: Bench): Coin | undefined {
  const { action, actionType, worseThanAgent } = evidence;
  if (!countsCoins) return undefined;
  if (action === undefined || worseThanAgent === undefined || takenPropensity === 1) return undefined;
  return { actionType, actionNumber: action.number, takenPropensity };
}

/** Adds what speaks against those before to the refusals, once each. */
async function firstAllowed(candidates: Iterable<ScoredPolicy>, bench: Bench, refusals: Refusal[]) {
  for (const policy of candidates) {
    const { actionType } = policy.entry;
    const whole = wholeAction(policy, bench.params);
    const refusal =
      "unbound" in whole
        ? ({ actionType, by: "params", reason: whole.unbound } as const)
        : await refusalOf(policy, { type: actionType, spec: whole.spec }, bench);
    if (refusal === undefined && "spec" in whole) return { policy, spec: whole.spec };
    if (refusal !== undefined) refusals.push(refusal);
  }
  return undefined;
}

function refusalOf(policy: ScoredPolicy, action: DecidedAction, { isUnchecked, check }: Bench) {
  return isUnchecked(policy) ? undefined : check(policy, action);
}

function chosen(kind: Choice["kind"], policy: ScoredPolicy, spec: JsonObject, refusals: readonly Refusal[]): Judgement {
  return { choice: { kind, policy, action: { type: policy.entry.actionType, spec } }, propensity: 1, refusals };
}
