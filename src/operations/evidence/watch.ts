import type { Fields, Keyspace } from "../../keyspace/port/keyspace.js";
import { isSuccess, type KeyedOutcome } from "../outcomes/outcome.js";
import type { PolicyChangeKind } from "../outcomes/policy-change.js";
import { appendEvent } from "../records/record.js";
import type { ActionChange } from "./actions/count-actions.js";
import type { CrystallizationSettings } from "./crystallization.js";
import { noteMoment } from "./history.js";
import { countRecent, RETIRED_BY_OUTCOMES } from "./retirement.js";

/**
 * Takes note that an action of a pair with a policy was stopped, or is back, as its outcomes have it.
 *
 * @param change - what this outcome, counted already, did to an action
 * @returns what became of the policy; undefined when nothing did
 */
export function watchPolicy(
  keyspace: Keyspace,
  { entry, keys, policy }: KeyedOutcome,
  evidence: Fields,
  change: ActionChange,
  settings: CrystallizationSettings,
  nowSeconds: number,
): PolicyChangeKind | undefined {
  countRecent(evidence, isSuccess(entry));
  if (change === "none") return undefined;
  const kind = change === "stopped" ? "retired" : "restored";
  if (kind === "restored") evidence.retiredReason = "";
  const op = kind === "retired" ? "retire" : "restore";
  appendEvent(keyspace, policy, {}, op, { reason: RETIRED_BY_OUTCOMES }, nowSeconds);
  noteMoment(keyspace, keys.history, evidence, kind, RETIRED_BY_OUTCOMES, nowSeconds, settings.historyLength);
  return kind;
}
