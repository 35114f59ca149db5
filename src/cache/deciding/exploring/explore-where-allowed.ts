import { RETIRED_BY_OUTCOMES } from "../../../operations/evidence/retirement.js";
import type { Store } from "../../../store/store.js";
import { limitsOf } from "../../evidence/evidence.js";
import { countRefused } from "../../guarding/count-refused.js";
import { type Refusal, refusalOf } from "../../guarding/refusal.js";
import { evidenceId } from "../../policy-entry.js";
import type { Question } from "../decide-request.js";
import type { ScoredPolicy } from "../decision.js";
import type { Issue } from "../ids/issue.js";
import { circumstancesOf, isUnchecked, type Situation } from "../situation.js";
import { type ExploredDecision, type ExploreOption, explore, optionsOf } from "./explore.js";
import type { Exploring } from "./explore-options.js";

/** Nothing is explored that was retired by name or cannot be undone, and nothing where that is served. */
export async function exploreWhereAllowed(
  store: Store,
  question: Question,
  exploring: Exploring,
  situation: Situation,
  issue: Issue,
): Promise<ExploredDecision | undefined> {
  const { judgement, habits, ranked } = situation;
  const { choice, refusals } = judgement;
  const isReversible = (actionType: string) => habits.actions[actionType]?.irreversible !== true;
  const isServed = choice?.kind === "serve";
  if (isServed && (exploring.unlessServed || !isReversible(choice.policy.entry.actionType))) return undefined;
  const { options, refused } = await explorable(exploring, question, situation, isReversible);
  const explored = await explore(store, issue, question, exploring, options, ranked);
  if (explored !== undefined) await countRefused(store, question, [...refusals, ...refused]);
  return explored;
}

/** What may be explored: nothing that was retired by name or is refused. */
async function explorable(
  exploring: Exploring,
  question: Question,
  situation: Situation,
  isReversible: (actionType: string) => boolean,
) {
  const { known, ranked, habits } = situation;
  const circumstances = circumstancesOf(question, habits);
  const isAllowed = mayBeTried(ranked);
  const options = optionsOf(exploring, question, situation).filter(({ type }) => isAllowed(type) && isReversible(type));
  const records = new Map(known.evidence.map((record) => [record.id, record]));
  const refused: Refusal[] = [];
  const passing: ExploreOption[] = [];
  for (const option of options) {
    const record = records.get(evidenceId(option.type));
    const evidence = record === undefined ? undefined : limitsOf(record.fields);
    const refusal = isUnchecked(option.type, evidence ?? {}, habits)
      ? undefined
      : await refusalOf(option, evidence, circumstances);
    if (refusal === undefined) passing.push(option);
    else refused.push(refusal);
  }
  return { options: passing, refused };
}

/** What was retired by name must not be tried. What outcomes have retired may be: exploring is how it can come back. */
function mayBeTried(ranked: readonly ScoredPolicy[]): (actionType: string) => boolean {
  const withdrawn = ranked.filter(
    ({ evidence }) => (evidence.retired?.reason ?? RETIRED_BY_OUTCOMES) !== RETIRED_BY_OUTCOMES,
  );
  return (actionType) => !withdrawn.some(({ entry }) => entry.actionType === actionType);
}
