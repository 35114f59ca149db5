import type { JsonObject } from "../maths/json/json-value.js";
import type { JsonShape } from "../model/fields.js";

/**
 * What the states and actions of a cache look like: types or interfaces whose values are JSON, the action most often a
 * union of types with a literal `type` each.
 */
export interface CacheTypes {
  readonly state: object;
  readonly action: { readonly type: string; readonly spec?: object | undefined };
}

/** An action of any kind. */
export interface Action {
  readonly type: string;
  /** Parameters of the action, as JSON. Default `{}`. */
  readonly spec?: JsonObject | undefined;
}

/** What a cache takes that was opened without types: states and actions of any kind. */
export interface AnyTypes extends CacheTypes {
  readonly state: JsonObject;
  readonly action: Action;
}

/** Refuses types with values that are not JSON. */
export type JsonTypes<Types> = { readonly [Name in keyof Types]: JsonShape<Types[Name]> };

/** Any of the names that the actions of a cache have. */
export type ActionTypeOf<Types extends CacheTypes> = Types["action"]["type"];

/** An action as the cache hands it out: with a spec, `{}` where none was given. */
export type DecidedAction<Types extends CacheTypes = AnyTypes> = Decided<Types["action"]>;

type Decided<Action extends CacheTypes["action"]> = Action extends CacheTypes["action"]
  ? { readonly type: Action["type"]; readonly spec: SpecOf<Action> }
  : never;

type SpecOf<Action> = Action extends { readonly spec: infer Spec extends object }
  ? Spec
  : Action extends { readonly spec?: infer Spec | undefined }
    ? GivenOrEmpty<Spec>
    : Record<never, never>;

type GivenOrEmpty<Spec> = JsonObject extends Spec ? Spec : Partial<Spec>;
