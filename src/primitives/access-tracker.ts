import { checkArray, checkKeyText, checkOptionNames } from "../common/checks.js";
import { ConfigurationError } from "../common/errors.js";
import { byScope } from "../model/by-scope.js";
import type { RecordAccess } from "../model/record-access.js";
import {
  type AccessLimits,
  confirmReads,
  type DiscardReadsInput,
  discardReads,
  stageReads,
} from "../operations/primitives/accesses.js";
import { numbersField } from "../operations/records/fields.js";
import { getRecord } from "../operations/records/record.js";

/** Counts how often a record was used, once the use is confirmed: docs/primitives/access-tracker.md. */
export interface AccessTrackerOptions {
  /** Times of confirmed reads kept per record. Integer >= 1. Default: the store's `maxAccessLog`. */
  readonly maxAccessLog?: number;
  /** Whether queries stage a read for every record they return. Default true. */
  readonly trackReads?: boolean;
  /** How long staged reads can be confirmed. > 0. Default: the store's `stagedTtlSeconds`. */
  readonly stagedTtlSeconds?: number;
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

export function checkAccessTracker(options: AccessTrackerOptions): void {
  const { maxAccessLog, trackReads, stagedTtlSeconds } = options;
  checkOptionNames("accessTracker", options, ["maxAccessLog", "trackReads", "stagedTtlSeconds"]);
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

  constructor(records: RecordAccess<Identity>, limits: AccessLimits) {
    this.#records = records;
    this.#limits = limits;
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
      const { values, scope, id, keys } = this.#records.place(identity);
      return { scope, id, keys: { ...layout.accessKeys(values), ...keys } };
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
    const { values, name, shard } = this.#records.place(identity);
    const keys = { records: layout.accessKeys(values).access };
    return numbersField((await store.run(getRecord, { keys, id: name }, shard)) ?? {}, "log");
  }

  /** What a reader has staged of a record. */
  #reads(identity: Identity, reader: string): DiscardReadsInput {
    const { store, layout } = this.#records;
    const keys = layout.accessKeys(this.#records.place(identity).values);
    return { keys, reader: checkKeyText("reader", reader), nowSeconds: store.nowSeconds() };
  }
}
