import { canonicalJson } from "../json/canonical-json.js";
import type { JsonObject } from "../json/json-value.js";
import { bucketOf } from "../states/buckets.js";
import { type DeclaredState, MOST_FEATURES } from "../states/declared-state.js";
import { PRIOR_DECISIONS } from "./prior.js";

/** Decisions of one state in which an action of one type was chosen. */
export interface CountedDecisions {
  /** Features by name. */
  readonly state: JsonObject;
  readonly actionType: string;
  /** Integer of at least 1. */
  readonly count: number;
}

/** What a feature says of the type of the action. */
export interface FeatureGain {
  readonly feature: string;
  /** By how much the types of all decisions become likelier with it, each foretold from the others; a natural logarithm. */
  readonly gain: number;
}

/** Features by what they say of what the agent does. */
export interface FeatureOrder {
  /** The feature that says most, then the one that says most beside it, and so on, as long as something is gained. */
  readonly chosen: readonly FeatureGain[];
  /** The others, with what each gains beside all of these: nothing, or less than nothing. By gain. */
  readonly others: readonly FeatureGain[];
}

/** Gains that are only rounding. */
const LEAST_GAIN = 1e-9;

/**
 * The order of features, learned greedily: each time the feature is taken with which the types of all decisions become most
 * likely, every decision foretold from the others of its cell,
 *
 *     p' = (n − 1 + κ p) / (N − 1 + κ)
 *
 * with n of N decisions of the cell being of its type, p the share of the type among all decisions, and κ = 2. At first the
 * decisions are told apart by the gates alone. A feature that tells nothing more apart gains nothing. Features that are never
 * conditions are left out, and of more than 64 those that fewest decisions have. Equal gains are decided by name, so the result
 * depends on the decisions alone, not on their order. Two features that say something only together are not found: one of them
 * is to be a gate.
 *
 * @param edges - of numbers, as {@link StateLevels.edges}
 */
export function learnFeatureOrder(
  decisions: readonly CountedDecisions[],
  declared: DeclaredState,
  edges: ReadonlyMap<string, readonly number[]>,
): FeatureOrder {
  const types = numbered(decisions.map(({ actionType }) => actionType));
  const counts = decisions.map(({ count }) => count);
  const columnOf = (feature: string) => valuesOf(decisions, feature, edges.get(feature));
  const gates = declared.gates.map(columnOf);
  let cells = gates.reduce(
    pairs,
    types.map(() => 0),
  );
  let known = likelihoodIn(cells, types, counts);
  let left = candidatesOf(decisions, declared).map((feature) => ({ feature, values: columnOf(feature) }));
  const chosen: FeatureGain[] = [];
  for (;;) {
    const offers = left.map(({ feature, values }) => {
      const finer = pairs(cells, values);
      const likelihood = likelihoodIn(finer, types, counts);
      return { feature, finer, likelihood, gain: likelihood - known };
    });
    offers.sort((one, other) => other.gain - one.gain || compare(one.feature, other.feature));
    const gains = offers.map(({ feature, gain }) => ({ feature, gain }));
    const [best] = offers;
    if (best === undefined || best.gain <= LEAST_GAIN) return { chosen, others: gains };
    chosen.push({ feature: best.feature, gain: best.gain });
    cells = best.finer;
    known = best.likelihood;
    left = left.filter(({ feature }) => feature !== best.feature);
  }
}

/** By name, so that what is equal does not depend on the order of the decisions. */
function candidatesOf(decisions: readonly CountedDecisions[], { leftOut, gates }: DeclaredState): readonly string[] {
  const seen = new Map<string, number>();
  for (const { state, count } of decisions) {
    for (const [name, value] of Object.entries(state)) {
      if (value !== undefined) seen.set(name, (seen.get(name) ?? 0) + count);
    }
  }
  const names = [...seen.keys()].filter((name) => !leftOut.has(name) && !gates.includes(name));
  const bySight = names.sort((one, other) => (seen.get(other) ?? 0) - (seen.get(one) ?? 0) || compare(one, other));
  return bySight.slice(0, MOST_FEATURES).sort(compare);
}

/** The values of a feature, numbered: one for each entry of the decisions. So are cells and types. */
function valuesOf(
  decisions: readonly CountedDecisions[],
  feature: string,
  edges: readonly number[] | undefined,
): readonly number[] {
  const texts = decisions.map(({ state }) => {
    const value = Object.hasOwn(state, feature) ? state[feature] : undefined;
    if (value === undefined) return "";
    return typeof value === "number" && edges !== undefined ? bucketOf(value, edges) : canonicalJson(value);
  });
  return numbered(texts);
}

/** The same decisions give the same bits: the terms are added up by size. */
function likelihoodIn(cells: readonly number[], types: readonly number[], counts: readonly number[]): number {
  const kinds = pairs(cells, types);
  const [inCell, ofKind, ofType] = [sums(cells, counts), sums(kinds, counts), sums(types, counts)];
  const all = counts.reduce((sum, count) => sum + count, 0);
  const terms = new Float64Array(ofKind.length);
  for (const [index, kind] of kinds.entries()) {
    const own = at(ofKind, kind);
    const overall = at(ofType, types[index]) / all;
    const share = (own - 1 + PRIOR_DECISIONS * overall) / (at(inCell, cells[index]) - 1 + PRIOR_DECISIONS);
    terms[kind] = own * Math.log(share);
  }
  return terms.sort().reduce((sum, term) => sum + term, 0);
}

function at(totals: readonly number[], group: number | undefined): number {
  return totals[group ?? -1] ?? 0;
}

function sums(groups: readonly number[], counts: readonly number[]): readonly number[] {
  const totals: number[] = [];
  for (const [index, group] of groups.entries()) totals[group] = (totals[group] ?? 0) + (counts[index] ?? 0);
  return totals;
}

function numbered<Value>(values: readonly Value[]): readonly number[] {
  const numbers = new Map<Value, number>();
  return values.map((value) => {
    const number = numbers.get(value) ?? numbers.size;
    numbers.set(value, number);
    return number;
  });
}

/** One number for each pair of numbers that occurs. */
function pairs(lefts: readonly number[], rights: readonly number[]): readonly number[] {
  const width = rights.reduce((most, right) => Math.max(most, right), 0) + 1;
  return numbered(lefts.map((left, index) => left * width + (rights[index] ?? 0)));
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
