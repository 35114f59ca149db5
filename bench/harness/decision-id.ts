import type { Decision, ExploredDecision } from "./library.js";

/** @throws when nothing was decided that could be reported */
export function decisionIdOf(decision: Decision | ExploredDecision): string {
  if ("decisionId" in decision) return decision.decisionId;
  throw new Error(`Expected a decision to report: ${decision.reason}`);
}
