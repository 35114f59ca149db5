import type { Environment } from "./environment.js";

/** Chooses an action, by its index, in a state. */
export type DeterministicPolicy = (state: number) => number;

/**
 * Expected undiscounted return of the best behaviour from each state, by dynamic programming over the steps that are
 * left: exact, also for policies that depend on the time.
 *
 * @param steps - steps an episode may take; default the environment's limit
 * @returns one value for each state
 */
export function optimalValues(environment: Environment, steps = environment.stepLimit): Float64Array {
  return backup(environment, steps, (_state, actionValues) => Math.max(...actionValues));
}

/** As {@link optimalValues}, for one policy. */
export function policyValues(
  environment: Environment,
  policy: DeterministicPolicy,
  steps = environment.stepLimit,
): Float64Array {
  return backup(environment, steps, (state, actionValues) => actionValues[policy(state)] ?? 0);
}

/** Mean over the states in which episodes start. */
export function meanStartValue({ starts }: Environment, values: Float64Array): number {
  return starts.reduce((sum, start) => sum + (values[start] ?? 0), 0) / starts.length;
}

function backup(
  environment: Environment,
  steps: number,
  select: (state: number, actionValues: readonly number[]) => number,
): Float64Array {
  const { stateCount, actions } = environment;
  let values = new Float64Array(stateCount);
  for (let step = 0; step < steps; step += 1) {
    const before = values;
    values = values.map((_, state) => {
      const actionValues = actions.map((_action, action) => {
        const transitions = environment.transitions(state, action);
        return transitions.reduce((sum, { probability, reward, next, done }) => {
          return sum + probability * (reward + (done ? 0 : (before[next] ?? 0)));
        }, 0);
      });
      return select(state, actionValues);
    });
  }
  return values;
}
