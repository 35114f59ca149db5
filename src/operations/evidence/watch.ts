import type { Fields, Keyspace } from "../../keyspace/port/keyspace.js";
import { isSuccess, type KeyedOutcome } from "../outcomes/outcome.js";
import type { PolicyChangeKind } from "../outcomes/policy-change.js";
import { appendEvent } from "../records/record.js";
import type { ActionChange } from "./actions/count-actions.js";
import type { CrystallizationSettings } from "./crystallization.js";
import { noteMoment } from "./history.js";
import { countRecent, RETIRED_BY_OUTCOMES } from "./retirement.js";

/**
 * Takes note of an outcome of a pair with a policy, and of what it did to an action.
 *
 * @param change - what this outcome, counted already, did
 * @returns what became of the policy; undefined when nothing did
 */
export function watchPolicy(
  keyspace: Keyspace,
  outcome: KeyedOutcome,
  evidence: Fields,
  change: ActionChange,
  settings: CrystallizationSettings,
  nowSeconds: number,
): PolicyChangeKind | undefined {
  countRecent(evidence, isSuccess(outcome.entry));
  return change === "none" ? undefined : noteChange(keyspace, outcome, evidence, change, settings, nowSeconds);
}

/**
 * Takes note that an action of a pair with a policy was stopped, or is back.
 *
 * @rare
 */
export function noteChange(
  keyspace: Keyspace,
  { keys, policy }: KeyedOutcome,
  evidence: Fields,
  change: "stopped" | "back",
  settings: CrystallizationSettings,
  nowSeconds: number,
): PolicyChangeKind {
  const kind = change === "stopped" ? "retired" : "restored";
  if (kind === "restored") evidence.retiredReason = "";
  const op = kind === "retired" ? "retire" : "restore";
  appendEvent(keyspace, policy, {}, op, { reason: RETIRED_BY_OUTCOMES }, nowSeconds);
  noteMoment(keyspace, keys.history, evidence, kind, RETIRED_BY_OUTCOMES, nowSeconds, settings.historyLength);
  return kind;
}
