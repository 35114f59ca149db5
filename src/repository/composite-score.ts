import { checkArray, checkFinite, checkLimit, checkNumber, checkObject } from "../common/checks.js";
import { InvalidArgumentError } from "../common/errors.js";
import { entriesOf } from "../common/given/parts.js";
import type { TuningConstants } from "../common/tuning/defaults.js";
import { namesOf, refuseUnknownNames } from "../common/unknown-names.js";
import type { Fields } from "../keyspace/port/keyspace.js";
import { useScore } from "../maths/learning/use-score.js";
import { fieldsOfKind } from "../model/declaration.js";
import type { ModelLayout } from "../model/layout.js";
import type { AnyModel, NamesOfKind, NotDeclared } from "../model/model.js";
import { optionsOf } from "../model/primitive.js";
import { confidenceState } from "../operations/primitives/confidence-state.js";
import { numberField } from "../operations/records/fields.js";
import { clockFields, clockScore } from "../operations/records/ranking/scoring.js";
import { accessTracker } from "../primitives/access-tracker.js";
import type { ConfidenceField } from "../primitives/confidence-field.js";
import { type ClockField, clockScoring } from "../primitives/decay-clock.js";
import { writeFilter } from "../primitives/write-filter.js";
import type { QueryPart } from "./bounded-query.js";

/** What a model can be ranked by: its clocks, sorted and confidence fields, and what its mixins measure. */
export type IndexName<M extends AnyModel> =
  | NamesOfKind<M, "clock" | "sorted" | "confidence">
  | (M extends { readonly accessTracker: object } ? "accessCount" | "accessScore" | "rawAccessCount" : never)
  | (M extends { readonly writeFilter: object } ? "priority" : never);

/** Without the second case a model that has no index would take anything. */
type IndexWeights<M extends AnyModel> = [IndexName<M>] extends [never]
  ? NotDeclared<"index">
  : { readonly [Name in IndexName<M>]?: number };

/** How the weighted scores of a record become one. */
export type Aggregate = "SUM" | "MIN" | "MAX" | "sum" | "min" | "max";

/** Which indexes to rank records by, and how their scores become one. */
export interface CompositeScoreOptions<M extends AnyModel, Identity> {
  /** Weight of each index, >= 0. `accessCount` counts as n / (n + 10), `rawAccessCount` as n. */
  readonly indexes: IndexWeights<M>;
  /** Most records to return; none at 0 or below. Default 10. */
  readonly limit?: number | undefined;
  /** How weighted scores combine, over the indexes a record is in. Default SUM. */
  readonly aggregate?: Aggregate | undefined;
  /** Lowest composite to return, before temperature. Default: none. */
  readonly minScore?: number | undefined;
  /** > 0; every score is divided by it. Default 1. */
  readonly temperature?: number | undefined;
  /**
   * Draws records by chance in place of the best: without repeats, each in proportion to e^score, so that a low
   * temperature prefers the best and a high one none. Uses the store's `random`. Default false.
   */
  readonly sample?: boolean | undefined;
  /** Keeps a record or not; the limit applies to those kept. */
  readonly postFilter?: ((identity: Identity, score: number) => boolean) | undefined;
  /** Extra scores of weight 1, for instance from `propagate` or from a vector search. */
  readonly coOccurrenceBoost?: readonly Boost<Identity>[] | undefined;
  /** More such scores, for instance of a vector search. */
  readonly similarityBoost?: readonly Boost<Identity>[] | undefined;
  /** Added to the score of every record that was never used. >= 0, default 0. Needs an access tracker to end. */
  readonly explorationBonus?: number | undefined;
  /** Leaves the returned records' reads unstaged. */
  readonly noTrack?: boolean | undefined;
}

/** A score from elsewhere for one record. */
export interface Boost<Identity> {
  readonly identity: Identity;
  readonly weight: number;
}

/** One source of scores. `undefined` means that the record is not in it. */
export interface Arm extends QueryPart {
  readonly scoreOf: (name: string, fields: Fields) => number | undefined;
}

