import { checkEvent } from "../../cache/events/check-event.js";
import { checkPlainObject } from "../../common/checks.js";
import { InvalidArgumentError } from "../../common/errors.js";
import { refuseUnknownNames } from "../../common/unknown-names.js";
import type { OutcomeEntry } from "../../operations/outcomes/outcome.js";
import { isStore, type Store } from "../../store/store.js";
import { readOutcomes } from "../log/decision-log.js";
import { DECISION_NAMES, decisionKindOf, type LoggedDecision } from "../log/logged-decision.js";

/** What a store remembers, or decisions in the order in which their outcomes became known; read once. */
export type OutcomeLog = Store | Iterable<LoggedDecision> | AsyncIterable<LoggedDecision>;

/** The outcomes of a log, one after the other. */
export async function* entriesOf(log: OutcomeLog): AsyncGenerator<OutcomeEntry> {
  if (isStore(log)) return yield* readOutcomes(log);
  if (typeof log !== "object" || log === null || !(Symbol.iterator in log || Symbol.asyncIterator in log)) {
    throw new InvalidArgumentError("log", log, "a store, or logged decisions");
  }
  for await (const decision of log) yield entryOf(decision);
}

/**
 * A logged decision as the stream of a store would have it. Without a time it has that of the one before, which is what 0 stands
 * for.
 *
 * @throws {@link InvalidArgumentError} naming the part that is wrong
 */
export function entryOf(logged: unknown): OutcomeEntry {
  const given = refuseUnknownNames(checkPlainObject("decision", logged), DECISION_NAMES);
  const { decision, ...event } = given;
  const kind = decisionKindOf(decision);
  const entry = checkEvent(event, 0);
  return kind === undefined ? entry : { ...entry, op: "report", decision: kind };
}
