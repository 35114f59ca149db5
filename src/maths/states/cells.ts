import { InvalidArgumentError } from "../../common/errors.js";
import { canonicalJson, canonicalJsonOfObject } from "../json/canonical-json.js";
import { fingerprintOfCanonical } from "../json/fingerprint.js";
import type { JsonObject, JsonValue } from "../json/json-value.js";
import { bucketOf } from "./buckets.js";
import type { DeclaredState } from "./declared-state.js";
import type { StateLevels } from "./state-levels.js";

/** The states that are the same at one level. */
export interface Cell {
  /** 0 for the state itself; the higher, the coarser. */
  readonly level: number;
  /** Canonical JSON of the features that the level looks at, numbers with edges as buckets. Absent features are absent. */
  readonly features: string;
  /** 16 lower-case hexadecimal characters; at level 0 that of {@link Cell.features}, as of every state. */
  readonly fingerprint: string;
}

/**
 * The state as it is told apart: without slots and what is ignored, with buckets in place of numbers whose edges were declared.
 * Without such features it is the state that was given.
 *
 * @param path - the caller's own word for the state, with which messages begin
 * @throws {@link InvalidArgumentError} for a declared number that is none
 */
export function identityOf(state: JsonObject, declared: DeclaredState, path = "state"): JsonObject {
  checkNumbers(state, declared, path);
  const isBucketed = [...declared.numbers].some(([name, edges]) => edges !== undefined && Object.hasOwn(state, name));
  const isPartial = [...declared.leftOut].some((name) => Object.hasOwn(state, name));
  if (!isBucketed && !isPartial) return state;
  const identity = emptyObject();
  for (const [name, value] of Object.entries(state)) {
    if (!declared.leftOut.has(name)) identity[name] = bucketed(value, declared.numbers.get(name));
  }
  return identity;
}

/** The slots of a state by name: what actions may be filled from beside the parameters. */
export function slotsOf(state: JsonObject, { slots }: DeclaredState): JsonObject {
  const values = emptyObject();
  for (const name of slots) if (Object.hasOwn(state, name)) values[name] = state[name];
  return values;
}

/**
 * The cells that a state lies in, the state itself first, then from fine to coarse: one for each level.
 *
 * @param state - plain object of JSON values
 * @param path - as for {@link identityOf}
 * @throws {@link InvalidArgumentError} naming the place that is no JSON value, or a declared number that is none
 */
export function cellsOf(
  state: JsonObject,
  declared: DeclaredState,
  { levels, edges, version }: StateLevels,
  path = "state",
): readonly Cell[] {
  const exact = canonicalJsonOfObject(identityOf(state, declared, path), path);
  const cells: Cell[] = [{ level: 0, features: exact, fingerprint: fingerprintOfCanonical(exact) }];
  for (const names of levels) {
    const level = cells.length;
    const kept = emptyObject();
    for (const name of names) if (Object.hasOwn(state, name)) kept[name] = bucketed(state[name], edges.get(name));
    const features = canonicalJson(kept, path);
    cells.push({ level, features, fingerprint: fingerprintOfCanonical(`${version} ${level} ${features}`) });
  }
  return cells;
}

function bucketed(value: JsonValue | undefined, edges: readonly number[] | undefined): JsonValue | undefined {
  return typeof value === "number" && edges !== undefined ? bucketOf(value, edges) : value;
}

function checkNumbers(state: JsonObject, { numbers }: DeclaredState, path: string): void {
  for (const name of numbers.keys()) {
    const value = Object.hasOwn(state, name) ? state[name] : undefined;
    if (value === undefined || value === null || (typeof value === "number" && Number.isFinite(value))) continue;
    throw new InvalidArgumentError(
      `${path}.${name}`,
      value,
      "a finite number, null or nothing: it is declared a number",
    );
  }
}

/** Without a prototype, `__proto__` is a key like any other. */
function emptyObject(): Record<string, JsonValue | undefined> {
  return Object.create(null) as Record<string, JsonValue | undefined>;
}
