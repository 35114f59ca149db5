import type { TuningConstants } from "../defaults.js";
import { constant } from "../keyspace/constant.js";
import { memoized } from "../memoized.js";
import type { ReportSettings } from "../operations/report-outcome.js";
import { crystallizationSettings } from "./crystallization.js";
import { PolicyEntry, policyLayout, RELATED_POLICIES } from "./policy-entry.js";

/** What a report needs of the tuning constants. */
export const reportSettings = memoized((defaults: TuningConstants): ReportSettings => {
  const { coOccurrenceDelta, maxLedger, reportTtlSeconds } = defaults;
  const { symmetric, maxEdges } = PolicyEntry.fields[RELATED_POLICIES];
  return constant({
    crystallization: crystallizationSettings(defaults),
    observation: {
      actedConfidenceSignal: defaults.actedConfidenceSignal,
      contradictedConfidenceSignal: defaults.contradictedConfidenceSignal,
      actedCycleFactor: defaults.actedCycleFactor,
      contradictedCycleFactor: defaults.contradictedCycleFactor,
      autoDischargeThreshold: defaults.autoDischargeThreshold,
      confidenceEpsilon: defaults.confidenceEpsilon,
    },
    layout: policyLayout.learnedLayout(defaults),
    edgeLimits: { symmetric, maxEdges, weightCap: defaults.coOccurrenceWeightCap },
    accessLimits: policyLayout.accessLimits(defaults),
    coOccurrenceDelta,
    maxLedger,
    reportTtlSeconds,
  });
});
