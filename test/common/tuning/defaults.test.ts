import { describe, expect, it } from "vitest";
import { ConfigurationError } from "../../../src/common/errors.js";
import { Defaults, resolveDefaults, type TuningOverrides } from "../../../src/common/tuning/defaults.js";

function refusal(overrides: object): ConfigurationError {
  try {
    resolveDefaults(overrides as TuningOverrides);
  } catch (error) {
    if (error instanceof ConfigurationError) return error;
  }
  throw new Error("Nothing was refused.");
}

describe("the library's own values", () => {
  it("pass their own checks", () => {
    expect(resolveDefaults(Defaults)).toEqual(Defaults);
  });

  it("cannot be changed", () => {
    expect(Object.isFrozen(Defaults)).toBe(true);
    expect(Object.isFrozen(Defaults.rankingWeights)).toBe(true);
  });
});

describe("overrides", () => {
  it("stand in for the constants they name, down to the parts of a group", () => {
    const resolved = resolveDefaults({ tdAlpha: 0.2, rankingWeights: { ...Defaults.rankingWeights, confidence: 0.5 } });
    expect(resolved).toEqual({
      ...Defaults,
      tdAlpha: 0.2,
      rankingWeights: { ...Defaults.rankingWeights, confidence: 0.5 },
    });
    expect(resolveDefaults({ minEvents: 4 }, resolved)).toMatchObject({ minEvents: 4, tdAlpha: 0.2 });
  });

  it("leave as it is what is undefined", () => {
    expect(resolveDefaults({ tdAlpha: undefined, ledgerErrors: undefined })).toEqual(Defaults);
  });

  it.each([
    ["MIN_EVENTS_FOR_CRYSTALLIZATION", "minEvents"],
    ["ciTreshold", "ciThreshold"],
    ["td_alpha", "tdAlpha"],
  ])("called %s are refused, and %s is named", (name, meant) => {
    const error = refusal({ [name]: 1 });
    expect(error.option).toBe(`defaults.${name}`);
    expect(error.message).toContain(`Did you mean ${meant}?`);
  });

  it("are refused with the constant, the value and the range", () => {
    expect(refusal({ tdAlpha: 2 }).message).toBe("Option defaults.tdAlpha is 2, expected a number above 0, at most 1.");
    expect(refusal({ evidence: "visit" }).message).toBe(
      'Option defaults.evidence is "visit", expected "event", "episode" or "stored".',
    );
    expect(refusal({ rankingWeights: { confidence: -1 } }).option).toBe("defaults.rankingWeights.confidence");
    expect(refusal({ rankingWeights: { confidense: 1 } }).message).toContain("Did you mean confidence?");
  });
});
