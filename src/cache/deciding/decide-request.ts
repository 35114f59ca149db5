import type { Abortable } from "../../common/abort.js";
import { checkArray, checkKeyText, checkNumber, checkObject } from "../../common/checks.js";
import { InvalidArgumentError } from "../../common/errors.js";
import { joinParts } from "../../common/joined-parts.js";
import { LONGEST_TIMER_MS } from "../../common/timing.js";
import type { RankingWeightOverrides, TuningConstants } from "../../common/tuning/defaults.js";
import { namesOf, refuseUnknownNames } from "../../common/unknown-names.js";
import { canonicalJsonOfObject } from "../../maths/json/canonical-json.js";
import type { JsonObject } from "../../maths/json/json-value.js";
import type { AnyTypes, CacheTypes } from "../cache-types.js";
import { checkState, checkVersions, isAbsent } from "../events/check-event.js";
import { DEFAULT_AGENT, type GivenVersions, type Versions } from "../events/outcome-event.js";
import type { AskedBudget } from "../evidence/serving-rules.js";
import { type AskedTrials, checkTrials, type TrialRules } from "../evidence/trial-rules.js";
import type { Abstention, SuggestedDecision } from "./decision.js";
import {
  checkExplore,
  type ExplorationStrategy,
  type ExploreOptions,
  type Exploring,
} from "./exploring/explore-options.js";
import type { DecisionIds } from "./ids/decision-ids.js";

/** What to decide. */
export interface DecideRequest<Types extends CacheTypes = AnyTypes> extends AskedBudget, Abortable {
  /** Default "default". */
  readonly agentId?: string | undefined;
  /** What the agent knows now. Equal features, in any order, are the same state. */
  readonly state: Types["state"];
  /** Decisions made before in the same task: policies that succeeded together with theirs rank higher. At most 16. */
  readonly context?: readonly string[] | undefined;
  /**
   * What the situation has beside its state, such as the file that is asked about: the parameters of an action may be filled
   * from it. Not part of the state's identity. Default: nothing.
   */
  readonly params?: JsonObject | undefined;
  /**
   * How long the store may take, in milliseconds above 0, at most 2^31 - 1. Default: with a fallback `decideTimeoutMs` of the
   * defaults, then the fallback is asked; without one as long as the limits of the store allow.
   */
  readonly timeoutMs?: number | undefined;
  /** The episode this decision is a step of. Where evidence is counted by episode, its report counts once per episode. */
  readonly episodeId?: string | undefined;
  /**
   * Versions that are in force now, over those of the cache: what depends on another version is not acted on. Default: those
   * of the cache.
   */
  readonly versions?: GivenVersions | undefined;
  /** Overrides of the four weights of the score, each >= 0. */
  readonly weights?: RankingWeightOverrides | undefined;
}

/** A request that lets the cache try what is not known well enough yet. */
export interface ExploreRequest<Types extends CacheTypes = AnyTypes> extends DecideRequest<Types> {
  /** A strategy with its options, or its name alone for the cache's own. */
  readonly explore: ExploreOptions<Types> | ExplorationStrategy;
}

/**
 * The agent's own way to decide, called with the answer of the cache whenever that is not to serve, and with what was asked.
 * What it throws is passed on to the caller of `decide`.
 */
export type Fallback<Types extends CacheTypes = AnyTypes> = (
  answer: SuggestedDecision<Types> | Abstention,
  asked: AskedSituation<Types>,
) => Types["action"] | PromiseLike<Types["action"]>;

/** What was asked about. */
export interface AskedSituation<Types extends CacheTypes = AnyTypes> {
  readonly state: Types["state"];
  /** Empty when none were given. */
  readonly params: JsonObject;
}

/** A request that may answer with a trial, the agent's own way being at hand otherwise. */
export interface TrialRequest<Types extends CacheTypes = AnyTypes> extends DecideRequest<Types> {
  /** What may be tried that its own record cannot prove, under an error budget: how, or `"none"`. */
  readonly trials: "none" | AskedTrials;
}

/** A request that always ends with an action. */
export interface DecideRequestWithFallback<Types extends CacheTypes = AnyTypes> extends DecideRequest<Types> {
  /**
   * What may be tried that its own record cannot prove, under an error budget: how, or `"none"`. The fallback is the other
   * side of the coin. Default: as `defaults.trials`.
   */
  readonly trials?: "none" | AskedTrials | undefined;
  /**
   * Share of what would be served that is left to the fallback all the same, where actions are compared with it
   * (`worseThanAgent`); from 0 to below 1. Default: `defaults.audits`.
   */
  readonly audits?: number | undefined;
  /** What to ask when the cache does not serve. */
  readonly fallback: Fallback<Types>;
}

/** A request of any kind. */
export interface AnyDecideRequest extends DecideRequest {
  readonly trials?: "none" | AskedTrials | undefined;
  readonly audits?: number | undefined;
  readonly explore?: ExploreOptions | ExplorationStrategy | undefined;
  readonly fallback?: Fallback | undefined;
}

