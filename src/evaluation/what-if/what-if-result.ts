import type { DecidedAction } from "../../cache/cache-types.js";
import type { TuningConstants } from "../../common/tuning/defaults.js";
import type { JsonObject } from "../../maths/json/json-value.js";
import type { DecisionKind } from "../../operations/outcomes/outcome.js";

/** Who decided in the log; "recorded" where it does not say. */
export type Happened = DecisionKind | "recorded";

/** What would have been decided. What is suggested, and what the cache abstains from, is left to the agent. */
export type Would = "serve" | "trial" | "suggest" | "abstain";

/** Failures among outcomes that are known. */
export interface KnownOutcomes {
  readonly outcomes: number;
  readonly failures: number;
  /** Wilson interval of the share that failed, as if the outcomes were independent; 0 to 1 without outcomes. */
  readonly lower: number;
  readonly upper: number;
}

/** Decisions that would have been served, or tried, and what is known of their outcomes. */
export interface ForeseenDecisions {
  readonly decisions: number;
  /** Where the cache took the same action: its outcome is the one there would have been. */
  readonly taken: KnownOutcomes;
  /** Where the agent chose the same action: right where it chose by the state alone, too good where it saw more. */
  readonly own: KnownOutcomes;
  /** Where something else was done: nobody knows what would have come of it. */
  readonly unknown: number;
  /** Share that fails if all of the unknown succeed, and if all of them fail. */
  readonly failures: { readonly least: number; readonly most: number };
}

/** An action in a state that was, or would have been, served or tried. */
export interface ForeseenPair {
  readonly agentId: string;
  readonly state: JsonObject;
  /** With null for every slot. */
  readonly action: DecidedAction;
  readonly happened: { readonly serve: number; readonly trial: number };
  readonly would: { readonly serve: number; readonly trial: number };
  /** Of what would have been served or tried: where it was done, by whoever chose. */
  readonly outcomes: number;
  readonly failures: number;
}

/** Something to know before the answer is trusted. */
export interface WhatIfWarning {
  readonly code:
    | "LOG_STARTS_LATE"
    | "TIME_GOES_BACK"
    | "STATE_UNKNOWN"
    | "NO_TRIAL_KNOWN"
    | "OUTCOMES_UNKNOWN"
    | "OWN_CHOICES";
  readonly message: string;
}

/** What would have been decided under other rules, held against what happened. */
export interface WhatIfResult {
  /** The rules in force in the replay. */
  readonly defaults: TuningConstants;
  /** Decisions of the log. */
  readonly decisions: number;
  /** Events whose id came before; they are passed over. */
  readonly repeated: number;
  readonly happened: Readonly<Record<Happened, number>>;
  readonly would: Readonly<Record<Would, number>>;
  /** How often the one became the other. */
  readonly changes: readonly { readonly happened: Happened; readonly would: Would; readonly decisions: number }[];
  readonly served: ForeseenDecisions;
  readonly tried: ForeseenDecisions;
  /** Those where most changes come first. */
  readonly pairs: readonly ForeseenPair[];
  /** How many more there are. */
  readonly morePairs: number;
  readonly warnings: readonly WhatIfWarning[];
}
