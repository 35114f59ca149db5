import { randomBytes } from "node:crypto";
import { InvalidArgumentError } from "../../../common/errors.js";
import { MAX_CANONICAL_CHARACTERS } from "../../../maths/json/canonical-json.js";
import { decisionKeys } from "../../../operations/records/decision-keys.js";
import { textsField } from "../../../operations/records/fields.js";
import { getRecord } from "../../../operations/records/record.js";
import { SETTINGS_SHARD } from "../../../operations/records/settings.js";
import { storageKey } from "../../../store/storage-keys.js";
import type { Store } from "../../../store/store.js";
import type { DecisionRecord, OpenedDecision } from "./decision-record.js";
import { bytesOf, recordFrom } from "./record-bytes.js";
import { KEY_BYTES, labelOf, nonceOf, SealingKey } from "./sealing/sealing-key.js";

const PREFIX = "d3";

/** State, specification and parameters at their longest, written as base64url, and room for names and context. */
const LONGEST_ID = 5 * MAX_CANONICAL_CHARACTERS;

/** Clocks of machines differ by less. */
const TOLERANCE_SECONDS = 3600;

/** Keys are read again so often: another process may have rotated them. */
const READ_AGAIN_SECONDS = 600;

const SETTINGS_KEY = storageKey("settings", "decisions");
const SETTING = "keys";

/**
 * Makes the ids of a store's decisions, and opens them. An id is the decision itself, sealed with a key of the store:
 * who passes it on can neither read nor alter it, and nobody can make one. docs/security.md.
 */
export class DecisionIds {
  readonly #store: Store;
  #keys: readonly SealingKey[];
  #readAtSeconds: number;
  #reading: Promise<void> | undefined;

  private constructor(store: Store, keys: readonly string[]) {
    this.#store = store;
    this.#keys = keys.map((key) => new SealingKey(key));
    this.#readAtSeconds = store.nowSeconds();
  }

  /** Reads the keys of a store, which gets one when it has none. */
  static async open(store: Store): Promise<DecisionIds> {
    let opening = opened.get(store);
    if (opening === undefined) {
      opening = readKeys(store).then((keys) => new DecisionIds(store, keys));
      opened.set(store, opening);
      opening.catch(() => opened.delete(store)); // a store that was busy may answer the next time
    }
    return opening;
  }

  /** A process that only decides learns here, without waiting for it, that the key was replaced. */
  idOf(record: DecisionRecord): string {
    if (!this.#isFresh()) this.#readAgain().catch(() => {}); // the keys at hand do until the store can be reached
    const [newest] = this.#keys;
    if (newest === undefined) throw new Error("A store has at least one key.");
    return PREFIX + newest.seal(bytesOf(record));
  }

  /**
   * @param parameter - what the caller calls the id
   * @throws {@link InvalidArgumentError} for a text that is no id of this store, saying why
   */
  async open(id: unknown, parameter: string): Promise<OpenedDecision> {
    const sealed = typeof id === "string" && id.length <= LONGEST_ID && id.startsWith(PREFIX) ? decoded(id) : undefined;
    const label = sealed === undefined ? undefined : labelOf(sealed);
    if (sealed === undefined || label === undefined) {
      throw refused(parameter, id, "the decisionId of a decision, whole and unchanged");
    }
    const keys = await this.#keysOf(label);
    if (keys.length === 0) {
      throw refused(parameter, id, "a decision of this store, or it was damaged, or its key was replaced long ago");
    }
    const content = openWithAny(sealed, keys);
    if (content === undefined) throw refused(parameter, id, "a decisionId that was not damaged on the way");
    const decision = Object.assign(recordFrom(content), { nonce: nonceOf(sealed).toString("base64url") });
    this.#requireRecent(parameter, id, decision.decidedAtSeconds);
    return decision;
  }

  /**
   * Seals with a new key from here on. What was sealed with earlier ones can be opened as long as it can be reported, unless
   * they are revoked.
   */
  async rotate({ revoke }: { readonly revoke: boolean }): Promise<void> {
    this.#use(await putKey(this.#store, { rotate: true, revoke }));
  }

  #requireRecent(parameter: string, id: unknown, decidedAtSeconds: number): void {
    const nowSeconds = this.#store.nowSeconds();
    const { reportTtlSeconds } = this.#store.defaults;
    if (nowSeconds - decidedAtSeconds >= reportTtlSeconds) {
      throw refused(
        parameter,
        id,
        `a decision of the last ${reportTtlSeconds} s`,
        "Record the outcome as an event instead.",
      );
    }
    if (decidedAtSeconds - nowSeconds > TOLERANCE_SECONDS) {
      throw refused(
        parameter,
        id,
        "a decision of the past",
        "The clock of this machine, or of the one that decided, is wrong.",
      );
    }
  }

  /** Labels are short: two keys may have the same. */
  async #keysOf(label: string): Promise<readonly SealingKey[]> {
    const find = () => this.#keys.filter((key) => key.label === label);
    if (this.#isFresh() && find().length > 0) return find();
    try {
      await this.#readAgain();
    } catch (error) {
      if (find().length === 0) throw error; // with the key at hand, a store that is away is no reason to refuse
    }
    return find();
  }

  #isFresh(): boolean {
    return Math.abs(this.#store.nowSeconds() - this.#readAtSeconds) < READ_AGAIN_SECONDS;
  }

  #readAgain(): Promise<void> {
    this.#reading ??= readKeys(this.#store)
      .then((keys) => this.#use(keys))
      .finally(() => {
        this.#reading = undefined;
      });
    return this.#reading;
  }

  #use(keys: readonly string[]): void {
    this.#keys = keys.map((key) => new SealingKey(key));
    this.#readAtSeconds = this.#store.nowSeconds();
  }
}

const opened = new WeakMap<Store, Promise<DecisionIds>>();

/** Writes only where there is none yet: an id that was made up is not to cost a write. */
async function readKeys(store: Store): Promise<readonly string[]> {
  const found = await store.run(getRecord, { keys: { records: SETTINGS_KEY }, id: SETTING }, SETTINGS_SHARD);
  const keys = textsField(found ?? {}, "keys");
  if (keys.length > 0) return keys;
  if (store.readOnly) return [newKey()]; // nobody has written to it: its decisions cannot be reported
  return putKey(store, { rotate: false, revoke: false });
}

function putKey(
  store: Store,
  { rotate, revoke }: { readonly rotate: boolean; readonly revoke: boolean },
): Promise<readonly string[]> {
  const nowSeconds = store.nowSeconds();
  const forgetBefore = revoke ? nowSeconds + 1 : nowSeconds - store.defaults.reportTtlSeconds;
  const input = { keys: { settings: SETTINGS_KEY }, id: SETTING, newKey: newKey(), rotate, forgetBefore, nowSeconds };
  return store.run(decisionKeys, input, SETTINGS_SHARD);
}

function newKey(): string {
  return randomBytes(KEY_BYTES).toString("base64url");
}

function openWithAny(sealed: Buffer, keys: readonly SealingKey[]): Buffer | undefined {
  for (const key of keys) {
    const content = key.open(sealed);
    if (content !== undefined) return content;
  }
  return undefined;
}

/** One text for the same bytes: another spelling of them is no id. */
function decoded(id: string): Buffer | undefined {
  const text = id.slice(PREFIX.length);
  const bytes = Buffer.from(text, "base64url");
  return bytes.toString("base64url") === text ? bytes : undefined;
}

function refused(parameter: string, id: unknown, expected: string, hint?: string): InvalidArgumentError {
  return new InvalidArgumentError(parameter, id, expected, hint === undefined ? {} : { hint });
}
