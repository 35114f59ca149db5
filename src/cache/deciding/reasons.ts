import { RecentMap } from "../../common/maps/recent-map.js";
import { RETIRED_BY_OUTCOMES } from "../../operations/evidence/retirement.js";
import type { Evidence } from "../evidence/evidence.js";
import type { Refusal } from "../guarding/refusal.js";
import type { Choice } from "./judgement.js";

export function reasonFor({ kind, policy: { evidence } }: Choice): string {
  const counts = `${evidence.successes} of ${evidence.trials} outcomes were successes`;
  const bound = format(evidence.bound);
  const threshold = format(evidence.threshold);
  const { errorBudget, confidence } = evidence;
  if (errorBudget !== undefined) {
    const rate = `${counts}: a success rate of at least ${bound} at confidence ${confidence}`;
    if (kind === "serve") return `${rate}, within the error budget of ${errorBudget}.`;
    return `${rate}, where the error budget of ${errorBudget} asks for ${threshold}; ${missingText(evidence)}.`;
  }
  if (kind === "serve") return `${counts}, lower bound ${bound} exceeds ${threshold}.`;
  return `${counts}, lower bound ${bound} no longer exceeds ${threshold}; ${missingText(evidence)}.`;
}

/** Why nothing is acted on although there are policies that might be. */
export function reasonOfRefusals(refusals: readonly Refusal[]): string {
  return `${refusals.map(({ actionType, reason }) => `${actionType}: ${reason}`).join("; ")}.`;
}

/** Why the policies of a state, all of them retired, are not acted on. */
export function reasonOfRetirement({ actionType, former, successes, trials, ...evidence }: Evidence): string {
  const reason = evidence.retired?.reason ?? "";
  const cause = reason === RETIRED_BY_OUTCOMES ? "its outcomes had turned bad" : reason;
  const before = former === undefined ? "" : ` after ${former.successes} successes in ${former.trials}`;
  const since = `${successes} of ${trials} outcomes since were successes`;
  return `${actionType} was retired${before}: ${cause}. ${since}; ${missingText(evidence)}.`;
}

export function reasonToAbstain(nearest: Evidence | undefined): string {
  if (nearest === undefined) return "No outcome was ever recorded in this state.";
  if (nearest.passes) return `${nearest.actionType} has passed, and its policy was not created yet or was deleted.`;
  const counts = `${nearest.actionType} succeeded ${nearest.successes} of ${nearest.trials} times`;
  return `No policy for this state yet: ${counts}, ${missingText(nearest)}.`;
}

/** What the evidence lacks, in words. */
export function missingText({ successesMissing }: Pick<Evidence, "successesMissing">): string {
  if (successesMissing === undefined) return "too far from the threshold for any realistic run of successes";
  return `${successesMissing} more ${successesMissing === 1 ? "success" : "successes in a row"} would serve`;
}

function format(proportion: number): string {
  const known = formatted.get(proportion);
  if (known !== undefined) return known;
  const text = proportion.toFixed(3);
  formatted.set(proportion, text);
  return text;
}

/** The same counts, with the same bounds, come again and again. */
const formatted = new RecentMap<number, string>(1000);
