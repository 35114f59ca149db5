import type { AnyTypes, CacheTypes } from "../cache-types.js";
import type { Block } from "../evidence/blocks.js";
import type { LearnedState } from "./learned-values.js";

/** A block, and where it holds. */
export interface ListedBlock<Types extends CacheTypes = AnyTypes> extends Block {
  readonly stateFingerprint: string;
  /** What the agent knew; absent where the store does not keep it. */
  readonly stateFeatures?: Types["state"];
  readonly actionType: string;
}

/** @param states - of an agent, as {@link learnedValues} yields them */
export async function* blocksIn(states: AsyncGenerator<LearnedState>): AsyncGenerator<ListedBlock> {
  for await (const { actions, ...state } of states) {
    for (const { actionType, blocks = [] } of actions) {
      for (const block of blocks) yield { ...state, actionType, ...block };
    }
  }
}
