import { ConfigurationError } from "../../common/errors.js";
import { isArray } from "../../common/given/plain-object.js";

/** Most edges of one feature. */
export const MOST_EDGES = 64;

/** Numbers below the first edge, between two, and from the last on are told apart where edges are learned: so many kinds. */
const LEARNED_BUCKETS = 8;

/** @throws {@link ConfigurationError} unless they are numbers in ascending order */
export function checkEdges(given: unknown, path: string): readonly number[] {
  if (!isArray(given) || given.length === 0 || given.length > MOST_EDGES) {
    throw new ConfigurationError(path, given, `a list of 1 to ${MOST_EDGES} numbers`);
  }
  let below = Number.NEGATIVE_INFINITY;
  return Array.from(given, (edge, index) => {
    if (typeof edge !== "number" || !Number.isFinite(edge)) {
      throw new ConfigurationError(`${path}[${index}]`, edge, "a finite number");
    }
    if (edge <= below)
      throw new ConfigurationError(`${path}[${index}]`, edge, `a number above ${below}, the edge before`);
    below = edge;
    return edge === 0 ? 0 : edge;
  });
}

/** Between which edges a number lies, as a text: "<50", "50..200", ">=200"; an edge belongs to what is above it. */
export function bucketOf(value: number, edges: readonly number[]): string {
  const above = edges.findIndex((edge) => value < edge);
  if (above === 0) return `<${edges[0]}`;
  if (above < 0) return edges.length === 0 ? "any" : `>=${edges[edges.length - 1]}`;
  return `${edges[above - 1]}..${edges[above]}`;
}

/** A number, and how often it was seen. */
export interface CountedNumber {
  readonly value: number;
  readonly count: number;
}

/**
 * Edges between which about equally many of the numbers lie, at most seven. A number that was seen often is not cut in two:
 * there are fewer edges then, and none where only one number was seen.
 */
export function learnedEdges(numbers: readonly CountedNumber[]): readonly number[] {
  const sorted = [...numbers].sort((left, right) => left.value - right.value);
  const total = sorted.reduce((sum, { count }) => sum + count, 0);
  const edges: number[] = [];
  let below = 0;
  let next = 1;
  for (const [index, { value, count }] of sorted.entries()) {
    const share = (below / total) * LEARNED_BUCKETS;
    if (value !== sorted[index - 1]?.value && share >= next) {
      edges.push(value === 0 ? 0 : value);
      next = Math.floor(share) + 1;
    }
    below += count;
  }
  return edges;
}
