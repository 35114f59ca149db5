import { checkOptionNames } from "../common/checks.js";
import { ConfigurationError } from "../common/errors.js";

/** Keeps records out that are not worth storing, and lists the most important ones: docs/primitives/write-filter.md. */
export interface WriteFilterOptions<Values> {
  /** The worth of a record with these plain values; nothing, or no finite number, counts as 0. May exceed 1. */
  readonly computeFilterScore: (values: Values) => number | null | undefined;
  /** Below it a record is not saved. Default: the store's `writeFilterMin`. */
  readonly minThreshold?: number;
  /** From it on a record is also listed by priority. At least `minThreshold`. Default: the store's. */
  readonly priorityThreshold?: number;
}

export function checkWriteFilter(options: WriteFilterOptions<never>): void {
  checkOptionNames("writeFilter", options, ["computeFilterScore", "minThreshold", "priorityThreshold"]);
  const { computeFilterScore, minThreshold, priorityThreshold } = options;
  if (typeof computeFilterScore !== "function") {
    throw new ConfigurationError("computeFilterScore", computeFilterScore, "a function from a record to a number");
  }
  for (const [name, threshold] of Object.entries({ minThreshold, priorityThreshold })) {
    if (threshold !== undefined && !Number.isFinite(threshold)) {
      throw new ConfigurationError(name, threshold, "a finite number");
    }
  }
  if (minThreshold !== undefined && priorityThreshold !== undefined) {
    thresholdsOf(options, { writeFilterMin: minThreshold, writeFilterPriority: priorityThreshold });
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
export function thresholdsOf(
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
