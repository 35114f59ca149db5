import { checkArray, checkKeyText, checkOptionNames } from "../common/checks.js";
import { ConfigurationError } from "../common/errors.js";
import type { TuningConstants } from "../common/tuning/defaults.js";
import { type Mixin, optionsOf, requireOptions } from "../model/primitive.js";
import { byScope, type RecordAccess } from "../model/record-access.js";
import type { RecordPlace, RecordPlaces } from "../model/record-places.js";
import {
  type AccessKeys,
  type AccessLimits,
  confirmReads,
  type DiscardReadsInput,
  discardReads,
  stageReads,
} from "../operations/primitives/accesses.js";
import { numbersField } from "../operations/records/fields.js";
import { getRecord } from "../operations/records/record.js";
import { storageKey } from "../store/storage-keys.js";

/** Counts how often a record was used, once the use is confirmed: docs/primitives/access-tracker.md. */
export interface AccessTrackerOptions {
  /** Times of confirmed reads kept per record. Integer >= 1. Default: the store's `maxAccessLog`. */
  readonly maxAccessLog?: number | undefined;
  /** Whether queries stage a read for every record they return. Default true. */
  readonly trackReads?: boolean | undefined;
  /** How long staged reads can be confirmed. > 0. Default: the store's `stagedTtlSeconds`. */
  readonly stagedTtlSeconds?: number | undefined;
}

/** What a model with an access tracker adds to its records. */
export interface TrackedRecord {
  /** Confirmed reads, all of them. */
  readonly accessCount: number;
  /** Unix seconds of the last one. */
  readonly lastAccessedSeconds?: number;
}

/** The reader of whoever does not say. */
export const DEFAULT_READER = "default";

/** How a read of records is tracked. */
export interface ReadOptions {
  /** Whose reads to stage, on a model that tracks them. Default "default". */
  readonly reader?: string | undefined;
  /** Leaves the reads unstaged. */
  readonly noTrack?: boolean | undefined;
}

export const accessTracker: Mixin<AccessTrackerOptions> = {
  name: "accessTracker",
  reservedNames: ["accessCount", "lastAccessed", "lastAccessedSeconds"],
  check: checkAccessTracker,
  parts: (_options, places) => ({
    decoders: {
      accessCount: (fields) => fields.accessCount ?? 0,
      lastAccessedSeconds: (fields) => fields.lastAccessed,
    },
    companions: [({ scope, name }) => ({ keys: { records: accessLogKey(places, scope) }, id: name })],
    belongings: [(record) => ({ keys: { records: stagedKey(places, record) } })],
    ranked: { name: "accessCount", share: (weight) => ({ accessWeight: weight }) },
  }),
};

/** Records with the confirmed reads of all records of a scope. */
export function accessLogKey({ model }: RecordPlaces, scope: string): string {
  return storageKey("access", model.name, scope);
}

function stagedKey({ model }: RecordPlaces, { scope, name }: RecordPlace): string {
  return storageKey("staged", model.name, scope, name);
}

/** Where the reads of a record are kept. */
export function accessKeys(places: RecordPlaces, record: RecordPlace): AccessKeys {
  return { staged: stagedKey(places, record), access: accessLogKey(places, record.scope) };
}

export function accessLimits(
  { maxAccessLog, stagedTtlSeconds }: AccessTrackerOptions,
  defaults: TuningConstants,
): AccessLimits {
  return {
    maxAccessLog: maxAccessLog ?? defaults.maxAccessLog,
    stagedTtlSeconds: stagedTtlSeconds ?? defaults.stagedTtlSeconds,
  };
}

/** Stages a read of each record that a query has found, on a model that tracks reads. */
export async function stageFound<Identity>(
  records: RecordAccess<Identity>,
  found: readonly Identity[],
  { reader = DEFAULT_READER, noTrack = false }: ReadOptions,
): Promise<void> {
  const options = optionsOf(records.layout.model, accessTracker);
  if (options === undefined || options.trackReads === false || noTrack || found.length === 0) return;
  await new AccessTracker(records).onRead(found, reader);
}

function checkAccessTracker(options: AccessTrackerOptions): void {
  const known = ["maxAccessLog", "trackReads", "stagedTtlSeconds"];
  const { maxAccessLog, trackReads, stagedTtlSeconds } = checkOptionNames("accessTracker", options, known);
  if (maxAccessLog !== undefined && !(Number.isInteger(maxAccessLog) && maxAccessLog >= 1)) {
    throw new ConfigurationError("maxAccessLog", maxAccessLog, "an integer of at least 1");
  }
  if (trackReads !== undefined && typeof trackReads !== "boolean") {
    throw new ConfigurationError("trackReads", trackReads, "true or false");
  }
  if (stagedTtlSeconds !== undefined && !(Number.isFinite(stagedTtlSeconds) && stagedTtlSeconds > 0)) {
    throw new ConfigurationError("stagedTtlSeconds", stagedTtlSeconds, "seconds above 0");
  }
}

/** The reads of a model's records. A reader's reads are its own: nobody else confirms or discards them. */
export class AccessTracker<Identity> {
  readonly #records: RecordAccess<Identity>;
  readonly #limits: AccessLimits;

  constructor(records: RecordAccess<Identity>) {
    this.#records = records;
    this.#limits = accessLimits(requireOptions(records.layout.model, accessTracker), records.store.defaults);
  }

  /**
   * Stages one read of each record; those that are not stored are skipped. Staged reads expire together with the first
   * of them.
   *
   * @returns how many records were found
   */
  async onRead(identities: readonly Identity[], reader = DEFAULT_READER): Promise<number> {
    const { store, layout } = this.#records;
    checkKeyText("reader", reader);
    const places = checkArray("identities", identities).map((identity) => {
      const place = this.#records.place(identity);
      return { scope: place.scope, id: place.id, keys: { ...accessKeys(layout, place), ...place.keys } };
    });
    let found = 0;
    for (const [scope, group] of byScope(places)) {
      const records = group.map(({ keys, id }) => ({ keys, id }));
      const input = { records, reader, limits: this.#limits, nowSeconds: store.nowSeconds() };
      found += await store.run(stageReads, input, store.shardOf(scope));
    }
    return found;
  }

  /** Counts the staged reads of a reader as uses. @returns how many; 0 when none are staged or they have expired */
  async confirmAccess(identity: Identity, reader = DEFAULT_READER): Promise<number> {
    const input = { ...this.#reads(identity, reader), limits: this.#limits };
    const { store } = this.#records;
    return this.#records.onRecord(identity, (record, shard) => store.run(confirmReads, { record, ...input }, shard));
  }

  /** Forgets the staged reads of a reader. @returns how many */
  async discardStagedAccess(identity: Identity, reader = DEFAULT_READER): Promise<number> {
    const { shard } = this.#records.place(identity);
    return this.#records.store.run(discardReads, this.#reads(identity, reader), shard);
  }

  /** Unix seconds of the last confirmed reads, oldest first. */
  async log(identity: Identity): Promise<readonly number[]> {
    const { store, layout } = this.#records;
    const { scope, name, shard } = this.#records.place(identity);
    const keys = { records: accessLogKey(layout, scope) };
    return numbersField((await store.run(getRecord, { keys, id: name }, shard)) ?? {}, "log");
  }

  /** What a reader has staged of a record. */
  #reads(identity: Identity, reader: string): DiscardReadsInput {
    const { store, layout } = this.#records;
    const keys = accessKeys(layout, this.#records.place(identity));
    return { keys, reader: checkKeyText("reader", reader), nowSeconds: store.nowSeconds() };
  }
}
