import type { WhatIfResult, WhatIfWarning } from "./what-if-result.js";

/** What was found of a log beside its decisions. */
export interface LogFindings {
  /** Events whose id came before. */
  readonly repeated: number;
  /** Outcomes whose state is not in the log. */
  readonly unknownStates: number;
  /** Outcomes that are older than one before them. */
  readonly backInTime: number;
  /** Outcomes that the store does not remember any more. */
  readonly missing: number;
}

/** What to know before an answer is trusted. */
export function whatIfWarnings(
  { served, tried }: Omit<WhatIfResult, "warnings">,
  { missing, backInTime, unknownStates }: LogFindings,
  ownChoices: "own" | "taken",
): readonly WhatIfWarning[] {
  const warnings: WhatIfWarning[] = [];
  const warn = (code: WhatIfWarning["code"], message: string) => warnings.push({ code, message });
  if (missing > 0) {
    warn(
      "LOG_STARTS_LATE",
      `The store does not remember its first ${missing} outcomes any more: the replay begins without their evidence, and ` +
        "serves less and later than the store did. `streamMaxLength` says how many it keeps.",
    );
  }
  if (backInTime > 0) {
    warn(
      "TIME_GOES_BACK",
      `${backInTime} outcomes are older than one before them: they were taken in the order of the log.`,
    );
  }
  if (unknownStates > 0)
    warn("STATE_UNKNOWN", `${unknownStates} outcomes were passed over: the log lacks their state.`);
  const known = tried.taken.outcomes + (ownChoices === "taken" ? tried.own.outcomes : 0);
  if (served.decisions === 0 && tried.decisions > 0 && known === 0) {
    warn(
      "NO_TRIAL_KNOWN",
      `Nothing would be served before trials have shown what they can, and what would have come of the ${tried.decisions} ` +
        "trials is not in the log. Own choices counted as taken show what follows if the agent chose by the state alone.",
    );
  }
  if (served.unknown > 0) {
    warn(
      "OUTCOMES_UNKNOWN",
      `Of ${served.decisions} decisions that would have been served, something else was done in ${served.unknown}: nobody knows ` +
        "what would have come of them.",
    );
  }
  if (served.own.outcomes > 0) {
    warn(
      "OWN_CHOICES",
      `Of ${served.decisions} decisions that would have been served, the agent chose the same in ${served.own.outcomes}: if it saw ` +
        "more than the state holds, it chose so where that was right, and their failures are too few.",
    );
  }
  return warnings;
}