/** A checked request. */
export interface Question {
  readonly agentId: string;
  readonly stateFingerprint: string;
  /** As canonical JSON. */
  readonly stateFeatures: string;
  readonly params: JsonObject;
  /** Canonical JSON of `params`; "" when none were given. */
  readonly paramsJson: string;
  /** Undefined to wait as long as the store does. */
  readonly timeoutMs: number | undefined;
  /** Undefined when nothing is to be tried. */
  readonly trials: TrialRules | undefined;
  /** 0 without a fallback. */
  readonly audits: number;
  /** Names of the policies that the decisions of the context chose. */
  readonly context: readonly string[];
  /** Undefined for those of the cache. */
  readonly weights: RankingWeightOverrides | undefined;
  readonly versions: Versions;
  /** "" when there is none. */
  readonly episodeId: string;
  readonly askedAtSeconds: number;
  /** Absent when the request was not to explore. */
  readonly exploring?: Exploring;
}

const REQUEST_NAMES = namesOf<AnyDecideRequest>({
  agentId: true,
  state: true,
  params: true,
  timeoutMs: true,
  trials: true,
  context: true,
  episodeId: true,
  versions: true,
  weights: true,
  errorBudget: true,
  confidence: true,
  worseThanAgent: true,
  audits: true,
  explore: true,
  fallback: true,
  signal: true,
});

/** The parts of a request, each read once. @throws {@link InvalidArgumentError} for one that has no part of its name */
export function readRequest<Request extends AnyDecideRequest>(request: Request): Request {
  return refuseUnknownNames(checkObject("request", request), REQUEST_NAMES);
}

const MAX_CONTEXT = 16;
const NO_VERSIONS: Versions = {};
const NO_CONTEXT: readonly string[] = [];

/** @throws {@link InvalidArgumentError} naming the part of the request that is wrong */
export async function checkRequest(
  request: AnyDecideRequest,
  defaults: TuningConstants,
  ids: DecisionIds,
  askedAtSeconds: number,
): Promise<Question> {
  const agentId = request.agentId === undefined ? DEFAULT_AGENT : checkKeyText("agentId", request.agentId);
  const { stateFingerprint, stateFeatures } = checkState("state", request.state);
  const question = {
    agentId,
    stateFingerprint,
    stateFeatures,
    ...checkParams(request.params),
    timeoutMs: timeoutFor(request, defaults),
    trials: trialsFor(request, defaults),
    audits: auditsFor(request, defaults),
    context: request.context === undefined ? NO_CONTEXT : await checkContext(request.context, agentId, ids),
    weights: request.weights ?? undefined,
    versions: request.versions === undefined ? NO_VERSIONS : checkVersions("versions", request.versions),
    episodeId: request.episodeId === undefined ? "" : checkKeyText("episodeId", request.episodeId),
    askedAtSeconds,
  };
  return request.explore === undefined ? question : { ...question, exploring: checkExplore(request.explore, defaults) };
}

function checkParams(params: unknown): Pick<Question, "params" | "paramsJson"> {
  if (isAbsent(params)) return NO_PARAMS;
  const paramsJson = canonicalJsonOfObject(params, "params");
  return { params: JSON.parse(paramsJson) as JsonObject, paramsJson };
}

const NO_PARAMS: Pick<Question, "params" | "paramsJson"> = { params: {}, paramsJson: "" };

function timeoutFor({ timeoutMs, fallback }: AnyDecideRequest, defaults: TuningConstants): number | undefined {
  if (timeoutMs === undefined) return fallback === undefined ? undefined : defaults.decideTimeoutMs;
  const isTime = (value: number) => value > 0 && value <= LONGEST_TIMER_MS;
  return checkNumber("timeoutMs", timeoutMs, isTime, `milliseconds above 0, at most ${LONGEST_TIMER_MS}`);
}

/** Without a fallback the agent's own way is not at hand: trials are made only for who asks for them. */
function trialsFor({ trials, fallback }: AnyDecideRequest, defaults: TuningConstants): TrialRules | undefined {
  if (trials !== undefined) return checkTrials("trials", trials, defaults);
  return fallback === undefined || defaults.trials.rate === 0 ? undefined : defaults.trials;
}

function auditsFor({ audits = undefined, fallback }: AnyDecideRequest, defaults: TuningConstants): number {
  const share = audits ?? defaults.audits;
  checkNumber("audits", share, (value) => value >= 0 && value < 1, "a number from 0 to below 1");
  return fallback === undefined ? 0 : share;
}

/** @returns the names of the policies that earlier decisions of the same agent chose */
async function checkContext(
  decisionIds: readonly string[],
  agentId: string,
  ids: DecisionIds,
): Promise<readonly string[]> {
  const given = checkArray("context", decisionIds);
  if (given.length > MAX_CONTEXT) {
    throw new InvalidArgumentError("context", decisionIds, `at most ${MAX_CONTEXT} decision ids`);
  }
  const names: string[] = [];
  for (const id of given) {
    const decision = await ids.open(id, "context");
    if (decision.agentId !== agentId) throw new InvalidArgumentError("context", id, `decisions of agent ${agentId}`);
    names.push(joinParts(decision.stateFingerprint, decision.actionType));
  }
  return names;
}
