import type { Fields, Keyspace } from "../../../keyspace/port/keyspace.js";
import { numberField } from "../../records/fields.js";
import { openOwn } from "../open/open-decisions.js";
import type { OwnDecisions } from "./action-counts.js";

/**
 * The agent's own decisions for the actions of a pair: all trials but those that were taken, and those of episodes that
 * had been in this state before. Decisions whose outcome has been waited for too long are among them.
 */
export function ownDecisionsOf(evidence: Fields): OwnDecisions {
  const others = numberField(evidence, "takenTrials", 0) + numberField(evidence, "laterTrials", 0);
  const succeeded = numberField(evidence, "takenSuccesses", 0) + numberField(evidence, "laterSuccesses", 0);
  return {
    decisions: numberField(evidence, "trials", 0) + numberField(evidence, "timedOut", 0) - others,
    successes: numberField(evidence, "successes", 0) - succeeded,
  };
}

/**
 * The agent's own decisions in a state, whatever action it chose, with those whose outcome is not known yet.
 *
 * @param evidence - of the pair with this id, as it is to be stored
 * @rare
 */
export function ownDecisionsIn(
  keyspace: Keyspace,
  stateKey: string,
  evidenceId: string,
  evidence: Fields,
): OwnDecisions {
  const own = ownDecisionsOf(evidence);
  let decisions = own.decisions + openOwn(evidence);
  let successes = own.successes;
  for (const record of keyspace.listRecords(stateKey)) {
    if (record.id === evidenceId || record.fields.trials === undefined) continue;
    const others = ownDecisionsOf(record.fields);
    decisions += others.decisions + openOwn(record.fields);
    successes += others.successes;
  }
  return { decisions, successes };
}
