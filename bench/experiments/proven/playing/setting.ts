import type { TuningOverrides } from "../../../harness/library.js";
import type { WorldKind } from "./worlds.js";

/** What is served: what the error budget allows, or what a plain Wilson bound at the same rate does. */
export type Rule = "budget" | "wilson";

/** Worlds of one kind, and how the cache is used in them. */
export interface Setting {
  readonly world: WorldKind;
  readonly budget: number;
  readonly rule: Rule;
  /** The chance of a trial; 0 for none. */
  readonly trials: number;
  /** In each world. */
  readonly decisions: number;
  /** Failures are reported so many decisions late; successes at once. */
  readonly lateBy?: number;
  /** As in the defaults of the library, if not said otherwise. */
  readonly openDecisions?: "unserved" | "all" | "none";
  /** When a world has shown what is asked of it, before its decisions are over. */
  readonly until?: "served" | "unserved";
}

export const CONFIDENCE = 0.95;
/** One-sided, at the same level. */
export const WILSON_Z = 1.645;

export function defaultsFor({ budget, rule, openDecisions }: Setting): TuningOverrides {
  // Nothing here reads what the cache keeps to explain itself.
  const kept = { historyLength: 0, streamMaxLength: 100 };
  if (rule === "wilson") return { ...kept, ciThreshold: 1 - budget, wilsonZ: WILSON_Z, minEvents: 1 };
  return { ...kept, errorBudget: budget, budgetConfidence: CONFIDENCE, openDecisions };
}
