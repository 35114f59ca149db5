import { RecentMap } from "../../common/maps/recent-map.js";
import { RETIRED_BY_OUTCOMES } from "../../operations/evidence/retirement.js";
import type { Evidence } from "../evidence/evidence.js";
import type { Refusal } from "../guarding/refusal.js";
import type { Choice } from "./judging/judgement.js";

export function reasonFor({ kind, isAudit, policy: { evidence } }: Choice): string {
  if (isAudit) return `${reasonOf("serve", evidence)} The agent decides this time, to be compared with it.`;
  return reasonOf(kind, evidence);
}

function reasonOf(kind: Choice["kind"], evidence: Evidence): string {
  const { errorBudget, worseThanAgent } = evidence;
  if (errorBudget === undefined && worseThanAgent !== undefined) return reasonByComparison(kind, evidence);
  if (errorBudget === undefined) return reasonByThreshold(kind === "serve", evidence);
  if (kind === "serve") return `${provenText(evidence)}, within the error budget of ${errorBudget}.`;
  const asked = `where the error budget of ${errorBudget} asks for ${format(evidence.threshold)}`;
  if (kind === "trial") return `${provenText(evidence)}, ${asked}: tried, to find out.`;
  return `${provenText(evidence)}, ${asked}; ${missingText(evidence)}.${otherActionsText(evidence)}`;
}

/** Nothing is promised: the bound is right for one look, at outcomes of whoever chose. */
function reasonByThreshold(isServed: boolean, evidence: Evidence): string {
  const bound = `${countsText(evidence)}, lower bound ${format(evidence.bound)}`;
  const threshold = format(evidence.threshold);
  if (isServed) return `${bound} exceeds ${threshold}. Without an error budget nothing is promised.`;
  const verb = evidence.actions.length > 1 ? "does not exceed" : "no longer exceeds";
  return `${bound} ${verb} ${threshold}; ${missingText(evidence)}.${otherActionsText(evidence)}`;
}

function reasonByComparison(kind: Choice["kind"], evidence: Evidence): string {
  const { bound, confidence, worseThanAgent } = evidence;
  const margin = `worse than the agent by less than ${format(1 - bound)} at confidence ${confidence}`;
  const proven = `${countsText(evidence)}: taken here, it is ${margin}`;
  if (kind === "serve") return `${proven}, within ${worseThanAgent}.`;
  if (kind === "trial") return `${proven}, where ${worseThanAgent} is asked for: tried, to find out.`;
  return `${proven}, where ${worseThanAgent} is asked for; ${missingText(evidence)}.${otherActionsText(evidence)}`;
}

function provenText(evidence: Evidence): string {
  const { bound, confidence } = evidence;
  return `${countsText(evidence)}: taken here, a success rate of at least ${format(bound)} at confidence ${confidence}`;
}

function countsText({ successes, trials }: Evidence): string {
  return `${successes} of ${trials} outcomes were successes`;
}

/** A type whose parameters vary is proven by none of its actions, however often it succeeded. */
function otherActionsText({ actionType, actions, ofType }: Evidence): string {
  if (actions.length < 2) return "";
  const counts = `${ofType.successes} of ${ofType.trials} outcomes`;
  return ` ${actionType} was done with ${actions.length} different parameters, which share its ${counts}.`;
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
