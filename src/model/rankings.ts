import { hash } from "node:crypto";
import { checkNumber } from "../common/checks.js";
import { ConfigurationError } from "../common/errors.js";
import { joinParts } from "../common/joined-parts.js";
import type { RankedScore, RankingFormula } from "../operations/records/ranking/ranking-index.js";
import type { DeclaredModel } from "./declaration.js";
import type { RankedPart, RecordParts } from "./primitive.js";
import type { RecordPlaces } from "./record-places.js";

/** An index of bounds that a model keeps: one for each clock, and one for the composite it declares. */
export interface Ranking {
  /** Name of the clock, or {@link COMPOSITE}. */
  readonly name: string;
  /** Key fields that part it, beside the scope. */
  readonly partition: readonly string[];
  readonly weights: ReadonlyMap<string, number>;
  readonly formula: RankingFormula;
  /** Stands for the formula: an index without it was kept by another declaration of the model. */
  readonly mark: string;
}

export const COMPOSITE = "ranking";

/** Begins with what no record's name begins with. */
const MARK = joinParts("", "formula", "");

/** @throws {@link ConfigurationError} for a weight of something that cannot be ranked by */
export function checkRanking({ name, ranking = {} }: DeclaredModel, parts: readonly RecordParts[]): void {
  for (const [part, weight] of Object.entries(ranking)) {
    if (!parts.some(({ ranked }) => ranked?.name === part)) {
      throw new ConfigurationError("ranking", part, `something ${name} can be ranked by`);
    }
    checkNumber(`ranking.${part}`, weight ?? 0, (value) => value >= 0, "a finite number of at least 0");
  }
}

/** Bounds are computed from the model's declaration and the library's constants alone, so that all writers agree. */
export function rankingsOf(places: RecordPlaces, parts: readonly RecordParts[]): readonly Ranking[] {
  const { model } = places;
  const ranked = parts.flatMap((part) => part.ranked ?? []);
  const alone = ranked.flatMap(({ name, partition }) => {
    return partition === undefined
      ? []
      : [declare(model, ranked, name, { [name]: 1 }, places.partitionFields(partition))];
  });
  return model.ranking === undefined ? alone : [...alone, declare(model, ranked, COMPOSITE, model.ranking, [])];
}

/** What operations need to know of a ranking. */
export function rankedScore(ranking: Ranking): RankedScore {
  return { field: `${ranking.name}.bound`, formula: ranking.formula };
}

function declare(
  model: DeclaredModel,
  ranked: readonly RankedPart[],
  name: string,
  weights: NonNullable<DeclaredModel["ranking"]>,
  partition: readonly string[],
): Ranking {
  const weightOf = new Map(
    Object.entries(weights).flatMap(([part, weight = 0]) => (weight > 0 ? [[part, weight]] : [])),
  );
  // Stored marks depend on this order: what is learned in the order of the fields, then the rest in that of the weights.
  const isPlain = (part: string) => model.fields[part]?.encode !== undefined;
  const names = [
    ...ranked.map((part) => part.name).filter((part) => !isPlain(part)),
    ...[...weightOf.keys()].filter(isPlain),
  ];
  const shares = names.flatMap((part) => {
    const weight = weightOf.get(part);
    const share = ranked.find((known) => known.name === part)?.share;
    return weight === undefined || share === undefined ? [] : [share(weight)];
  });
  const formula = {
    clocks: shares.flatMap(({ clock }) => clock ?? []),
    numbers: shares.flatMap(({ number }) => number ?? []),
    accessWeight: shares.find(({ accessWeight }) => accessWeight !== undefined)?.accessWeight ?? 0,
  };
  const mark = MARK + hash("sha256", JSON.stringify(formula), "base64url").slice(0, 16);
  return { name, partition, weights: weightOf, formula, mark };
}

export function isMark(member: string): boolean {
  return member.startsWith(MARK);
}
