import { type CountedNumber, learnedEdges } from "../states/buckets.js";
import { type DeclaredState, MOST_LEVELS } from "../states/declared-state.js";
import type { LearnedLevels } from "../states/state-levels.js";
import { type CountedDecisions, type FeatureOrder, learnFeatureOrder } from "./feature-order.js";

/** Levels in all, the states themselves included, where nothing else is asked for. */
export const LEVELS = 4;

/** Decisions after which levels are learned; later three times as many each time. */
const FIRST_LEARNT_AFTER: readonly number[] = [300, 1000, 3000];
const TIMES_MORE = 3;

/** Levels, and what they were chosen by. */
export interface LevelsFound extends LearnedLevels {
  readonly order: FeatureOrder;
}

/**
 * Learns the edges of numbers that were declared without, and the levels: the first features of the order in which they say
 * most of what the agent does.
 *
 * @param before - what was learned earlier: edges stay as they were first learned
 */
export function learnLevels(
  decisions: readonly CountedDecisions[],
  declared: DeclaredState,
  before?: LearnedLevels,
  count = LEVELS,
): LevelsFound {
  const learned = new Map<string, readonly number[]>();
  const edges = new Map<string, readonly number[]>();
  for (const [name, own] of declared.numbers) {
    const known = own ?? before?.edges.get(name) ?? learnedEdges(numbersOf(decisions, name));
    if (own === undefined) learned.set(name, known);
    edges.set(name, known);
  }
  const order = learnFeatureOrder(decisions, declared, edges);
  const features = order.chosen.map(({ feature }) => feature);
  return { order, edges: learned, levels: prefixesOf(features, Math.min(count, MOST_LEVELS) - 1) };
}

/** How many decisions there are to be when levels are learned next. */
export function learnNextAfter(decisions: number): number {
  let next = 0;
  for (const first of FIRST_LEARNT_AFTER) {
    next = first;
    if (next > decisions) return next;
  }
  while (next <= decisions) next *= TIMES_MORE;
  return next;
}

/** Beginnings of an order, the longest first, their lengths as even as can be; each is shorter than the one before. */
export function prefixesOf(order: readonly string[], count: number): readonly (readonly string[])[] {
  const lengths = Array.from({ length: count }, (_, index) => Math.round((order.length * (count - index)) / count));
  return [...new Set(lengths)].filter((length) => length > 0).map((length) => order.slice(0, length));
}

function numbersOf(decisions: readonly CountedDecisions[], name: string): readonly CountedNumber[] {
  return decisions.flatMap(({ state, count }) => {
    const value = Object.hasOwn(state, name) ? state[name] : undefined;
    return typeof value === "number" ? [{ value, count }] : [];
  });
}
