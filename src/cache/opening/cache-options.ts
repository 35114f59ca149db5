import { checkSignal } from "../../common/abort.js";
import { checkNumberOption } from "../../common/checks.js";
import { ConfigurationError } from "../../common/errors.js";
import { LONGEST_TIMER_MS } from "../../common/timing.js";
import { type KnownNames, namesOf, refuseUnknownOptions } from "../../common/unknown-names.js";
import { STORE_OPTION_NAMES, type StoreOptions } from "../../store/store.js";
import type { ActionTypes } from "../actions/action-types.js";
import type { AnyTypes, CacheTypes } from "../cache-types.js";
import type { GivenVersions } from "../events/outcome-event.js";
import type { EvidenceMode } from "../recording/evidence-mode.js";

/** Who turns recorded events into evidence. */
export type WorkerMode = "background" | "inline" | "none";

/** How to open a cache. */
export interface PolicyCacheOptions<Types extends CacheTypes = AnyTypes> extends StoreOptions {
  /**
   * Who turns recorded events into evidence. `background`: this process, shortly after `record` returned. `inline`:
   * `record` itself, before it returns. `none`: a StreamConsumer elsewhere. Default `background`; `none` with `readOnly`.
   */
  readonly workers?: WorkerMode | undefined;
  /** Most events a worker counts in one atomic step. Integer >= 1, default 50. */
  readonly batchSize?: number | undefined;
  /**
   * Whether this cache looks for weekly and daily rhythms: in the events of the stream, in the background, and in what is
   * reported to it. docs/rhythms.md. Default false.
   */
  readonly discovery?: boolean | undefined;
  /** What holds for single types of actions, by their name: an error budget of their own, guards. Default: nothing. */
  readonly actions?: ActionTypes<Types> | undefined;
  /** Versions that are in force: what depends on another one is not acted on. Default: none are compared. */
  readonly versions?: GivenVersions | undefined;
  /** What counts as one trial. Default: `defaults.evidence`. */
  readonly evidence?: EvidenceMode | undefined;
  /** Told about errors of the background worker, which tries again. Default: a process warning. */
  readonly onWorkerError?: ((error: unknown) => void) | undefined;
  /** How often the cache looks at its health while somebody listens to "health". 10 to 2^31 - 1, default 10 000. */
  readonly healthIntervalMs?: number | undefined;
}

const OPTION_NAMES: KnownNames = new Set([
  ...STORE_OPTION_NAMES,
  ...namesOf<Omit<PolicyCacheOptions, keyof StoreOptions>>({
    workers: true,
    batchSize: true,
    discovery: true,
    actions: true,
    versions: true,
    evidence: true,
    onWorkerError: true,
    healthIntervalMs: true,
  }),
]);

/**
 * @returns the options, each read once
 * @throws {@link ConfigurationError} naming the option that is wrong
 */
export function checkCacheOptions(given: PolicyCacheOptions): PolicyCacheOptions {
  if (typeof given !== "object" || given === null) throw new ConfigurationError("options", given, "an object");
  const options = refuseUnknownOptions(given, OPTION_NAMES);
  const { readOnly = false, workers = readOnly ? "none" : "background", batchSize = 50 } = options;
  const { discovery = false, evidence, onWorkerError } = options;
  if (readOnly && workers !== "none") {
    throw new ConfigurationError("workers", workers, `"none": the store is opened for reading only`);
  }
  if (readOnly && discovery) {
    throw new ConfigurationError("discovery", discovery, "false: the store is opened for reading only");
  }
  if (workers !== "background" && workers !== "inline" && workers !== "none") {
    throw new ConfigurationError("workers", workers, `"background", "inline" or "none"`);
  }
  if (!Number.isInteger(batchSize) || batchSize < 1) {
    throw new ConfigurationError("batchSize", batchSize, "an integer of at least 1");
  }
  if (typeof discovery !== "boolean") throw new ConfigurationError("discovery", discovery, "true or false");
  if (evidence !== undefined && evidence !== "event" && evidence !== "episode") {
    throw new ConfigurationError("evidence", evidence, `"event" or "episode"`);
  }
  if (onWorkerError !== undefined && typeof onWorkerError !== "function") {
    throw new ConfigurationError("onWorkerError", onWorkerError, "a function");
  }
  const { healthIntervalMs } = options;
  if (healthIntervalMs !== undefined) {
    const accepts = (given: number) => given >= 10 && given <= LONGEST_TIMER_MS;
    checkNumberOption("healthIntervalMs", healthIntervalMs, accepts, `milliseconds from 10 to ${LONGEST_TIMER_MS}`);
  }
  checkSignal(options.signal);
  return options;
}
