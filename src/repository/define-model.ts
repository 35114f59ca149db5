import { ConfigurationError } from "../common/errors.js";
import { checkModel } from "../model/check-model.js";
import type { RecordGroup } from "../model/declaration.js";
import { ModelLayout } from "../model/layout.js";
import type { AnyModel, FieldNames, Flat, ValuesOf } from "../model/model.js";
import type { FieldMap } from "../model/primitive.js";
import { MIXINS, type MixinOptions, type MixinValues } from "../primitives/index.js";

/** A declared kind of record. */
export interface Model<Fields extends FieldMap = FieldMap, Identity extends string = string>
  extends ModelSpec<Fields, Identity> {
  readonly name: string;
}

/** What a model is declared by: its fields, its identity, and the mixins it has. */
export interface ModelSpec<Fields extends FieldMap, Identity extends string> extends MixinOptions<Fields> {
  /** Fields by their names. */
  readonly fields: Fields;
  /** Key fields that together are unique, most general first. Immutable after creation. */
  readonly identity: readonly Identity[];
  /** Key field that isolates records from each other: nothing crosses its values. Must be first in the identity. */
  readonly scope?: NoInfer<Identity>;
  /** Which records lie side by side, so that they are read at once. */
  readonly group?: RecordGroup<NoInfer<Identity>>;
  readonly ranking?: RankingWeightsOf<Fields>;
}

/**
 * Weights of the composite score that a model keeps an index of, >= 0: of clocks, confidences, sorted fields and
 * `accessCount`. Queries with other weights are answered from the same index, the faster the closer they are to these.
 */
export type RankingWeightsOf<Fields extends FieldMap> = {
  readonly [Name in FieldNames<Fields, "clock" | "confidence" | "sorted"> | "accessCount"]?: number;
};

/** A record as it is read. Links, filters and sketches are asked through the repository instead. */
export type RecordOf<M extends AnyModel> = Flat<ValuesOf<M["fields"]> & MixinValues<M>>;

/** Refuses what is misspelt. */
type NothingElse<Spec> = {
  readonly [Name in Exclude<keyof Spec, keyof Model> & string]: `${Name} is not part of a model`;
};

/**
 * Declares a kind of record, typed by its fields.
 *
 * @example
 * ```ts
 * import { confidenceField, defineModel, keyField, openStore, Repository, textField } from "policycache/models";
 *
 * const Recipe = defineModel("Recipe", {
 *   fields: { team: keyField(), name: keyField(), steps: textField(), trust: confidenceField() },
 *   identity: ["team", "name"],
 *   scope: "team",
 * });
 * const store = await openStore("memory:");
 * const recipes = new Repository(store, Recipe);
 * await recipes.create({ team: "web", name: "deploy", steps: "build, then copy" });
 * console.log((await recipes.get({ team: "web", name: "deploy" }))?.steps);
 * // → build, then copy
 * await store.close();
 * ```
 * @throws {@link ConfigurationError} for names, identities or field options that do not fit together
 */
export function defineModel<
  const Fields extends FieldMap,
  const Identity extends FieldNames<Fields, "key">,
  const Spec extends ModelSpec<Fields, Identity>,
>(name: string, spec: Spec & ModelSpec<Fields, Identity> & NothingElse<Spec>): Spec & { readonly name: string } {
  checkModel(name, spec, MIXINS);
  const model = Object.freeze({ ...spec, name });
  checked.add(model);
  return model;
}

/** What {@link defineModel} made: who has one need not check it again. */
const checked = new WeakSet<object>();

/** @throws {@link ConfigurationError} for what is no model */
export function requireModel(model: unknown): void {
  if (typeof model === "object" && model !== null && checked.has(model)) return;
  throw new ConfigurationError("model", model, "a model from defineModel");
}

/** Where the records of a model live, and what they are made of. */
export function layoutOf(model: AnyModel): ModelLayout {
  return new ModelLayout(model, MIXINS);
}
