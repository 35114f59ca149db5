import { type Environment, sampleTransition } from "./environment.js";
import type { DeterministicPolicy } from "./exact-values.js";

/** Undiscounted return of one episode under a policy. @param random - uniform numbers from 0 to below 1 */
export function rollOut(environment: Environment, policy: DeterministicPolicy, random: () => number): number {
  let state = randomStart(environment, random);
  let total = 0;
  for (let step = 0; step < environment.stepLimit; step += 1) {
    const { reward, next, done } = sampleTransition(environment.transitions(state, policy(state)), random());
    total += reward;
    state = next;
    if (done) break;
  }
  return total;
}

export function randomStart({ starts }: Environment, random: () => number): number {
  return starts[Math.floor(random() * starts.length)] ?? 0;
}
