import { checkArray, checkKeyText, checkNumber, checkObject } from "../../../common/checks.js";
import { InvalidArgumentError } from "../../../common/errors.js";
import type { TuningConstants } from "../../../common/tuning/defaults.js";
import { namesOf, refuseUnknownNames } from "../../../common/unknown-names.js";
import type { JsonObject } from "../../../maths/json/json-value.js";
import type { Exploration } from "../../../maths/learning/exploration.js";
import type { Action, AnyTypes, CacheTypes, DecidedAction } from "../../cache-types.js";
import { checkAction } from "../../events/check-event.js";

/** The name of a way to explore: each reads the options that name it. */
export type ExplorationStrategy = Exploration["strategy"];

/** How to try what is not known well enough yet. */
export interface ExploreOptions<Types extends CacheTypes = AnyTypes> {
  /** How to choose among the actions: docs/learning.md#exploration tells when to take which. */
  readonly strategy: ExplorationStrategy;
  /** `epsilon-greedy`: chance of any action instead of the best. 0 to 1. Default: the cache's `explorationEpsilon`. */
  readonly epsilon?: number | undefined;
  /** `softmax`: the smaller, the greedier. Above 0. Default: the cache's `softmaxTemperature`. */
  readonly temperature?: number | undefined;
  /** `ucb1`: width of the bound, above 0. Default: the cache's `ucbCoefficient`. */
  readonly coefficient?: number | undefined;
  /** `thompson`: successes each action is believed to have had before. At least 1. Default: the cache's. */
  readonly priorSuccesses?: number | undefined;
  /** `thompson`: failures each action is believed to have had before. At least 1. Default: the cache's. */
  readonly priorFailures?: number | undefined;
  /** The actions to choose from, also ones never taken. At most 1000. Default: all that were ever taken in this state. */
  readonly candidates?: readonly Types["action"][] | undefined;
  /** Whenever this episode asks in this state, the same numbers are drawn. Default: new ones for every decision. */
  readonly episodeId?: string | undefined;
  /** Tells the draws of one experiment with the same episodes from those of another. Default "". */
  readonly seed?: string | undefined;
  /** Where a policy is served, serve it instead of exploring. Default false. */
  readonly unlessServed?: boolean | undefined;
}

/** Checked options. */
export interface Exploring {
  readonly exploration: Exploration;
  readonly candidates: readonly DecidedAction[] | undefined;
  readonly episodeId: string | undefined;
  readonly seed: string;
  readonly unlessServed: boolean;
}

const NAMES = namesOf<ExploreOptions>({
  strategy: true,
  epsilon: true,
  temperature: true,
  coefficient: true,
  priorSuccesses: true,
  priorFailures: true,
  candidates: true,
  episodeId: true,
  seed: true,
  unlessServed: true,
});

const MAX_CANDIDATES = 1000;

const STRATEGIES = `"greedy", "epsilon-greedy", "softmax", "ucb1" or "thompson"`;

/** @throws {@link InvalidArgumentError} naming the option that is wrong */
export function checkExplore(options: ExploreOptions | ExplorationStrategy, defaults: TuningConstants): Exploring {
  if (typeof options === "boolean") {
    throw new InvalidArgumentError("explore", options, `${STRATEGIES}, or an object with such a strategy`);
  }
  const asked: ExploreOptions = typeof options === "string" ? { strategy: options } : checkObject("explore", options);
  const given = refuseUnknownNames(asked, NAMES, "explore");
  const { candidates, episodeId, seed = "", unlessServed = false } = given;
  if (typeof seed !== "string") throw new InvalidArgumentError("explore.seed", seed, "a text");
  if (typeof unlessServed !== "boolean") {
    throw new InvalidArgumentError("explore.unlessServed", unlessServed, "true or false");
  }
  return {
    exploration: checkStrategy(given, defaults),
    candidates: candidates === undefined ? undefined : checkCandidates(candidates),
    episodeId: episodeId === undefined ? undefined : checkKeyText("explore.episodeId", episodeId),
    seed,
    unlessServed,
  };
}

function checkStrategy(given: ExploreOptions, defaults: TuningConstants): Exploration {
  const { strategy } = given;
  switch (strategy) {
    case "greedy":
      return { strategy };
    case "epsilon-greedy": {
      const epsilon = given.epsilon ?? defaults.explorationEpsilon;
      const isChance = (value: number) => value >= 0 && value <= 1;
      return { strategy, epsilon: checkNumber("explore.epsilon", epsilon, isChance, "a number from 0 to 1") };
    }
    case "softmax": {
      const temperature = given.temperature ?? defaults.softmaxTemperature;
      return { strategy, temperature: checkPositive("explore.temperature", temperature) };
    }
    case "ucb1": {
      const coefficient = given.coefficient ?? defaults.ucbCoefficient;
      return { strategy, coefficient: checkPositive("explore.coefficient", coefficient) };
    }
    case "thompson": {
      const { priorSuccesses = defaults.thompsonPriorSuccesses, priorFailures = defaults.thompsonPriorFailures } =
        given;
      return {
        strategy,
        priorSuccesses: checkPrior("explore.priorSuccesses", priorSuccesses),
        priorFailures: checkPrior("explore.priorFailures", priorFailures),
      };
    }
    default:
      throw new InvalidArgumentError("explore.strategy", strategy, STRATEGIES);
  }
}

function checkPositive(parameter: string, value: unknown): number {
  return checkNumber(parameter, value, (number) => number > 0, "a number above 0");
}

function checkPrior(parameter: string, value: unknown): number {
  return checkNumber(parameter, value, (number) => number >= 1, "a number of at least 1");
}

function checkCandidates(candidates: readonly Action[]): readonly DecidedAction[] {
  const parameter = "explore.candidates";
  const { length } = checkArray(parameter, candidates);
  if (length === 0 || length > MAX_CANDIDATES) {
    throw new InvalidArgumentError(parameter, candidates, `1 to ${MAX_CANDIDATES} actions`);
  }
  const checked = candidates.map((candidate, index) => {
    const { actionType, actionSpec } = checkAction(`${parameter}[${index}]`, candidate);
    return { type: actionType, spec: JSON.parse(actionSpec) as JsonObject };
  });
  if (new Set(checked.map(({ type }) => type)).size < length) {
    throw new InvalidArgumentError(parameter, candidates, "actions of different types");
  }
  return checked;
}
