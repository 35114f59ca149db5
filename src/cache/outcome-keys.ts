import type { TuningConstants } from "../common/tuning/defaults.js";
import { type KeyedOutcome, type OutcomeEntry, whatFollowed } from "../operations/outcomes/outcome.js";
import { storageKey } from "../store/storage-keys.js";
import { policyLayout } from "./policy-entry.js";

// Where everything lies that is learned from outcomes.

export const AGENTS_KEY = storageKey("agents");
export const MALFORMED_KEY = storageKey("malformed", "outcomes");

/** Records of a state: the evidence and the policies of its actions. */
export function stateKey(agentId: string, stateFingerprint: string): string {
  return policyLayout.recordsKey([agentId, stateFingerprint]);
}

export function statesKey(agentId: string): string {
  return storageKey("states", agentId);
}

export function episodesKey(agentId: string): string {
  return storageKey("episodes", agentId);
}

/** Set of the event ids that an agent has used. */
export function seenKey(agentId: string): string {
  return storageKey("seen", agentId);
}

/**
 * The n-step buffer of an outcome, where the steps of its episode wait for their returns: needed when a return adds up
 * several rewards, and where outcomes leave it to the next one of their episode to say which state they led to.
 */
export function nStepBufferKey(entry: OutcomeEntry, { tdSteps }: TuningConstants): string | undefined {
  const { agentId, episodeId, done, nextStateFingerprint } = entry;
  if (episodeId === undefined) return undefined;
  const mayFollowOpenStep = done !== undefined && nextStateFingerprint === undefined;
  return tdSteps > 1 || mayFollowOpenStep ? storageKey("trail", agentId, episodeId) : undefined;
}

export function outcomeKeys(
  entry: OutcomeEntry,
  countsByEpisode: boolean,
  nStepBuffer: string | undefined,
): KeyedOutcome["keys"] {
  const { agentId, stateFingerprint, actionType, episodeId, nextStateFingerprint } = entry;
  const isVisit = countsByEpisode && episodeId !== undefined;
  const isNextKnown = nextStateFingerprint !== undefined && whatFollowed(entry) === "known";
  return {
    state: stateKey(agentId, stateFingerprint),
    history: policyLayout.historyKey([agentId, stateFingerprint, actionType]),
    states: statesKey(agentId),
    episodes: episodesKey(agentId),
    agents: AGENTS_KEY,
    ...(isVisit
      ? {
          visits: storageKey("visits", agentId, stateFingerprint, actionType),
          stateVisits: storageKey("arrivals", agentId, stateFingerprint),
        }
      : {}),
    ...(nStepBuffer === undefined ? {} : { nStepBuffer }),
    ...(isNextKnown ? { nextState: stateKey(agentId, nextStateFingerprint) } : {}),
  };
}