export interface CompositeParts {
  readonly score: number;
  /** Unweighted score of each arm the record is in. */
  readonly parts: Readonly<Record<string, number>>;
}

const BOOST_NAMES = namesOf<Boost<never>>({ identity: true, weight: true });

const BOOSTS = ["coOccurrenceBoost", "similarityBoost"] as const;

const AGGREGATES = {
  SUM: (scores: readonly number[]) => scores.reduce((sum, score) => sum + score, 0),
  MIN: (scores: readonly number[]) => Math.min(...scores),
  MAX: (scores: readonly number[]) => Math.max(...scores),
} as const;

export interface CheckedComposite {
  readonly arms: readonly Arm[];
  readonly aggregate: (scores: readonly number[]) => number;
  readonly limit: number;
  readonly minScore: number;
  readonly temperature: number;
  readonly sample: boolean;
  /** The parts of the score of a record that is not boosted. */
  readonly parts: readonly QueryPart[];
  /** Names of the boosted records. */
  readonly boosted: readonly string[];
}

/**
 * Checks the options of a composite score query.
 *
 * @param priorities - scores of the priority index by record name; read only when it is asked for
 * @throws {@link InvalidArgumentError} naming the option
 */
export function checkComposite(
  layout: ModelLayout,
  // biome-ignore lint/suspicious/noExplicitAny: options of any model; the caller's types were checked where it called
  options: CompositeScoreOptions<any, any>,
  context: {
    readonly defaults: TuningConstants;
    readonly nowSeconds: number;
    readonly nameOf: (identity: never) => string;
    readonly priorities: ReadonlyMap<string, number>;
  },
): CheckedComposite {
  const given: readonly (readonly [string, unknown])[] = entriesOf("indexes", checkObject("indexes", options.indexes));
  const weights = given.filter(([, weight]) => weight !== undefined);
  if (weights.length === 0) throw new InvalidArgumentError("indexes", options.indexes, "at least one index");
  const arms = weights.map(([name, weight]) => indexArm(layout, name, checkWeight(`indexes.${name}`, weight), context));
  if (weights.some(([name]) => name === "accessCount") && weights.some(([name]) => name === "accessScore")) {
    throw new InvalidArgumentError("indexes", "accessCount and accessScore", "one of them: they are the same index");
  }
  const bonus = checkWeight("explorationBonus", options.explorationBonus ?? 0);
  if (bonus > 0) arms.push(explorationArm(bonus));
  const boosts = BOOSTS.flatMap((name) => {
    const given = options[name];
    return given === undefined ? [] : [{ name, weights: boostWeights(name, given as never, context.nameOf) }];
  });
  const { temperature = 1, minScore, limit = 10, sample = false } = options;
  if (typeof sample !== "boolean") throw new InvalidArgumentError("sample", sample, "true or false");
  return {
    arms: [
      ...arms,
      ...boosts.map(({ name, weights }) => ({ name, weight: 1, scoreOf: (record: string) => weights.get(record) })),
    ],
    parts: arms.map((arm) => (arm.name === "accessScore" ? { ...arm, name: "accessCount" } : arm)),
    boosted: [...new Set(boosts.flatMap((boost) => [...boost.weights.keys()]))],
    aggregate: checkAggregate(options.aggregate ?? "SUM"),
    limit: checkLimit(limit),
    minScore: minScore === undefined ? Number.NEGATIVE_INFINITY : checkFinite("minScore", minScore),
    temperature: checkNumber("temperature", temperature, (value) => value > 0, "a number above 0"),
    sample,
  };
}

/** The composite of one record; undefined when it is in no arm. */
export function compositeOf(composite: CheckedComposite, name: string, fields: Fields): CompositeParts | undefined {
  const parts: Record<string, number> = {};
  const weighted: number[] = [];
  for (const arm of composite.arms) {
    const score = arm.scoreOf(name, fields);
    if (score === undefined) continue;
    parts[arm.name] = score;
    weighted.push(arm.weight * score);
  }
  return weighted.length === 0 ? undefined : { score: composite.aggregate(weighted), parts };
}

