import { checkLearnable, checkNumber, checkObject, checkOptionNames } from "../common/checks.js";
import { ConfigurationError } from "../common/errors.js";
import type { TuningConstants } from "../common/tuning/defaults.js";
import { namesOf, refuseUnknownNames } from "../common/unknown-names.js";
import { requireField } from "../model/declaration.js";
import type { Field } from "../model/primitive.js";
import type { RecordAccess } from "../model/record-access.js";
import { type QValueUpdate, setLearnedNumber, updateQValue } from "../operations/primitives/learned-fields.js";
import { numberField } from "../operations/records/fields.js";

/** A value learned by temporal difference: docs/primitives/td-value-field.md. Saves never write it. */
export interface TdValueField extends Field<"qValue", number, false> {}

/**
 * A Q-value that rewards move by temporal difference.
 *
 * @param options.initialQ - value of a new record, any finite number, default 0
 */
export function tdValueField(options: { readonly initialQ?: number } = {}): TdValueField {
  const { initialQ = 0 } = checkOptionNames("tdValueField", options, ["initialQ"]);
  if (!Number.isFinite(initialQ)) throw new ConfigurationError("initialQ", initialQ, "a finite number");
  return {
    kind: "qValue",
    required: false,
    start: (name) => ({ [name]: initialQ }),
    decoder: (name) => (fields) => numberField(fields, name, 0),
  };
}

/** What a reward is to be learned with. */
export interface TdOptions {
  /** Largest Q-value of the state that followed; 0 at the end of an episode. Default 0. */
  readonly maxFutureQ?: number | undefined;
  /** Learning rate, above 0 to 1. Default: the store's `tdAlpha`. */
  readonly alpha?: number | undefined;
  /** Discount factor, 0 to below 1; 1 only with `episodic`. Default: the store's `tdGamma`. */
  readonly gamma?: number | undefined;
  /** Allows a discount factor of 1, for tasks that always end. Default: the store's `tdEpisodic`. */
  readonly episodic?: boolean | undefined;
}

const STEP_NAMES = namesOf<TdOptions>({ maxFutureQ: true, alpha: true, gamma: true, episodic: true });

/** The Q-values of a model's records. */
export class TdValue<Identity> {
  readonly #records: RecordAccess<Identity>;
  readonly #field: string;

  constructor(records: RecordAccess<Identity>, field: string) {
    requireField(records.layout.model, field, "qValue");
    this.#records = records;
    this.#field = field;
  }

  /**
   * One temporal difference step: Q + alpha * (reward + gamma * maxFutureQ - Q). Never touches a clock.
   *
   * @throws {@link RecordNotFoundError} when the record does not exist
   * @see Sutton and Barto, Reinforcement Learning (2018), eq. 6.8
   */
  async update(identity: Identity, reward: number, options: TdOptions = {}): Promise<QValueUpdate> {
    const { store } = this.#records;
    const step = { reward: checkLearnable("reward", reward), ...checkTdOptions(options, store.defaults) };
    const input = { field: this.#field, ...step, nowSeconds: store.nowSeconds() };
    return this.#records.onRecord(identity, (record, shard) => store.run(updateQValue, { record, ...input }, shard));
  }

  /** Sets the value and nothing else. */
  async initialize(identity: Identity, qValue = 0): Promise<void> {
    const { store } = this.#records;
    const value = checkLearnable("qValue", qValue);
    const input = { field: this.#field, value, eventName: "td_initialize", nowSeconds: store.nowSeconds() };
    await this.#records.onRecord(identity, (record, shard) => store.run(setLearnedNumber, { record, ...input }, shard));
  }
}

/** The numbers of one temporal difference step, checked. */
export function checkTdOptions(
  options: TdOptions,
  defaults: Pick<TuningConstants, "tdAlpha" | "tdGamma" | "tdEpisodic">,
): { readonly alpha: number; readonly gamma: number; readonly maxFutureQ: number } {
  const given = refuseUnknownNames(checkObject("options", options), STEP_NAMES);
  const { alpha = defaults.tdAlpha, gamma = defaults.tdGamma, maxFutureQ = 0, episodic = defaults.tdEpisodic } = given;
  const range = episodic ? "a number from 0 to 1" : "a number from 0 to below 1 (1 needs episodic: true)";
  return {
    alpha: checkNumber("alpha", alpha, (rate) => rate > 0 && rate <= 1, "a number above 0, at most 1"),
    gamma: checkNumber("gamma", gamma, (rate) => rate >= 0 && (rate < 1 || (episodic && rate === 1)), range),
    maxFutureQ: checkLearnable("maxFutureQ", maxFutureQ),
  };
}
