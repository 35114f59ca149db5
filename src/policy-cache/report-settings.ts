import type { TuningConstants } from "../defaults.js";
import type { ReportSettings } from "../operations/report-outcome.js";
import { crystallizationSettings } from "./crystallization.js";
import { policyLayout } from "./policy-entry.js";

/** What a report needs of the tuning constants, and no more: on a server they travel with every call. */
export function reportSettings(defaults: TuningConstants): ReportSettings {
  const { coOccurrenceDelta, maxLedger, reportTtlSeconds } = defaults;
  return {
    crystallization: crystallizationSettings(defaults),
    observation: {
      actedConfidenceSignal: defaults.actedConfidenceSignal,
      contradictedConfidenceSignal: defaults.contradictedConfidenceSignal,
      actedCycleFactor: defaults.actedCycleFactor,
      contradictedCycleFactor: defaults.contradictedCycleFactor,
      autoDischargeThreshold: defaults.autoDischargeThreshold,
      confidenceEpsilon: defaults.confidenceEpsilon,
    },
    accessLimits: policyLayout.accessLimits(defaults),
    coOccurrenceDelta,
    maxLedger,
    reportTtlSeconds,
  };
}
