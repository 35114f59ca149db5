import { resolveDefaults, type TuningConstants } from "./defaults.js";
import { ConfigurationError } from "./errors.js";
import type { Engine, Operation } from "./keyspace/engine.js";
import { type EngineOptions, openEngine } from "./keyspace/open-engine.js";

export interface StoreOptions extends EngineOptions {
  /** Unix time in seconds. Default: the system clock. */
  readonly clock?: () => number;
  /** Uniform numbers from 0 to below 1. Default: `Math.random`. */
  readonly random?: () => number;
  readonly defaults?: Partial<TuningConstants>;
}

/** An open engine with its clock, its source of randomness and its tuning constants. */
export class Store {
  readonly defaults: TuningConstants;
  readonly random: () => number;
  readonly #engine: Engine;
  readonly #clock: () => number;

  constructor(engine: Engine, options: Pick<StoreOptions, "clock" | "random" | "defaults"> = {}) {
    this.#engine = engine;
    this.#clock = options.clock ?? (() => Date.now() / 1000);
    this.random = options.random ?? Math.random;
    this.defaults = resolveDefaults(options.defaults);
  }

  get engineName(): string {
    return this.#engine.name;
  }

  get location(): string {
    return this.#engine.location;
  }

  /** Unix time in seconds, by the store's clock. */
  nowSeconds(): number {
    const now = this.#clock();
    if (!Number.isFinite(now) || now < 0) {
      throw new ConfigurationError("clock", now, "a function that returns Unix seconds of at least 0");
    }
    return now;
  }

  run<Input, Output>(operation: Operation<Input, Output>, input: Input): Promise<Output> {
    return this.#engine.run(operation, input);
  }

  waitForAppend(stream: string, timeoutMs: number, signal: AbortSignal): Promise<void> {
    return this.#engine.waitForAppend(stream, timeoutMs, signal);
  }

  close(): Promise<void> {
    return this.#engine.close();
  }
}

/**
 * Opens a store: `memory:`, or the path of a SQLite file, which is created when it does not exist.
 *
 * @throws {@link ConfigurationError} for an option out of range, before anything is opened
 * @throws {@link StoreError} when the file cannot be opened, {@link DataFormatError} when it is not ours
 */
export async function openStore(location: string, options: StoreOptions = {}): Promise<Store> {
  resolveDefaults(options.defaults);
  return new Store(await openEngine(location, options), options);
}
