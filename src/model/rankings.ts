import { hash } from "node:crypto";
import { checkNumber } from "../common/checks.js";
import { Defaults } from "../common/defaults.js";
import { ConfigurationError } from "../common/errors.js";
import { joinParts } from "../common/joined-parts.js";
import type { RankedClock, RankedScore, RankingFormula } from "../operations/records/ranking-index.js";
import type { AnyModel } from "./define-model.js";
import type { FieldMap } from "./field.js";
import type { ModelLayout } from "./layout.js";

/**
 * Weights of the composite score that a model keeps an index of, >= 0: of clocks, confidences, sorted fields and
 * `accessCount`. Queries with other weights are answered from the same index, the faster the closer they are to these.
 */
export type RankingWeightsOf<Fields extends FieldMap> = {
  readonly [Name in IndexedNames<Fields> | "accessCount"]?: number;
};

type IndexedNames<Fields extends FieldMap> = {
  [Name in keyof Fields]: Fields[Name]["kind"] extends "clock" | "confidence" | "sorted" ? Name : never;
}[keyof Fields] &
  string;

/** An index of bounds that a model keeps: one for each clock, and one for the composite it declares. */
export interface Ranking {
  /** Name of the clock, or {@link COMPOSITE}. */
  readonly name: string;
  readonly weights: ReadonlyMap<string, number>;
  readonly formula: RankingFormula;
  /** Stands for the formula: an index without it was kept by another declaration of the model. */
  readonly mark: string;
}

export const COMPOSITE = "ranking";

/** Begins with what no record's name begins with. */
const MARK = joinParts("", "formula", "");

/** @throws {@link ConfigurationError} for a weight of something that cannot be ranked by */
export function checkRanking({ name, ranking = {}, fields, accessTracker }: AnyModel): void {
  for (const [field, weight] of Object.entries(ranking)) {
    const kind = fields[field]?.kind ?? "";
    const isKnown = ["clock", "confidence", "sorted"].includes(kind) || (field === "accessCount" && accessTracker);
    if (!isKnown) throw new ConfigurationError("ranking", field, `something ${name} can be ranked by`);
    checkNumber(`ranking.${field}`, weight ?? 0, (value) => value >= 0, "a finite number of at least 0");
  }
}

/** Bounds are computed from the model's declaration and the library's constants alone, so that all writers agree. */
export function rankingsOf(layout: ModelLayout): readonly Ranking[] {
  const { ranking } = layout.model;
  const clocks = layout.clocks.map(([name]) => declare(layout, name, { [name]: 1 }));
  return ranking === undefined ? clocks : [...clocks, declare(layout, COMPOSITE, ranking)];
}

/** What operations need to know of a ranking. */
export function rankedScore(ranking: Ranking): RankedScore {
  return { field: `${ranking.name}.bound`, formula: ranking.formula };
}

function declare(layout: ModelLayout, name: string, weights: NonNullable<AnyModel["ranking"]>): Ranking {
  const weightOf = new Map(
    Object.entries(weights).flatMap(([field, weight = 0]) => (weight > 0 ? [[field, weight]] : [])),
  );
  const clocks = layout.clocks.flatMap(([field, clock]): RankedClock[] => {
    const weight = weightOf.get(field);
    const scoring = layout.clockScoring(field, clock, Defaults);
    return weight === undefined ? [] : [{ scoring, weight, pressureRate: clock.pressureRate }];
  });
  const confidences = layout.confidences.flatMap(([field, { initialConfidence }]) => {
    const weight = weightOf.get(field);
    const fallback = initialConfidence ?? Defaults.initialConfidence;
    return weight === undefined ? [] : [{ field: `${field}.value`, weight, fallback }];
  });
  const sorted = [...weightOf].flatMap(([field, weight]) => {
    return layout.model.fields[field]?.kind === "sorted" ? [{ field, weight, fallback: 0 }] : [];
  });
  const formula = { clocks, numbers: [...confidences, ...sorted], accessWeight: weightOf.get("accessCount") ?? 0 };
  const mark = MARK + hash("sha256", JSON.stringify(formula), "base64url").slice(0, 16);
  return { name, weights: weightOf, formula, mark };
}

export function isMark(member: string): boolean {
  return member.startsWith(MARK);
}
