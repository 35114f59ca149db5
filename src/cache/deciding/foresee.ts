import type { Store } from "../../store/store.js";
import { answer } from "./answer.js";
import { checkRequest, type DecideRequestWithFallback, readRequest } from "./decide-request.js";
import type { Decision, TrialDecision } from "./decision.js";
import { type Habits, rulesFor } from "./habits.js";
import type { Coin, DecisionRecord } from "./ids/decision-record.js";
import { assess } from "./situation.js";

/** What would be decided. */
export interface Foreseen {
  /** Its id is "": it was not made. */
  readonly decision: Decision | TrialDecision;
  /** What its id would hold; undefined where it would abstain. */
  readonly record: Omit<DecisionRecord, "isOpen"> | undefined;
  /** The chance with which it would come about. */
  readonly propensity: number;
  /** Absent when none was tossed that counts. */
  readonly coin: Coin | undefined;
}

/** As `decide` with a fallback, which is not called; writes nothing. */
export async function foresee(store: Store, given: DecideRequestWithFallback, habits: Habits): Promise<Foreseen> {
  const request = readRequest(given);
  const question = await checkRequest(request, store.defaults, habits.ids, store.nowSeconds());
  const situation = await assess(store, question, rulesFor(store.defaults, request, habits), habits);
  let record: Foreseen["record"];
  const decision = await answer(question, situation, (issued) => {
    record = issued;
    return "";
  });
  const { propensity, coin } = situation.judgement;
  return { decision, record, propensity, coin };
}
