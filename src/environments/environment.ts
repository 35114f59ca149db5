import type { JsonObject } from "../maths/json/json-value.js";

/**
 * A finite Markov decision process, given by its complete dynamics. States are numbered from 0; episodes end by a
 * transition that is `done` or after `stepLimit` steps.
 */
export interface Environment {
  readonly name: string;
  readonly actions: readonly string[];
  /** Number of states, of which some may be unreachable. */
  readonly stateCount: number;
  /** The states in which episodes start, all equally likely. */
  readonly starts: readonly number[];
  /** After so many steps an episode is cut off, without being done. */
  readonly stepLimit: number;
  /** What an agent is shown of a state. Different states look different. */
  features(state: number): JsonObject;
  /** What may follow an action, by index in `actions`; the probabilities sum to 1. */
  transitions(state: number, action: number): readonly Transition[];
}

export interface Transition {
  readonly probability: number;
  readonly reward: number;
  readonly next: number;
  /** Whether the episode ends with this transition. Nothing can be gained in `next` then. */
  readonly done: boolean;
}

/** Draws one transition. @param random - uniform number from 0 to below 1 */
export function sampleTransition(transitions: readonly Transition[], random: number): Transition {
  let rest = random;
  let chosen = transitions[0] as Transition;
  for (const transition of transitions) {
    chosen = transition;
    rest -= transition.probability;
    if (rest < 0) break;
  }
  return chosen;
}

/** The same process with its transitions computed once. */
export function tabulated(environment: Environment): Environment {
  const { stateCount, actions } = environment;
  const table = Array.from({ length: stateCount }, (_, state) =>
    actions.map((_action, action) => environment.transitions(state, action)),
  );
  const features = Array.from({ length: stateCount }, (_, state) => environment.features(state));
  return {
    ...environment,
    features: (state) => features[state] ?? {},
    transitions: (state, action) => table[state]?.[action] ?? [],
  };
}
