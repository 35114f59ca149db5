import { canonicalJson } from "../json/canonical-json.js";
import type { JsonObject, JsonValue } from "../json/json-value.js";
import { type ArgumentSources, type LikelySource, NO_SOURCES, sourcesOf, withArgument } from "./argument-sources.js";
import { filled, type Slot } from "./slot.js";
import { pathWithin, type Scalar, valuesIn } from "./values-in-sight.js";

/** An action of one type of which parts follow from the situation. */
export interface Template {
  /** Canonical JSON of the specification, with null for every slot. */
  readonly spec: string;
  /** By their paths in the specification. */
  readonly slots: ReadonlyMap<string, Slot>;
  /** What tells it from other templates of the type. */
  readonly id: string;
}

/** What is known of the arguments of one type of action, by their paths in the specification. */
export type KnownArguments = ReadonlyMap<string, ArgumentSources>;

/** Most templates that one decision counts for. */
export const MOST_TEMPLATES = 3;

/** What is known of the arguments with one more decision. */
export function withDecision(
  known: KnownArguments,
  spec: JsonObject,
  inSight: ReadonlyMap<string, Scalar>,
): KnownArguments {
  const next = new Map(known);
  for (const [path, argument] of valuesIn(spec)) {
    next.set(path, withArgument(known.get(path) ?? NO_SOURCES, argument, inSight));
  }
  return next;
}

/**
 * The templates that give exactly this specification when they are filled from what is in sight: the likeliest one, and of those
 * that differ from it in one argument the two likeliest. Where an argument has no source, the specification as it is.
 */
export function templatesOf(
  known: KnownArguments,
  spec: JsonObject,
  inSight: ReadonlyMap<string, Scalar>,
): readonly Template[] {
  const first = new Map<string, LikelySource>();
  const variants: { readonly path: string; readonly source: LikelySource; readonly times: number }[] = [];
  for (const [path, argument] of valuesIn(spec)) {
    const sources = sourcesOf(known.get(path) ?? NO_SOURCES).filter(
      (source) => valueFrom(source, inSight) === argument,
    );
    const [best, next] = sources;
    if (best === undefined) return [templateWith(spec, new Map())];
    first.set(path, best);
    if (next !== undefined) variants.push({ path, source: next, times: next.share / best.share });
  }
  variants.sort((one, other) => other.times - one.times);
  const changed = variants.slice(0, MOST_TEMPLATES - 1).map(({ path, source }) => new Map(first).set(path, source));
  return [first, ...changed].map((sources) => templateWith(spec, slotsIn(sources)));
}

/** A whole specification, or the path of the argument for which there is no value. */
export type Filling = { readonly spec: JsonObject } | { readonly unbound: string };

/** Fills a template from what is in sight. */
export function fill({ spec, slots }: Template, inSight: ReadonlyMap<string, Scalar>): Filling {
  const values = new Map<string, Scalar>();
  for (const [path, slot] of slots) {
    const value = filled(slot, inSight);
    if (value === undefined) return { unbound: path };
    values.set(path, value);
  }
  return { spec: withValues(JSON.parse(spec) as JsonValue, "", values) as JsonObject };
}

function templateWith(spec: JsonObject, slots: ReadonlyMap<string, Slot>): Template {
  const empty = new Map([...slots.keys()].map((path) => [path, null]));
  const withoutSlots = canonicalJson(withValues(spec, "", empty));
  return { spec: withoutSlots, slots, id: canonicalJson([withoutSlots, Object.fromEntries(slots)]) };
}

function slotsIn(sources: ReadonlyMap<string, LikelySource>): ReadonlyMap<string, Slot> {
  return new Map([...sources].flatMap(([path, source]) => ("slot" in source ? [[path, source.slot] as const] : [])));
}

function valueFrom(source: LikelySource, inSight: ReadonlyMap<string, Scalar>): Scalar | undefined {
  return "slot" in source ? filled(source.slot, inSight) : source.constant;
}

/** A copy with other values at some paths. */
function withValues(value: JsonValue, path: string, values: ReadonlyMap<string, Scalar>): JsonValue {
  if (typeof value !== "object" || value === null) return values.has(path) ? (values.get(path) as Scalar) : value;
  const inner = (key: string, item: JsonValue) => withValues(item, pathWithin(path, key), values);
  if (Array.isArray(value)) return (value as readonly JsonValue[]).map((item, index) => inner(String(index), item));
  const copy = Object.create(null) as Record<string, JsonValue>;
  for (const [key, item] of Object.entries(value as JsonObject)) if (item !== undefined) copy[key] = inner(key, item);
  return copy;
}
