import { canonicalJson } from "../../maths/json/canonical-json.js";
import type { JsonObject, JsonValue } from "../../maths/json/json-value.js";
import type { ExplainingAction } from "../../operations/evidence/actions/known-actions.js";
import { type Leaf, leavesOf, type SlotSource, typeName, valueAt, withValues } from "./slots.js";

/** Declared slots: paths into the parameters, by paths into the specification. */
export type DeclaredSlots = Readonly<Record<string, string>>;

/** With more leaves that a parameter matches, only all of them together are taken for slots, not each alone. */
const MOST_SINGLE_SLOTS = 4;

/**
 * The actions that explain what was done: each gives exactly this specification when it is filled from these parameters.
 * Slots that were declared for the type are taken at their word; otherwise every leaf that some parameter equals may be
 * a slot: all of them together, each alone, and none.
 *
 * @param spec - canonical JSON
 * @param params - canonical JSON; undefined when there are none
 * @param slots - canonical JSON of {@link DeclaredSlots}; undefined when none were declared
 */
export function explanationsOf(
  spec: string,
  params: string | undefined,
  slots: string | undefined,
): readonly ExplainingAction[] {
  const literal: ExplainingAction = { spec, slots: "", values: [] };
  if (params === undefined) return [literal];
  const given = { spec: JSON.parse(spec) as JsonObject, params: JSON.parse(params) as JsonObject };
  if (slots !== undefined) return [declared(given, JSON.parse(slots) as DeclaredSlots) ?? literal];
  const found = matchesIn(given);
  if (found.length === 0) return [literal];
  const singles = found.length > 1 && found.length <= MOST_SINGLE_SLOTS ? found.map((match) => [match]) : [];
  return [found, ...singles].map((matches) => template(given.spec, matches)).concat(literal);
}

interface Given {
  readonly spec: JsonObject;
  readonly params: JsonObject;
}

/** A leaf of the specification, and the parameter that it equals. */
interface Match extends Leaf {
  readonly source: SlotSource;
}

/** @returns undefined when the specification is not what the slots make of the parameters */
function declared({ spec, params }: Given, slots: DeclaredSlots): ExplainingAction | undefined {
  const sources: Record<string, SlotSource> = {};
  const empty = new Map<string, JsonValue>();
  for (const [path, from] of Object.entries(slots)) {
    const value = valueAt(spec, path);
    const param = valueAt(params, from);
    if (value === undefined || param === undefined || canonicalJson(value) !== canonicalJson(param)) return undefined;
    sources[path] = { from, type: typeName(param) };
    empty.set(path, null);
  }
  return { spec: canonicalJson(withValues(spec, empty)), slots: canonicalJson(sources), values: [] };
}

function matchesIn({ spec, params }: Given): readonly Match[] {
  const sources = new Map<string | number, SlotSource>();
  for (const { path, value } of leavesOf(params)) {
    if (value !== "" && !sources.has(value)) sources.set(value, { from: path, type: typeof value });
  }
  return leavesOf(spec).flatMap((leaf) => {
    const source = sources.get(leaf.value);
    return source === undefined ? [] : [{ ...leaf, source }];
  });
}

function template(spec: JsonObject, matches: readonly Match[]): ExplainingAction {
  const empty = new Map(matches.map(({ path }) => [path, null]));
  const slots = Object.fromEntries(matches.map(({ path, source }) => [path, source]));
  return {
    spec: canonicalJson(withValues(spec, empty)),
    slots: canonicalJson(slots),
    values: matches.map(({ value }) => String(value)),
  };
}
