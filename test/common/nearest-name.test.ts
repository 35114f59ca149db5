import { describe, expect, it } from "vitest";
import { nearestName } from "../../src/common/nearest-name.js";
import { Defaults } from "../../src/common/tuning/defaults.js";

const EVENT = ["agentId", "state", "action", "outcome", "reward", "id", "episodeId", "step", "ts", "dependsOn"];
const CONSTANTS = Object.keys(Defaults);

describe("the name that was probably meant", () => {
  it.each([
    ["agent_id", "agentId"],
    ["AgentID", "agentId"],
    ["episode", "episodeId"],
    ["stateFeatures", "state"],
    ["eventId", "id"],
    ["event_id", "id"],
    ["timestamp", "ts"],
    ["outcom", "outcome"],
    ["rewrad", "reward"],
    ["depends_on", "dependsOn"],
  ])("of an event's %s is %s", (name, meant) => {
    expect(nearestName(name, EVENT)).toBe(meant);
  });

  it.each([
    ["MIN_EVENTS_FOR_CRYSTALLIZATION", "minEvents"],
    ["WILSON_CI_THRESHOLD", "ciThreshold"],
    ["TD_ALPHA", "tdAlpha"],
    ["CHI_SQUARED_P_THRESHOLD", "pThreshold"],
    ["INITIAL_CYCLE_AMPLITUDE", "initialCycleAmplitude"],
    ["DECAY_CONFIDENCE_MODULATION_STRENGTH", "decayConfidenceStrength"],
    ["DECAY_CONFIDENCE_MODULATION_ENABLED", "decayConfidenceEnabled"],
    ["CONFIDENCE_EVIDENCE_CAP", "evidenceCap"],
    ["ACTED_CYCLE_STRENGTHEN_FACTOR", "actedCycleFactor"],
    ["DISMISSED_CYCLE_WEAKEN_FACTOR", "dismissedCycleFactor"],
    ["CONTRADICTED_CYCLE_WEAKEN_FACTOR", "contradictedCycleFactor"],
    ["AUTO_DISCHARGE_CONFIDENCE_THRESHOLD", "autoDischargeThreshold"],
    ["WF_MIN_THRESHOLD", "writeFilterMin"],
    ["WF_PRIORITY_THRESHOLD", "writeFilterPriority"],
    ["PL_CONFIDENCE_ERROR_THRESHOLD", "ledgerErrorThreshold"],
    ["PL_CONFIDENCE_LOW_SIGNAL", "ledgerLowSignal"],
    ["CO_OCCURRENCE_WEIGHT_CAP", "coOccurrenceWeightCap"],
    ["ciTreshold", "ciThreshold"],
    ["reportTtl", "reportTtlSeconds"],
  ])("of the constant %s is %s", (name, meant) => {
    expect(nearestName(name, CONSTANTS)).toBe(meant);
  });

  it("of a name from elsewhere is ours, where there is one", () => {
    expect(nearestName("next_max_q", ["maxFutureQ", "alpha"])).toBe("maxFutureQ");
    expect(nearestName("next_max_q", ["alpha", "gamma"])).toBeUndefined();
  });

  it("is none for what comes near nothing", () => {
    for (const name of ["", "x", "user_id", "favouriteColour", "𝔘𝔫𝔦", "x".repeat(100_000)]) {
      expect(nearestName(name, EVENT)).toBeUndefined();
    }
  });
});
