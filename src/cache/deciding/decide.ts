import { InvalidArgumentError } from "../../common/errors.js";
import type { PolicyChange } from "../../operations/outcomes/policy-change.js";
import type { Store } from "../../store/store.js";
import type { ServingRules } from "../evidence/serving-rules.js";
import { countRefused } from "../guarding/count-refused.js";
import { inTime, unavailableFor } from "../guarding/unavailable.js";
import { answer, withoutStore } from "./answer.js";
import {
  type AnyDecideRequest,
  checkRequest,
  type DecideRequest,
  type Question,
  readRequest,
} from "./decide-request.js";
import type { Abstention, Decision, FallbackDecision, SuggestedDecision, TrialDecision } from "./decision.js";
import type { ExploredDecision } from "./exploring/explore.js";
import { exploreWhereAllowed } from "./exploring/explore-where-allowed.js";
import { fallBack } from "./fall-back.js";
import { type Habits, rulesFor } from "./habits.js";
import type { Coin } from "./ids/decision-record.js";
import { type Issue, issuing, issuingCounted, NoTrialLeft } from "./ids/issue.js";
import { assess } from "./situation.js";

/**
 * Ranks the policies of the asked state, judges each, chooses one and answers. Explores an action instead when asked to, and
 * lets the fallback decide when nothing is served.
 *
 * @param request - as it was read
 * @param tell - is told what became of a policy meanwhile
 */
export async function decide(
  store: Store,
  request: AnyDecideRequest,
  habits: Habits,
  tell: (change: PolicyChange) => void,
): Promise<Decision | TrialDecision | ExploredDecision | FallbackDecision> {
  const question = await checkRequest(request, store.defaults, habits.ids, store.nowSeconds());
  const { fallback } = request;
  if (fallback !== undefined && typeof fallback !== "function") {
    throw new InvalidArgumentError("fallback", fallback, "a function");
  }
  const rules = rulesFor(store.defaults, request, habits);
  const issue = issuingCounted(store, habits, rules, question, tell);
  let answered: Answered;
  try {
    answered = await ask(store, question, rules, habits, fallback !== undefined, issue);
  } catch (error) {
    const unavailable = unavailableFor(error);
    if (fallback === undefined || unavailable === undefined) throw error;
    return fallBack(issuing(habits), question, withoutStore(question, unavailable), 1, undefined, fallback);
  }
  const { decision, propensity, coin } = answered;
  if (fallback === undefined || !isLeftToAgent(decision)) return decision;
  return fallBack(issue, question, decision, propensity, coin, fallback);
}

/** What the cache says, and the chance with which it does. */
interface Answered {
  readonly decision: Decision | TrialDecision | ExploredDecision;
  readonly propensity: number;
  /** Absent when none was tossed that counts. */
  readonly coin?: Coin | undefined;
}

async function ask(...asked: Parameters<typeof askOnce>): Promise<Answered> {
  try {
    return await askOnce(...asked);
  } catch (error) {
    if (!(error instanceof NoTrialLeft)) throw error;
    const [store, question, ...rest] = asked;
    return askOnce(store, { ...question, trials: undefined }, ...rest);
  }
}

async function askOnce(
  store: Store,
  question: Question,
  rules: ServingRules,
  habits: Habits,
  hasFallback: boolean,
  issue: Issue,
): Promise<Answered> {
  const situation = await inTime(assess(store, question, rules, habits), question.timeoutMs);
  const { choice, refusals, propensity, coin } = situation.judgement;
  const { exploring } = question;
  // Exploring is not to silence the agent: where it would decide for itself, it does, unless candidates were named.
  if (exploring !== undefined && (!hasFallback || exploring.candidates !== undefined || choice?.kind === "serve")) {
    const explored = await exploreWhereAllowed(store, question, exploring, situation, issue);
    if (explored !== undefined) return { decision: explored, propensity: explored.propensity };
  }
  await countRefused(store, question, refusals);
  const issueOwn: Issue = (made) => (hasFallback && made.kind === "suggest" ? NOT_MADE : issue(made));
  return { decision: await answer(question, situation, issueOwn), propensity, coin };
}

/** The id of what is suggested to a fallback, which decides: one outcome must not be reported twice. */
const NOT_MADE = "";

function isLeftToAgent(decision: Answered["decision"]): decision is SuggestedDecision | Abstention {
  return decision.kind === "suggest" || decision.kind === "abstain";
}

/** As {@link decide}, never exploring, and writing nothing. */
export async function decideWithoutExploring(store: Store, given: DecideRequest, habits: Habits): Promise<Decision> {
  const request = readRequest(given);
  const question = await checkRequest(request, store.defaults, habits.ids, store.nowSeconds());
  const situation = await assess(store, question, rulesFor(store.defaults, request, habits), habits);
  // Without a fallback, and not asked to, it tries nothing.
  return (await answer(question, situation, issuing(habits))) as Decision;
}
