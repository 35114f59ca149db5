import { checkNumber, checkObject, checkOptionNames, checkUnixSeconds } from "../common/checks.js";
import { InvalidArgumentError } from "../common/errors.js";
import { namesOf, refuseUnknownNames } from "../common/unknown-names.js";
import type { Fields } from "../keyspace/port/keyspace.js";
import { type Mixin, optionsOf, requireOptions } from "../model/primitive.js";
import type { RecordAccess } from "../model/record-access.js";
import type { RecordPlace, RecordPlaces } from "../model/record-places.js";
import { textField } from "../operations/records/fields.js";
import {
  isValidAt,
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

const WINDOW_NAMES = namesOf<Window>({ fromSeconds: true, untilSeconds: true });

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
  readonly asOfSeconds?: number | undefined;
  /** Records of all times. Default false. */
  readonly anyTime?: boolean | undefined;
}

export const validityWindow: Mixin<ValidityWindowOptions> = {
  name: "validityWindow",
  reservedNames: ["validity"],
  check: (options) => {
    checkOptionNames("validityWindow", options, []);
  },
  parts: (_options, places) => ({
    start: ({ nowSeconds }) => ({ [VALID_FROM]: nowSeconds }),
    decoders: { validity: (fields) => decodeValidity(fields, places) },
  }),
};

function decodeValidity(fields: Fields, places: RecordPlaces): Validity<Readonly<Record<string, string>>> {
  const { [VALID_FROM]: from, [VALID_UNTIL]: until, [SUPERSEDED_BY]: supersededBy } = fields;
  const { scope: scopeField } = places.model;
  const scope = scopeField === undefined ? "" : textField(fields, scopeField, "");
  return {
    ...(typeof from === "number" ? { fromSeconds: from } : {}),
    ...(typeof until === "number" ? { untilSeconds: until } : {}),
    ...(typeof supersededBy === "string" ? { supersededBy: places.identityOf(scope, supersededBy) } : {}),
  };
}

/** Whether a stored record holds at the time a query asks about. */
export function validAt(
  { store, layout }: RecordAccess<unknown>,
  { asOfSeconds, anyTime = false }: ValidityOptions,
): (fields: Fields) => boolean {
  if (asOfSeconds !== undefined || anyTime) requireOptions(layout.model, validityWindow);
  if (anyTime || optionsOf(layout.model, validityWindow) === undefined) return () => true;
  const at = asOfSeconds === undefined ? store.nowSeconds() : checkUnixSeconds("asOfSeconds", asOfSeconds);
  return (fields) => isValidAt(fields, at);
}

/** The validity windows of a model's records. */
export class ValidityWindow<Identity> {
  readonly #records: RecordAccess<Identity>;

  constructor(records: RecordAccess<Identity>) {
    requireOptions(records.layout.model, validityWindow);
    this.#records = records;
  }

  /**
   * Sets the window of a record; an end that is not given is open. A link to a replacement goes.
   *
   * @throws {@link InvalidArgumentError} for a window that ends before it starts
   */
  async set(identity: Identity, window: Window): Promise<void> {
    const { store } = this.#records;
    const given = refuseUnknownNames(checkObject("window", window), WINDOW_NAMES);
    const { fromSeconds, untilSeconds } = given;
    if (fromSeconds !== undefined) checkUnixSeconds("fromSeconds", fromSeconds);
    if (untilSeconds !== undefined) {
      checkUnixSeconds("untilSeconds", untilSeconds);
      checkNumber(
        "untilSeconds",
        untilSeconds,
        (until) => until > (fromSeconds ?? -1),
        "Unix seconds after fromSeconds",
      );
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
    const successor = this.#records.place(replacement);
    const input = {
      replacement: replacementOf(this.#records.place(identity), successor),
      atSeconds: atSeconds === undefined ? nowSeconds : checkUnixSeconds("atSeconds", atSeconds),
      nowSeconds,
    };
    const exists = await this.#records.onRecord(identity, (record, shard) =>
      store.run(supersede, { record, ...input }, shard),
    );
    this.#records.require(exists || undefined, successor.values);
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
