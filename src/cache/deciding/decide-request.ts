import { checkKeyText, checkObject } from "../../common/checks.js";
import { InvalidArgumentError } from "../../common/errors.js";
import { joinParts } from "../../common/joined-parts.js";
import type { RankingWeightConstants, TuningConstants } from "../../common/tuning/defaults.js";
import { namesOf, refuseUnknownNames } from "../../common/unknown-names.js";
import type { JsonObject } from "../../model/fields.js";
import { checkState, checkVersions } from "../events/check-event.js";
import { type Action, DEFAULT_AGENT, type Versions } from "../events/outcome-event.js";
import type { AskedBudget } from "../evidence/serving-rules.js";
import type { Abstention, ActionDecision } from "./decision.js";
import { decodeDecisionId } from "./decision-id.js";
import {
  checkExplore,
  type ExplorationStrategy,
  type ExploreOptions,
  type Exploring,
} from "./exploring/explore-options.js";

export interface DecideRequest extends AskedBudget {
  /** Default "default". */
  readonly agentId?: string | undefined;
  readonly state: JsonObject;
  /** Decisions made before in the same task: policies that succeeded together with theirs rank higher. At most 16. */
  readonly context?: readonly string[] | undefined;
  /** The episode this decision is a step of. Where evidence is counted by episode, its report counts once per episode. */
  readonly episodeId?: string | undefined;
  /**
   * Versions that are in force now, over those of the cache: what depends on another version is not acted on. Default: those
   * of the cache.
   */
  readonly versions?: Versions | undefined;
  /** Overrides of the four weights of the score, each >= 0. */
  readonly weights?: Partial<RankingWeightConstants> | undefined;
}

/** A request that lets the cache try what is not known well enough yet. */
export interface ExploreRequest extends DecideRequest {
  readonly explore: ExploreOptions | ExplorationStrategy;
}

/**
 * The agent's own way to decide, called with the answer of the cache whenever that is not to serve. What it throws is
 * passed on to the caller of `decide`.
 */
export type Fallback = (answer: ActionDecision | Abstention) => Action | Promise<Action>;

/** A request that always ends with an action. */
export interface DecideRequestWithFallback extends DecideRequest {
  readonly fallback: Fallback;
}

/** A checked request. */
export interface Question {
  readonly agentId: string;
  readonly stateFingerprint: string;
  /** As canonical JSON. */
  readonly stateFeatures: string;
  /** Names of the policies that the decisions of the context chose. */
  readonly context: readonly string[];
  /** Undefined for those of the cache. */
  readonly weights: Partial<RankingWeightConstants> | undefined;
  readonly versions: Versions;
  /** "" when there is none. */
  readonly episodeId: string;
  readonly askedAtSeconds: number;
  /** Absent when the request was not to explore. */
  readonly exploring?: Exploring;
}

const REQUEST_NAMES = namesOf<ExploreRequest & DecideRequestWithFallback>({
  agentId: true,
  state: true,
  context: true,
  episodeId: true,
  versions: true,
  weights: true,
  errorBudget: true,
  confidence: true,
  explore: true,
  fallback: true,
});

const MAX_CONTEXT = 16;
const NO_VERSIONS: Versions = {};

/** @throws {@link InvalidArgumentError} naming the part of the request that is wrong */
export function checkRequest(
  request: DecideRequest & Partial<ExploreRequest>,
  defaults: TuningConstants,
  askedAtSeconds: number,
): Question {
  refuseUnknownNames(checkObject("request", request), REQUEST_NAMES);
  const agentId = request.agentId === undefined ? DEFAULT_AGENT : checkKeyText("agentId", request.agentId);
  const { stateFingerprint, stateFeatures } = checkState("state", request.state);
  const question = {
    agentId,
    stateFingerprint,
    stateFeatures,
    context: checkContext(request.context ?? [], agentId),
    weights: request.weights ?? undefined,
    versions: request.versions === undefined ? NO_VERSIONS : checkVersions("versions", request.versions),
    episodeId: request.episodeId === undefined ? "" : checkKeyText("episodeId", request.episodeId),
    askedAtSeconds,
  };
  return request.explore === undefined ? question : { ...question, exploring: checkExplore(request.explore, defaults) };
}

/** @returns the names of the policies that earlier decisions of the same agent chose */
function checkContext(decisionIds: readonly string[], agentId: string): readonly string[] {
  if (!Array.isArray(decisionIds) || decisionIds.length > MAX_CONTEXT) {
    throw new InvalidArgumentError("context", decisionIds, `at most ${MAX_CONTEXT} decision ids`);
  }
  return decisionIds.map((id) => {
    const decision = decodeDecisionId(id);
    if (decision.agentId !== agentId) throw new InvalidArgumentError("context", id, `decisions of agent ${agentId}`);
    return joinParts(decision.stateFingerprint, decision.actionType);
  });
}
