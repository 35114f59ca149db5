import { checkNumber, checkObject } from "../../common/checks.js";
import type { TuningConstants } from "../../common/tuning/defaults.js";
import { namesOf, refuseUnknownNames } from "../../common/unknown-names.js";
import type { TrialAllowance } from "../../maths/proof/trial-allowance.js";

/** How actions are tried that their own record cannot prove. */
export interface TrialRules extends TrialAllowance {
  /** The chance of a trial, where one is allowed. */
  readonly rate: number;
}

/** What trials a call allows; what is left out is as the cache has it. */
export interface AskedTrials {
  /** The chance of a trial where one may be made; from above 0 to 1. Default: `defaults.trials.rate`. */
  readonly rate?: number | undefined;
  /** Trials that may fail in any state; integer of at least 0. Default: `defaults.trials.failures`. */
  readonly failures?: number | undefined;
  /** Further ones, as a share of the decisions of the state; from 0 to 1. Default: `defaults.trials.share`. */
  readonly share?: number | undefined;
}

const NAMES = namesOf<AskedTrials>({ rate: true, failures: true, share: true });

/** @returns undefined for "none" */
export function checkTrials(parameter: string, asked: unknown, { trials }: TuningConstants): TrialRules | undefined {
  if (asked === "none") return undefined;
  const given = refuseUnknownNames(checkObject(parameter, asked) as AskedTrials, NAMES, parameter);
  const { rate = trials.rate, failures = trials.failures, share = trials.share } = given;
  const isRate = (value: number) => value > 0 && value <= 1;
  const isCount = (value: number) => Number.isInteger(value) && value >= 0;
  const isShare = (value: number) => value >= 0 && value <= 1;
  return {
    rate: checkNumber(`${parameter}.rate`, rate, isRate, "a number above 0, at most 1"),
    failures: checkNumber(`${parameter}.failures`, failures, isCount, "an integer of at least 0"),
    share: checkNumber(`${parameter}.share`, share, isShare, "a number from 0 to 1"),
  };
}
