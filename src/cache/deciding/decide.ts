import { InvalidArgumentError } from "../../common/errors.js";
import type { Store } from "../../store/store.js";
import { countRefused } from "../guarding/count-refused.js";
import { inTime, unavailableFor } from "../guarding/unavailable.js";
import { answer, withoutStore } from "./answer.js";
import { type AnyDecideRequest, checkRequest, type DecideRequest, readRequest } from "./decide-request.js";
import type { Decision, FallbackDecision, TrialDecision } from "./decision.js";
import type { ExploredDecision } from "./exploring/explore.js";
import { exploreWhereAllowed } from "./exploring/explore-where-allowed.js";
import { fallBack } from "./fall-back.js";
import type { Habits } from "./habits.js";
import { assess, type Situation } from "./situation.js";

/**
 * Ranks the policies of the asked state, judges each, chooses one and answers. Explores an action instead when asked to, and
 * lets the fallback decide when nothing is served.
 */
export async function decide(
  store: Store,
  given: AnyDecideRequest,
  habits: Habits,
): Promise<Decision | TrialDecision | ExploredDecision | FallbackDecision> {
  const request = readRequest(given);
  const question = await checkRequest(request, store.defaults, habits.ids, store.nowSeconds());
  const { fallback } = request;
  if (fallback !== undefined && typeof fallback !== "function") {
    throw new InvalidArgumentError("fallback", fallback, "a function");
  }
  let situation: Situation;
  try {
    situation = await inTime(assess(store, question, request, habits), question.timeoutMs);
  } catch (error) {
    const unavailable = unavailableFor(error);
    if (fallback === undefined || unavailable === undefined) throw error;
    return fallBack(habits.ids, question, withoutStore(question, unavailable), 1, fallback);
  }
  const { choice, refusals, propensity } = situation.judgement;
  const { exploring } = question;
  // Exploring is not to silence the agent: where it would decide for itself, it does, unless candidates were named.
  if (
    exploring !== undefined &&
    (fallback === undefined || exploring.candidates !== undefined || choice?.kind === "serve")
  ) {
    const explored = await exploreWhereAllowed(store, question, exploring, situation);
    if (explored !== undefined) return explored;
  }
  await countRefused(store, question, refusals);
  const decision = answer(question, situation);
  if (fallback === undefined || decision.kind === "serve" || decision.kind === "trial") return decision;
  return fallBack(habits.ids, question, decision, propensity, fallback);
}

/** As {@link decide}, never exploring. */
export async function decideWithoutExploring(store: Store, given: DecideRequest, habits: Habits): Promise<Decision> {
  const request = readRequest(given);
  const question = await checkRequest(request, store.defaults, habits.ids, store.nowSeconds());
  // Without a fallback, and not asked to, it tries nothing.
  return answer(question, await assess(store, question, request, habits)) as Decision;
}
