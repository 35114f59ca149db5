import { checkNumber, checkNumberOption, checkOptionNames } from "../common/checks.js";
import type { TuningConstants } from "../common/defaults.js";
import type { Field } from "../model/field.js";
import type { RecordAccess } from "../model/record-access.js";
import type { ConfidenceLayout } from "../operations/observation/observation.js";
import { checkedConfidence } from "../operations/primitives/confidence-state.js";
import { updateConfidence } from "../operations/primitives/learned-fields.js";
import { numberField } from "../operations/records/fields.js";

/** How far a record is to be trusted: docs/primitives/confidence-field.md. */
export interface ConfidenceState {
  /** 0 to 1. */
  readonly value: number;
  readonly evidenceCount: number;
  readonly corroborations: number;
  readonly contradictions: number;
}

export interface ConfidenceOptions {
  /** Confidence before any evidence, 0 to 1. Default: the store's. */
  readonly initialConfidence?: number;
  /** From this many observations on, the last ones count only. Integer >= 1. Default: the store's. */
  readonly evidenceCap?: number;
  /** Key fields that a query which ranks by this confidence has to name. Default: none. */
  readonly partitionBy?: string | readonly string[];
}

export interface ConfidenceField extends Field<"confidence", ConfidenceState, false>, ConfidenceOptions {
  readonly partitionBy: readonly string[];
}

export function confidenceField(options: ConfidenceOptions = {}): ConfidenceField {
  checkOptionNames("confidenceField", options, ["initialConfidence", "evidenceCap", "partitionBy"]);
  const { initialConfidence, evidenceCap, partitionBy = [] } = options;
  if (initialConfidence !== undefined) {
    const isProportion = (value: number) => value >= 0 && value <= 1;
    checkNumberOption("initialConfidence", initialConfidence, isProportion, "a number from 0 to 1");
  }
  if (evidenceCap !== undefined) {
    const isCount = (value: number) => Number.isInteger(value) && value >= 1;
    checkNumberOption("evidenceCap", evidenceCap, isCount, "an integer of at least 1");
  }
  return {
    ...options,
    partitionBy: typeof partitionBy === "string" ? [partitionBy] : partitionBy,
    kind: "confidence",
    required: false,
    start: (name, { defaults }) => ({
      [`${name}.value`]: initialConfidence ?? defaults.initialConfidence,
      [`${name}.evidenceCount`]: 0,
      [`${name}.corroborations`]: 0,
      [`${name}.contradictions`]: 0,
    }),
    decoder: (name) => {
      const [value, evidenceCount] = [`${name}.value`, `${name}.evidenceCount`];
      const [corroborations, contradictions] = [`${name}.corroborations`, `${name}.contradictions`];
      return (fields, defaults) =>
        checkedConfidence(
          numberField(fields, value, -1),
          numberField(fields, evidenceCount, -1),
          numberField(fields, corroborations, -1),
          numberField(fields, contradictions, -1),
          initialConfidence ?? defaults.initialConfidence,
        );
    },
  };
}

export function confidenceLayout(
  field: string,
  options: ConfidenceOptions,
  defaults: TuningConstants,
): ConfidenceLayout {
  return {
    field,
    initialConfidence: options.initialConfidence ?? defaults.initialConfidence,
    evidenceCap: options.evidenceCap ?? defaults.evidenceCap,
  };
}

/** The confidence states of a model's records. */
export class Confidence<Identity> {
  readonly #records: RecordAccess<Identity>;
  readonly #layout: ConfidenceLayout;

  constructor(records: RecordAccess<Identity>, layout: ConfidenceLayout) {
    this.#records = records;
    this.#layout = layout;
  }

  /**
   * One signal from 0 (contradicts) to 1 (corroborates): c + (signal - c) / (min(count + 1, cap) + 1), which is the
   * running mean below the cap and an exponential one from there on.
   *
   * @returns the new confidence
   * @throws {@link RecordNotFoundError} when the record does not exist
   * @throws {@link ConfigurationError} when the store was written with another evidence cap
   */
  async update(identity: Identity, signal: number): Promise<number> {
    const { store } = this.#records;
    checkNumber("signal", signal, (value) => value >= 0 && value <= 1, "a number from 0 to 1");
    await this.#records.agreeOnEvidenceCaps();
    const input = { confidence: this.#layout, signal, nowSeconds: store.nowSeconds() };
    const fields = await this.#records.onRecord(identity, (record, shard) =>
      store.run(updateConfidence, { record, ...input }, shard),
    );
    return numberField(fields, `${this.#layout.field}.value`, 0);
  }

  /**
   * Migration: makes the cap this field has here the one its store keeps, in place of `from`. States stay as they are: a
   * cap says how far the next signal moves them. Close every other writer first, since those that are open go on with the
   * old cap; opened again, they must declare the new one. Repeating the call does nothing.
   *
   * @param from - the cap the store has
   * @throws {@link ConfigurationError} when it has another one; nothing is changed then
   */
  async changeEvidenceCap(from: number): Promise<void> {
    const { field, evidenceCap } = this.#layout;
    checkNumber("from", from, (value) => Number.isInteger(value) && value >= 1, "an integer of at least 1");
    await this.#records.changeEvidenceCap(field, from, evidenceCap);
  }
}
