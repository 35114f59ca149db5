import type { Fields, Keyspace } from "../../keyspace/port/keyspace.js";
import { isSuccess, type KeyedOutcome } from "../outcomes/outcome.js";
import type { PolicyChangeKind } from "../outcomes/policy-change.js";
import { appendEvent } from "../records/record.js";
import { type CrystallizationSettings, passingBound } from "./crystallization.js";
import { noteMoment } from "./history.js";
import {
  countRecent,
  countsInForce,
  crystallizeAgain,
  isRetired,
  RETIRED_BY_OUTCOMES,
  weighOutcome,
} from "./retirement.js";

/**
 * Retires the policy of a pair, or takes it back, as its outcomes have it. To be called once this one is counted.
 *
 * @returns what became of it; undefined when nothing did
 */
export function watchPolicy(
  keyspace: Keyspace,
  { entry, keys, policy }: KeyedOutcome,
  evidence: Fields,
  settings: CrystallizationSettings,
  nowSeconds: number,
): PolicyChangeKind | undefined {
  const success = isSuccess(entry);
  countRecent(evidence, success);
  if (!isRetired(evidence)) {
    if (!weighOutcome(evidence, success, settings, nowSeconds)) return undefined;
    appendEvent(keyspace, policy, {}, "retire", { reason: RETIRED_BY_OUTCOMES }, nowSeconds);
    noteMoment(keyspace, keys.history, evidence, "retired", RETIRED_BY_OUTCOMES, nowSeconds, settings.historyLength);
    return "retired";
  }
  if (passingBound(countsInForce(evidence), settings) <= 0) return undefined;
  crystallizeAgain(evidence);
  appendEvent(keyspace, policy, {}, "restore", { reason: RETIRED_BY_OUTCOMES }, nowSeconds);
  noteMoment(keyspace, keys.history, evidence, "restored", RETIRED_BY_OUTCOMES, nowSeconds, settings.historyLength);
  return "restored";
}
