import { computeFingerprint } from "../json/fingerprint.js";
import type { DeclaredState } from "./declared-state.js";

/** The levels that states are compared at, beside the states themselves. */
export interface StateLevels {
  /** The features of each level, gates included, sorted; the finest level first. */
  readonly levels: readonly (readonly string[])[];
  /** Edges of every number that has some, declared or learned. */
  readonly edges: ReadonlyMap<string, readonly number[]>;
  /** Of the declaration, the levels and the edges: what was counted under another version speaks of other cells. */
  readonly version: string;
}

/** What was learned about the features of an agent's states. */
export interface LearnedLevels {
  /** The features of each level without gates, the finest level first, each with fewer than the one before. */
  readonly levels: readonly (readonly string[])[];
  /** Edges of numbers that were declared without; none where they could not be learned yet. */
  readonly edges: ReadonlyMap<string, readonly number[]>;
}

/**
 * The levels of a declaration.
 *
 * @param learned - what it leaves to be learned; without it there are no levels yet where they are to be learned, and numbers
 *   without declared edges are told apart at all levels
 */
export function stateLevels(declared: DeclaredState, learned?: LearnedLevels): StateLevels {
  const levels = declared.levels === "learned" ? (learned?.levels ?? []) : declared.levels;
  const edges = new Map<string, readonly number[]>();
  for (const [name, own] of declared.numbers) {
    const known = own ?? learned?.edges.get(name);
    if (known !== undefined) edges.set(name, known);
  }
  const meaning = {
    declaration: declared.fingerprint,
    levels: levels.map((features) => [...features, ...declared.gates].sort()),
    edges: [...edges].sort(([left], [right]) => (left < right ? -1 : 1)),
  };
  return { levels: meaning.levels, edges, version: computeFingerprint(meaning) };
}
