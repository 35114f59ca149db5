import type { TuningConstants } from "../../common/tuning/defaults.js";
import type { Operation } from "../../keyspace/port/engine.js";
import type { CountingInput, LackingOutput } from "../../operations/outcomes/lacking.js";
import type { KeyedOutcome, OutcomeEntry } from "../../operations/outcomes/outcome.js";
import type { Store } from "../../store/store.js";
import type { EvidenceMode } from "./evidence-mode.js";
import { keyedOutcome, withCreation } from "./keyed-outcome.js";
import { readNStepBuffers } from "./read-n-step-buffers.js";

/** How and where outcomes are counted. */
export interface Counting {
  readonly store: Store;
  readonly defaults: TuningConstants;
  readonly mode: EvidenceMode;
  readonly shard: number;
}

/** Outcomes to be counted by one operation. */
export interface CountingRequest<Input extends CountingInput> {
  readonly entries: readonly OutcomeEntry[];
  /** The moment of the call. */
  readonly nowSeconds: number;
  /** Whether what creating policies takes is left out at first: it is large, and seldom needed. */
  readonly mayLack: boolean;
  /**
   * @param keyed - an entry with its keys
   * @param counting - what the operation takes beside
   */
  readonly input: (keyed: (entry: OutcomeEntry, position: number) => KeyedOutcome, counting: CountingInput) => Input;
}

/**
 * Runs an operation that counts outcomes, as often as it lacks something that was not sent: what the policies take which
 * it is to create, or the steps of an n-step buffer as they are by now. An operation that lacks something has done nothing.
 */
export async function runCounting<Input extends CountingInput, Output extends object>(
  { store, defaults, mode, shard }: Counting,
  operation: Operation<Input, Output | LackingOutput>,
  { entries, nowSeconds, mayLack, input }: CountingRequest<Input>,
): Promise<Output> {
  const toComplete = new Set<number>();
  const keyed = (entry: OutcomeEntry, position: number) => {
    const outcome = keyedOutcome(entry, defaults, mode);
    return mayLack && !toComplete.has(position) ? outcome : withCreation(outcome, defaults, nowSeconds);
  };
  for (;;) {
    const nStepBuffers = await readNStepBuffers(store, entries, defaults, shard);
    const output = await store.run(operation, input(keyed, { nStepBuffers, mayLack }), shard);
    if (!isLacking(output)) return output;
    for (const position of output.lacking.incomplete) toComplete.add(position);
  }
}

function isLacking<Output extends object>(output: Output | LackingOutput): output is LackingOutput {
  return "lacking" in output;
}
