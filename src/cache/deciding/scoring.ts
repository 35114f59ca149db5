import { memoized } from "../../common/maps/memoized.js";
import type { TuningConstants } from "../../common/tuning/defaults.js";
import type { RankStateInput } from "../../operations/policies/rank-state.js";
import { clockFields } from "../../operations/records/ranking/scoring.js";
import { clockScoring } from "../../primitives/decay-clock.js";
import { EXPECTED_VALUE, PolicyEntry } from "../policy-entry.js";

/** How policies are scored. */
export type Scoring = Pick<RankStateInput, "clock" | "clockFields" | "weights">;

export const scoring = memoized((defaults: TuningConstants): Scoring => {
  const clock = clockScoring(PolicyEntry, EXPECTED_VALUE, PolicyEntry.fields[EXPECTED_VALUE], defaults);
  return { clock, clockFields: clockFields(clock), weights: defaults.rankingWeights };
});
