import type { JsonObject, JsonValue } from "../../maths/json/json-value.js";
import { type SlotSource, typeName, valueAt, withValues } from "./slots.js";

/** An action with or without slots. */
export interface ActionTemplate {
  /** With null for every slot. */
  readonly spec: JsonObject;
  /** By their path in the specification; absent when there are none. */
  readonly slots?: Readonly<Record<string, SlotSource>>;
}

/** A whole specification, or why there is none. */
export type Binding = { readonly spec: JsonObject } | { readonly unbound: string };

/**
 * Fills the slots of an action.
 *
 * @param params - of the situation
 */
export function bindAction({ spec, slots }: ActionTemplate, params: JsonObject): Binding {
  if (slots === undefined) return { spec };
  const values = new Map<string, JsonValue>();
  for (const [path, { from, type }] of Object.entries(slots)) {
    const value = valueAt(params, from);
    if (value === undefined) return { unbound: `params.${from} is missing, which fills its ${path}` };
    const found = typeName(value);
    if (found !== type) return { unbound: `params.${from} is of type ${found}, where its ${path} was of type ${type}` };
    values.set(path, value);
  }
  return { spec: withValues(spec, values) };
}
