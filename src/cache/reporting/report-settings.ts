import { memoized } from "../../common/maps/memoized.js";
import type { TuningConstants } from "../../common/tuning/defaults.js";
import type { ReportSettings } from "../../operations/outcomes/report-outcome.js";
import { accessLimits } from "../../primitives/access-tracker.js";
import { learnedLayout } from "../../primitives/observation/observation-protocol.js";
import { PolicyEntry, RELATED_POLICIES } from "../policy-entry.js";
import { crystallizationSettings } from "../recording/crystallization-settings.js";

/** What a report needs of the tuning constants. */
export const reportSettings = memoized((defaults: TuningConstants): ReportSettings => {
  const { coOccurrenceDelta, maxLedger, reportTtlSeconds } = defaults;
  const { symmetric, maxEdges } = PolicyEntry.fields[RELATED_POLICIES];
  return Object.freeze({
    crystallization: crystallizationSettings(defaults),
    observation: {
      actedConfidenceSignal: defaults.actedConfidenceSignal,
      contradictedConfidenceSignal: defaults.contradictedConfidenceSignal,
      actedCycleFactor: defaults.actedCycleFactor,
      contradictedCycleFactor: defaults.contradictedCycleFactor,
      autoDischargeThreshold: defaults.autoDischargeThreshold,
      confidenceEpsilon: defaults.confidenceEpsilon,
    },
    layout: learnedLayout(PolicyEntry, defaults),
    edgeLimits: { symmetric, maxEdges, weightCap: defaults.coOccurrenceWeightCap },
    accessLimits: accessLimits(PolicyEntry.accessTracker, defaults),
    coOccurrenceDelta,
    maxLedger,
    reportTtlSeconds,
  });
});
