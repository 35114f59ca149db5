import { memoized } from "../../common/maps/memoized.js";
import type { TuningConstants } from "../../common/tuning/defaults.js";
import type { CrystallizationSettings } from "../../operations/evidence/crystallization.js";
import { policyLayout } from "../policy-entry.js";

/** What counting outcomes needs of the tuning constants. */
export const crystallizationSettings = memoized((defaults: TuningConstants): CrystallizationSettings => {
  const { minEvents, ciThreshold, wilsonZ, initialQ, seedConfidence, evidenceCap } = defaults;
  const { tdAlpha, tdGamma, tdSteps, tdLambda } = defaults;
  const { retirementFalseAlarmRate, openTimeoutSeconds, historyLength } = defaults;
  return Object.freeze({
    retirementFalseAlarmRate,
    openTimeoutSeconds,
    minEvents,
    ciThreshold,
    z: wilsonZ,
    initialQ: typeof initialQ === "number" ? "fixed" : initialQ,
    initialQValue: typeof initialQ === "number" ? initialQ : 0,
    seedConfidence,
    evidenceCap,
    tdAlpha,
    tdGamma,
    tdSteps,
    tdLambda,
    rankings: policyLayout.rankedScores,
    historyLength,
  });
});
