/// <reference lib="esnext.disposable" preserve="true" />

import { type AbortSignalLike, checkSignal, openedUnlessAborted } from "../common/abort.js";
import { isKeyText, LATEST_UNIX_SECONDS, MILLISECONDS_HINT } from "../common/checks.js";
import { ConfigurationError, DataFormatError, InvalidArgumentError } from "../common/errors.js";
import { settleAll } from "../common/settle-all.js";
import { resolveDefaults, type TuningConstants, type TuningOverrides } from "../common/tuning/defaults.js";
import { uniqueId } from "../common/unique-id.js";
import { type KnownNames, namesOf, refuseUnknownOptions } from "../common/unknown-names.js";
import { type EngineOptions, openEngine, type StoreLocation } from "../keyspace/open-engine.js";
import type { Engine, Operation } from "../keyspace/port/engine.js";
import type { HealthCheck } from "../keyspace/port/health-check.js";
import { shardOf } from "../keyspace/port/shard-of.js";
import { storeReadOnlyError } from "../keyspace/port/store-errors.js";
import type { Transfer } from "../keyspace/port/transfer.js";
import { getRecord } from "../operations/records/record.js";
import { IMPORT_MARK } from "../operations/records/restore.js";
import { storageKey } from "./storage-keys.js";

/** How to open a store, and the clock, randomness and constants that it goes by. */
export interface StoreOptions extends EngineOptions {
  /** Unix time in seconds. Default: the system clock. */
  readonly clock?: (() => number) | undefined;
  /** Uniform numbers from 0 to below 1. Default: `Math.random`. */
  readonly random?: (() => number) | undefined;
  /** A new text nobody else has, without control characters. Default: a random text of this process, and a number. */
  readonly createId?: (() => string) | undefined;
  /** Constants in place of the library's own, for this store only; see docs/tuning.md. */
  readonly defaults?: TuningOverrides | undefined;
  /** Ends the wait for the store when it is aborted; what is opened nevertheless is closed again. Default: it waits. */
  readonly signal?: AbortSignalLike | undefined;
}

type OwnOptions = Pick<StoreOptions, "clock" | "random" | "createId" | "defaults" | "readOnly">;

const OWN_OPTION_NAMES = namesOf<OwnOptions>({
  clock: true,
  random: true,
  createId: true,
  defaults: true,
  readOnly: true,
});

/** What a store can be opened with. */
export const STORE_OPTION_NAMES: KnownNames = new Set([
  ...OWN_OPTION_NAMES,
  "signal",
  ...namesOf<EngineOptions>({
    durability: true,
    busyTimeoutMs: true,
    readOnly: true,
    database: true,
    fileMode: true,
    prefix: true,
    shards: true,
    connectTimeoutMs: true,
    commandTimeoutMs: true,
    reconnectDelayMs: true,
    nearCache: true,
    nearCacheBytes: true,
    tls: true,
  }),
]);

const MARKER = Symbol.for("policycache.store");

/** Whether it is a {@link Store}, of whichever installed copy of the library. */
export function isStoreOfAnyCopy(value: unknown): boolean {
  try {
    return typeof value === "object" && value !== null && MARKER in value;
  } catch {
    return false;
  }
}

/** Whether it is a {@link Store} of this copy, and not a proxy of one, which could not do its work. */
export let isStore: (value: unknown) => value is Store;

/** @throws {@link ConfigurationError} for what is no store */
export function requireStore(store: unknown): void {
  if (!isStore(store)) throw new ConfigurationError("store", store, "a store from openStore");
}

/** An open engine with its clock, its source of randomness and its tuning constants. */
export class Store {
  /** The constants in force. */
  readonly defaults: TuningConstants;
  /** Whether operations that write are refused. */
  readonly readOnly: boolean;
  /** Uniform numbers from 0 to below 1. */
  readonly random: () => number;
  /** A new text nobody else has. */
  readonly createId: () => string;
  /** @internal */
  readonly [MARKER] = true;
  readonly #engine: Engine;
  readonly #clock: () => number;

  static {
    isStore = (value): value is Store => typeof value === "object" && value !== null && #engine in value;
  }

  constructor(engine: Engine, options: OwnOptions = {}) {
    const given = refuseUnknownOptions(options, OWN_OPTION_NAMES);
    this.#engine = engine;
    this.#clock = given.clock ?? systemClock;
    this.readOnly = given.readOnly ?? false;
    this.random = given.random === undefined ? Math.random : checkedRandom(given.random);
    this.createId = given.createId === undefined ? uniqueId : checkedIds(given.createId);
    this.defaults = resolveDefaults(given.defaults);
  }

  /** Name of the engine, for messages and reports. */
  get engineName(): string {
    return this.#engine.name;
  }

  /** Where the data lies, as text that carries no secret. */
  get location(): string {
    return this.#engine.location;
  }

  /** Whether inputs of operations are sent elsewhere. */
  get isRemote(): boolean {
    return this.#engine.isRemote ?? false;
  }

  /** How many shards the data is in, fixed when the store is created. */
  get shardCount(): number {
    return this.#engine.shardCount;
  }

