import type { Keyspace } from "../../keyspace/port/keyspace.js";
import type { CrystallizationSettings } from "../evidence/crystallization.js";
import { outcomesToComplete } from "../evidence/prospects.js";
import { haveChanged, type ReadNStepBuffer } from "../values/n-step-buffer.js";
import type { KeyedOutcome } from "./outcome.js";

/** What counting outcomes takes beside them. Little is sent at first: few outcomes create a policy. */
export interface CountingInput {
  /** The n-step buffers that the outcomes belong to, so that the keys of their steps are known. */
  readonly nStepBuffers: readonly ReadNStepBuffer[];
  /** Whether some outcomes may lack what creating a policy takes. */
  readonly mayLack: boolean;
}

/** Why nothing was done: what is to be sent again, with more. */
export interface Lacking {
  /** Whether an n-step buffer was changed since it was read. */
  readonly isStale: boolean;
  /** Positions of outcomes that lack what creating a policy takes. */
  readonly incomplete: readonly number[];
}

/** The answer of an operation that was sent too little. */
export interface LackingOutput {
  readonly lacking: Lacking;
}

/** @returns what some outcomes lack to be counted in this order; undefined when they lack nothing */
export function lackingOf(
  keyspace: Keyspace,
  input: CountingInput,
  outcomes: readonly { readonly outcome?: KeyedOutcome }[],
  settings: CrystallizationSettings,
): LackingOutput | undefined {
  const isStale = haveChanged(keyspace, input.nStepBuffers);
  const incomplete = input.mayLack ? outcomesToComplete(keyspace, outcomes, settings) : [];
  return isStale || incomplete.length > 0 ? { lacking: { isStale, incomplete } } : undefined;
}
