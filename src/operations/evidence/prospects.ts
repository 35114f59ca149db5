import type { Fields, Keyspace } from "../../keyspace/port/keyspace.js";
import { isSuccess, type KeyedOutcome } from "../outcomes/outcome.js";
import { type CrystallizationSettings, passingBound } from "./crystallization.js";
import { type Counts, countsInForce } from "./retirement.js";

/** What a pair has, and may get from outcomes that are about to be counted. */
interface Prospect extends Counts {
  readonly hasPolicy: boolean;
  readonly known: Counts;
  /** Whether an outcome may depend on another version, which puts the earlier ones out of force. */
  readonly mayStartOver: boolean;
}

/**
 * Which of some outcomes, about to be counted in this order, lack what creating a policy takes although one may have to be
 * created with them.
 *
 * @returns their positions
 */
export function outcomesToComplete(
  keyspace: Keyspace,
  outcomes: readonly { readonly outcome?: KeyedOutcome }[],
  settings: CrystallizationSettings,
): readonly number[] {
  const lacking: number[] = [];
  const pairs: Record<string, Prospect | undefined> = {};
  for (let position = 0; position < outcomes.length; position += 1) {
    const outcome = outcomes[position]?.outcome;
    if (outcome === undefined) continue;
    const { entry, keys, evidenceId } = outcome;
    const pair = `${keys.state} ${evidenceId}`;
    const before = pairs[pair] ?? prospectOf(keyspace.getRecord(keys.state, evidenceId) ?? {});
    const prospect: Prospect = {
      hasPolicy: before.hasPolicy,
      known: before.known,
      successes: before.successes + (isSuccess(entry) ? 1 : 0),
      trials: before.trials + 1,
      mayStartOver: before.mayStartOver || entry.dependsOn !== undefined,
    };
    pairs[pair] = prospect;
    if (outcome.creation === undefined && maySuffice(prospect, settings)) lacking.push(position);
  }
  return lacking;
}

function prospectOf(evidence: Fields): Prospect {
  const known = countsInForce(evidence);
  return { hasPolicy: evidence.hasPolicy !== undefined, known, successes: 0, trials: 0, mayStartOver: false };
}

/**
 * Whether some of the outcomes could suffice. Not all need to count: their ids may have been used, or their episodes have
 * been here before. So the bound is that of all successes, and of no more failures than `minEvents` asks for.
 */
function maySuffice(prospect: Prospect, settings: CrystallizationSettings): boolean {
  if (prospect.hasPolicy) return false;
  if (best(prospect.known, prospect, settings) > 0) return true;
  return prospect.mayStartOver && best(NOTHING, prospect, settings) > 0;
}

const NOTHING: Counts = { successes: 0, trials: 0 };

function best(known: Counts, { successes, trials }: Counts, settings: CrystallizationSettings): number {
  const withoutFailures = known.trials + successes;
  const enough = Math.min(settings.minEvents, known.trials + trials);
  const counts = { successes: known.successes + successes, trials: Math.max(withoutFailures, enough) };
  return passingBound(counts, settings);
}