  /**
   * The shard that everything of a scope lies in, for ever: of an agent, or of the scope of another model. A model
   * without a scope lies in the shard of "".
   */
  shardOf(scope: string): number {
    return shardOf(scope, this.#engine.shardCount);
  }

  /** Reads and restores whole shards; absent when the engine cannot. */
  get transfer(): Transfer | undefined {
    return this.#engine.transfer;
  }

  /** As {@link Engine.copyTo}; absent when the engine does not keep a store in a file. */
  get copyTo(): ((file: string) => Promise<void>) | undefined {
    return this.#engine.copyTo?.bind(this.#engine);
  }

  /** Every shard, in order. */
  get shards(): readonly number[] {
    return Array.from({ length: this.shardCount }, (_, shard) => shard);
  }

  /** Unix time in seconds, by the store's clock. */
  nowSeconds(): number {
    return readClock(this.#clock);
  }

  /**
   * Runs an operation on one shard as one atomic step; nothing is atomic over several shards.
   *
   * @param shard - where all keys of the input lie: `shardOf` the scope they belong to
   */
  run<Input, Output>(operation: Operation<Input, Output>, input: Input, shard: number): Promise<Output> {
    if (this.readOnly && operation.access === "write") return Promise.reject(storeReadOnlyError(this.location));
    return this.#hasShard(shard) ? this.#engine.run(operation, input, shard) : this.#rejectShard(shard);
  }

  /** Runs an operation on every shard, each an atomic step of its own. @returns what each gave, in order */
  runOnAll<Input, Output>(operation: Operation<Input, Output>, input: Input): Promise<readonly Output[]> {
    return settleAll(this.shards.map((shard) => this.run(operation, input, shard)));
  }

  /** As {@link Engine.waitForAppend}. */
  waitForAppend(stream: string, shard: number, timeoutMs: number, signal: AbortSignalLike): Promise<void> {
    const engine = this.#engine;
    return this.#hasShard(shard) ? engine.waitForAppend(stream, shard, timeoutMs, signal) : this.#rejectShard(shard);
  }

  /** As {@link Engine.examine}; nothing when the engine has nothing to tell. */
  async examine(): Promise<readonly HealthCheck[]> {
    return (await this.#engine.examine?.(() => this.nowSeconds())) ?? [];
  }

  /** Ends what the store holds open. Idempotent. */
  close(): Promise<void> {
    return this.#engine.close();
  }

  /** As {@link close}, at the end of a block that opened it with `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #hasShard(shard: number): boolean {
    return Number.isInteger(shard) && shard >= 0 && shard < this.shardCount;
  }

  #rejectShard(shard: number): Promise<never> {
    const last = this.shardCount - 1;
    return Promise.reject(new InvalidArgumentError("shard", shard, `an integer from 0 to ${last}`));
  }
}

function systemClock(): number {
  return Date.now() / 1000;
}

function readClock(clock: () => number): number {
  const now = clock();
  if (typeof now !== "number" || !(now >= 0 && now <= LATEST_UNIX_SECONDS)) {
    const expected = `a function that returns Unix seconds from 0 to ${LATEST_UNIX_SECONDS}`;
    throw new ConfigurationError("clock", now, expected, { hint: MILLISECONDS_HINT });
  }
  return now;
}

/** A random source of the caller's, of which each number is looked at: NaN would choose nothing for ever. */
function checkedRandom(random: () => number): () => number {
  return () => {
    const number = random();
    if (typeof number === "number" && number >= 0 && number < 1) return number;
    throw new ConfigurationError("random", number, "a function that returns numbers from 0 to below 1");
  };
}

function checkedIds(createId: () => string): () => string {
  return () => {
    const id = createId();
    if (typeof id === "string" && isKeyText(id)) return id;
    throw new ConfigurationError("createId", id, "a function that returns texts without control characters");
  };
}

/** @returns the options, each read once */
function checkOptions(given: StoreOptions): StoreOptions {
  if (typeof given !== "object" || given === null) throw new ConfigurationError("options", given, "an object");
  const options = refuseUnknownOptions(given, STORE_OPTION_NAMES);
  const { clock = systemClock, random = Math.random, createId = uniqueId } = options;
  for (const [name, given] of Object.entries({ clock, random, createId })) {
    if (typeof given !== "function") throw new ConfigurationError(name, given, "a function");
  }
  resolveDefaults(options.defaults);
  readClock(clock);
  checkSignal(options.signal);
  return options;
}

/**
 * Opens a store: `memory:`, a SQLite file or a Redis server; files and what is kept on a server are created when they
 * do not exist.
 *
 * @throws {@link ConfigurationError} for an option out of range, before anything is opened
 * @throws {@link StoreError} when it cannot be opened
 * @throws {@link DataFormatError} when it is not ours, or what an import left behind that was not completed
 */
export async function openStore(location: StoreLocation, given: StoreOptions = {}): Promise<Store> {
  const options = checkOptions(given);
  return openedUnlessAborted(openChecked(location, options), options.signal, (store) => store.close());
}

async function openChecked(location: StoreLocation, options: StoreOptions): Promise<Store> {
  const { clock, random, createId, defaults, signal, ...engineOptions } = options;
  const engine = await openEngine(location, engineOptions);
  const store = new Store(engine, { clock, random, createId, defaults, readOnly: options.readOnly });
  try {
    await requireCompleteImport(store);
  } catch (error) {
    await store.close();
    throw error;
  }
  return store;
}

/** Holds the mark of an import that is under way, in shard 0. */
export const IMPORT_KEY = storageKey("import");

async function requireCompleteImport(store: Store): Promise<void> {
  const mark = await store.run(getRecord, { keys: { records: IMPORT_KEY }, id: IMPORT_MARK }, 0);
  if (mark === undefined) return;
  throw new DataFormatError(`The import into the store at ${store.location} was not completed.`, {
    hint: "Remove the store, and import into a new one.",
  });
}
