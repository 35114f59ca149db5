import type { Evidence } from "../../cache/evidence/evidence.js";
import type { LearnedState } from "../../cache/inspecting/learned-values.js";
import { compactJson, integer } from "./format.js";
import type { Screen } from "./layout/screen.js";

/** Whether evidence suffices, in a word. */
export function passesText({ passes, retired }: Evidence, screen: Screen): string {
  if (retired !== undefined) return screen.bad("retired");
  return passes ? screen.good("yes") : "no";
}

/** What evidence lacks to suffice. */
export function missingText({ passes, successesMissing }: Evidence): string {
  if (passes) return "-";
  if (successesMissing === undefined) return "too far";
  return successesMissing === 1 ? "1 success" : `${integer(successesMissing)} successes in a row`;
}

/** The outcomes in force. */
export function outcomesText({ successes, trials }: Evidence): string {
  return `${integer(successes)} of ${integer(trials)}`;
}

/** What a state consists of, where the store keeps it. */
export function featuresText({ stateFeatures }: Pick<LearnedState, "stateFeatures">): string {
  return stateFeatures === undefined ? "unknown" : compactJson(stateFeatures);
}