function indexArm(
  layout: ModelLayout,
  name: string,
  weight: number,
  context: {
    readonly defaults: TuningConstants;
    readonly nowSeconds: number;
    readonly priorities: ReadonlyMap<string, number>;
  },
): Arm {
  const { model } = layout;
  const clock = fieldsOfKind<ClockField>(model, "clock").find(([field]) => field === name)?.[1];
  if (clock !== undefined) {
    const scoring = clockScoring(model, name, clock, context.defaults);
    const names = clockFields(scoring);
    const scoreOf = (_name: string, fields: Fields) => clockScore(fields, scoring, names, context.nowSeconds);
    return { name, weight, scoring, scoreOf };
  }
  const kind = model.fields[name]?.kind;
  if (kind === "sorted") return { name, weight, scoreOf: (_name, fields) => numberField(fields, name, 0) };
  const confidence = fieldsOfKind<ConfidenceField>(model, "confidence").find(([field]) => field === name)?.[1];
  if (confidence !== undefined) {
    const initial = confidence.initialConfidence ?? context.defaults.initialConfidence;
    return { name, weight, scoreOf: (_name, fields) => confidenceState(fields, name, initial).value };
  }
  if (name === "priority" && optionsOf(model, writeFilter) !== undefined) {
    return { name, weight, scoreOf: (record) => context.priorities.get(record) };
  }
  const isUse = name === "accessCount" || name === "accessScore" || name === "rawAccessCount";
  if (isUse && optionsOf(model, accessTracker) !== undefined) {
    const scale = name === "rawAccessCount" ? (count: number) => count : useScore;
    const scoreOf = (_name: string, fields: Fields) => {
      const count = numberField(fields, "accessCount", 0);
      return count > 0 ? scale(count) : undefined;
    };
    return { name, weight, scoreOf };
  }
  throw new InvalidArgumentError(
    `indexes.${name}`,
    weight,
    `no weight: ${model.name} has ${indexNames(layout).join(", ")}`,
  );
}

function indexNames(layout: ModelLayout): readonly string[] {
  const { model } = layout;
  const kinds = ["clock", "sorted", "confidence"];
  return [
    ...Object.keys(model.fields).filter((name) => kinds.includes(model.fields[name]?.kind ?? "")),
    ...(optionsOf(model, accessTracker) === undefined ? [] : ["accessCount", "rawAccessCount"]),
    ...(optionsOf(model, writeFilter) === undefined ? [] : ["priority"]),
  ];
}

function explorationArm(bonus: number): Arm {
  const isUnused = (fields: Fields) => numberField(fields, "accessCount", 0) === 0;
  const scoreOf = (_name: string, fields: Fields) => (isUnused(fields) ? bonus : undefined);
  return { name: "exploration", weight: 1, most: bonus, scoreOf };
}

function boostWeights(
  name: string,
  boosts: readonly Boost<never>[],
  nameOf: (identity: never) => string,
): ReadonlyMap<string, number> {
  return new Map(
    checkArray(name, boosts).map((boost) => {
      const { identity, weight } = refuseUnknownNames(checkObject(name, boost), BOOST_NAMES, name);
      return [nameOf(identity), checkWeight(name, weight)];
    }),
  );
}

function checkAggregate(aggregate: unknown): (scores: readonly number[]) => number {
  const name = typeof aggregate === "string" ? aggregate.toUpperCase() : aggregate;
  if (name === "SUM" || name === "MIN" || name === "MAX") return AGGREGATES[name];
  throw new InvalidArgumentError("aggregate", aggregate, "SUM, MIN or MAX");
}

function checkWeight(parameter: string, weight: unknown): number {
  return checkNumber(parameter, weight, (value) => value >= 0, "a finite number of at least 0");
}
