import type { Operation } from "../../keyspace/port/engine.js";
import type { Keyspace } from "../../keyspace/port/keyspace.js";

/** A count-min sketch as a sorted index of cells: a cell that was never counted takes no room. */
export interface SketchTarget {
  readonly keys: { readonly sketch: string };
}

/** Adds 1 to every cell of every token. */
export function countTokens(keyspace: Keyspace, target: SketchTarget, tokens: readonly (readonly string[])[]): void {
  for (const cells of tokens) {
    for (const cell of cells) {
      keyspace.putScore(target.keys.sketch, cell, (keyspace.getScore(target.keys.sketch, cell) ?? 0) + 1);
    }
  }
}

export interface EstimateInput {
  readonly target: SketchTarget;
  /** The cells of each token, one per row. */
  readonly tokens: readonly (readonly string[])[];
}

/** How often the rarest of the tokens was counted: never too low, at times too high. 0 without tokens. */
export const estimateFrequency: Operation<EstimateInput, number> = {
  name: "estimate-frequency",
  access: "read",
  execute(keyspace, input) {
    let estimate = -1;
    for (const cells of input.tokens) {
      for (const cell of cells) {
        const count = keyspace.getScore(input.target.keys.sketch, cell) ?? 0;
        if (estimate < 0 || count < estimate) estimate = count;
      }
    }
    return Math.max(estimate, 0);
  },
};
