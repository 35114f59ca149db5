import { checkNumber, checkObject } from "../common/checks.js";
import { InvalidArgumentError } from "../common/errors.js";
import type { Fields } from "../keyspace/port/keyspace.js";
import type { RecordPlace } from "../model/layout.js";
import type { RecordAccess } from "../model/record-access.js";
import {
  type Replacement,
  SUPERSEDED_BY,
  setWindow,
  supersede,
  VALID_FROM,
  VALID_UNTIL,
} from "../operations/records/validity.js";

/**
 * Gives the records of a model a time in which they hold, and a link to what replaces them:
 * docs/primitives/validity-window.md.
 */
export type ValidityWindowOptions = Readonly<Record<never, never>>;

/** From when to when a record holds, in Unix seconds. */
export interface Window {
  /** Its first second. Absent: since ever. */
  readonly fromSeconds?: number;
  /** The first second in which it holds no more. Absent: for ever. */
  readonly untilSeconds?: number;
}

export interface Validity<Identity> extends Window {
  /** What replaces the record. It may have been deleted since. */
  readonly supersededBy?: Identity;
}

/** What a model with validity windows adds to its records. */
export interface WindowedRecord<Identity> {
  readonly validity: Validity<Identity>;
}

/** Which records a query leaves out, on a model with validity windows. */
export interface ValidityOptions {
  /** Records that held at this time, in Unix seconds. Default: now. */
  readonly asOfSeconds?: number;
  /** Records of all times. Default false. */
  readonly anyTime?: boolean;
}

/** @param identify - the identity of the record with this name */
export function decodeValidity<Identity>(fields: Fields, identify: (name: string) => Identity): Validity<Identity> {
  const { [VALID_FROM]: from, [VALID_UNTIL]: until, [SUPERSEDED_BY]: supersededBy } = fields;
  return {
    ...(typeof from === "number" ? { fromSeconds: from } : {}),
    ...(typeof until === "number" ? { untilSeconds: until } : {}),
    ...(typeof supersededBy === "string" ? { supersededBy: identify(supersededBy) } : {}),
  };
}

/** The validity windows of a model's records. */
export class ValidityWindow<Identity> {
  readonly #records: RecordAccess<Identity>;

  constructor(records: RecordAccess<Identity>) {
    this.#records = records;
  }

  /**
   * Sets the window of a record; an end that is not given is open. A link to a replacement goes.
   *
   * @throws {@link InvalidArgumentError} for a window that ends before it starts
   */
  async set(identity: Identity, window: Window): Promise<void> {
    const { store } = this.#records;
    const { fromSeconds, untilSeconds } = checkObject("window", window);
    if (fromSeconds !== undefined) checkTime("fromSeconds", fromSeconds);
    if (untilSeconds !== undefined) {
      const isLater = (value: number) => isTime(value) && value > (fromSeconds ?? -1);
      checkNumber("untilSeconds", untilSeconds, isLater, "Unix seconds after fromSeconds");
    }
    const input = {
      ...(fromSeconds === undefined ? {} : { fromSeconds }),
      ...(untilSeconds === undefined ? {} : { untilSeconds }),
      nowSeconds: store.nowSeconds(),
    };
    await this.#records.onRecord(identity, (record, shard) => store.run(setWindow, { record, ...input }, shard));
  }

  /**
   * Ends the window of a record and links it to the one that replaces it. A window that has ended keeps its end.
   *
   * @param atSeconds - its end; default: now
   * @throws {@link RecordNotFoundError} when either does not exist
   */
  async supersede(identity: Identity, replacement: Identity, atSeconds?: number): Promise<void> {
    const { store } = this.#records;
    const nowSeconds = store.nowSeconds();
    const input = {
      replacement: replacementOf(this.#records.place(identity), this.#records.place(replacement)),
      atSeconds: atSeconds === undefined ? nowSeconds : checkTime("atSeconds", atSeconds),
      nowSeconds,
    };
    const exists = await this.#records.onRecord(identity, (record, shard) =>
      store.run(supersede, { record, ...input }, shard),
    );
    this.#records.require(exists || undefined, this.#records.place(replacement).values);
  }
}

/** Checks that a record can replace another. */
export function replacementOf(replaced: RecordPlace, { keys, id, name, scope }: RecordPlace): Replacement {
  if (scope !== replaced.scope) {
    throw new InvalidArgumentError("replacement", scope, `a record of scope ${replaced.scope}`);
  }
  if (name === replaced.name)
    throw new InvalidArgumentError("replacement", name, "another record than the replaced one");
  return { keys, id, name };
}

export function checkTime(parameter: string, value: unknown): number {
  return checkNumber(parameter, value, isTime, "Unix seconds of at least 0");
}

function isTime(value: number): boolean {
  return value >= 0;
}
