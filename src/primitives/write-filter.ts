import { checkCount, checkOptionNames } from "../common/checks.js";
import { ConfigurationError } from "../common/errors.js";
import { type Mixin, optionsOf, REJECTED, requireOptions } from "../model/primitive.js";
import type { RecordAccess } from "../model/record-access.js";
import type { RecordPlaces } from "../model/record-places.js";
import { rangeByRank } from "../operations/records/reading.js";
import { storageKey } from "../store/storage-keys.js";
import type { Store } from "../store/store.js";

/** Keeps records out that are not worth storing, and lists the most important ones: docs/primitives/write-filter.md. */
export interface WriteFilterOptions<Values> {
  /** The worth of a record with these plain values; nothing, or no finite number, counts as 0. May exceed 1. */
  readonly computeFilterScore: (values: Values) => number | null | undefined;
  /** Below it a record is not saved. Default: the store's `writeFilterMin`. */
  readonly minThreshold?: number | undefined;
  /** From it on a record is also listed by priority. At least `minThreshold`. Default: the store's. */
  readonly priorityThreshold?: number | undefined;
}

export const writeFilter: Mixin<WriteFilterOptions<never>> = {
  name: "writeFilter",
  check: checkWriteFilter,
  parts: (options, places) => ({
    listings: [({ scope }) => ({ keys: { index: priorityKey(places, scope) } })],
    sideWrite: ({ scope }, values, defaults) => {
      const { saved, priority } = judge(options, values as never, defaults);
      if (!saved) return REJECTED;
      const keys = { index: priorityKey(places, scope) };
      return { kind: "priority", keys, ...(priority === undefined ? {} : { score: priority }) };
    },
  }),
};

/** Records of a scope by the score of the filter, the highest first. */
export function priorityKey({ model }: RecordPlaces, scope: string): string {
  return storageKey("priority", model.name, scope);
}

/** @throws {@link ConfigurationError} when thresholds contradict each other, the store's included */
export function checkThresholds({ store, layout }: Pick<RecordAccess<unknown>, "store" | "layout">): void {
  const options = optionsOf(layout.model, writeFilter);
  if (options !== undefined) thresholdsOf(options, store.defaults);
}

/** A record with the priority it was let in by. */
export interface PrioritizedRecord<Identity> {
  readonly identity: Identity;
  readonly score: number;
}

/** Records that are listed by priority, highest first. */
export async function highestPriorities<Identity>(
  { store, layout }: RecordAccess<Identity>,
  scope: string,
  limit: number,
): Promise<readonly PrioritizedRecord<Identity>[]> {
  requireOptions(layout.model, writeFilter);
  const index = priorityKey(layout, layout.checkScope(scope));
  const most = checkCount("limit", limit);
  const found = most === 0 ? [] : await readPriorities(store, index, scope, most - 1);
  return found.map(([name, score]) => ({ identity: layout.identityOf(scope, name) as Identity, score }));
}

/** The priority of every record of a scope that is listed, by name. */
export async function prioritiesOf(
  store: Store,
  places: RecordPlaces,
  scope: string,
): Promise<ReadonlyMap<string, number>> {
  return new Map(await readPriorities(store, priorityKey(places, scope), scope, -1));
}

async function readPriorities(store: Store, index: string, scope: string, stop: number) {
  const found = await store.run(rangeByRank, { keys: { index }, start: 0, stop }, store.shardOf(scope));
  // The index keeps scores negated, and engines differ in keeping a negative zero.
  return found.map(({ member, score }) => [member, score === 0 ? 0 : -score] as const);
}

function checkWriteFilter(options: WriteFilterOptions<never>): void {
  const given = checkOptionNames("writeFilter", options, ["computeFilterScore", "minThreshold", "priorityThreshold"]);
  const { computeFilterScore, minThreshold, priorityThreshold } = given;
  if (typeof computeFilterScore !== "function") {
    throw new ConfigurationError("computeFilterScore", computeFilterScore, "a function from a record to a number");
  }
  for (const [name, threshold] of Object.entries({ minThreshold, priorityThreshold })) {
    if (threshold !== undefined && !Number.isFinite(threshold)) {
      throw new ConfigurationError(name, threshold, "a finite number");
    }
  }
  if (minThreshold !== undefined && priorityThreshold !== undefined) {
    thresholdsOf(given, { writeFilterMin: minThreshold, writeFilterPriority: priorityThreshold });
  }
}

interface Thresholds {
  readonly minThreshold: number;
  readonly priorityThreshold: number;
}

interface ThresholdDefaults {
  readonly writeFilterMin: number;
  readonly writeFilterPriority: number;
}

/**
 * The thresholds of a filter in a store.
 *
 * @throws {@link ConfigurationError} when they contradict each other, the store's defaults included
 */
function thresholdsOf(
  { minThreshold: min, priorityThreshold: priority }: WriteFilterOptions<never>,
  defaults: ThresholdDefaults,
): Thresholds {
  const minThreshold = min ?? defaults.writeFilterMin;
  const priorityThreshold = priority ?? defaults.writeFilterPriority;
  if (minThreshold > priorityThreshold) {
    throw new ConfigurationError("minThreshold", minThreshold, `at most priorityThreshold (${priorityThreshold})`);
  }
  return { minThreshold, priorityThreshold };
}

export interface FilterVerdict {
  readonly saved: boolean;
  /** Present when the record is listed by priority. */
  readonly priority?: number;
}

export function judge<Values>(
  options: WriteFilterOptions<Values>,
  values: Values,
  defaults: ThresholdDefaults,
): FilterVerdict {
  const { minThreshold, priorityThreshold } = thresholdsOf(options, defaults);
  const given = options.computeFilterScore(values);
  const score = typeof given === "number" && Number.isFinite(given) ? given : 0;
  if (score < minThreshold) return { saved: false };
  return score >= priorityThreshold ? { saved: true, priority: score } : { saved: true };
}
