import { checkNumber, checkNumberOption, checkOptionNames } from "../common/checks.js";
import { ConfigurationError } from "../common/errors.js";
import { Defaults, type TuningConstants } from "../common/tuning/defaults.js";
import { checkKind, type DeclaredModel, fieldsOfKind, requireField } from "../model/declaration.js";
import type { Field } from "../model/primitive.js";
import type { RecordAccess } from "../model/record-access.js";
import type { ConfidenceLayout } from "../operations/observation/observation.js";
import { checkedConfidence } from "../operations/primitives/confidence-state.js";
import { updateConfidence } from "../operations/primitives/learned-fields.js";
import { numberField } from "../operations/records/fields.js";
import { getRecord } from "../operations/records/record.js";
import { agreeOnSettings, changeSetting, SETTINGS_SHARD } from "../operations/records/settings.js";
import { storageKey } from "../store/storage-keys.js";
import type { Store } from "../store/store.js";

/** How far a record is to be trusted: docs/primitives/confidence-field.md. */
export interface ConfidenceState {
  /** 0 to 1. */
  readonly value: number;
  readonly evidenceCount: number;
  readonly corroborations: number;
  readonly contradictions: number;
}

/** Where a confidence starts and how much evidence it remembers. */
export interface ConfidenceOptions {
  /** Confidence before any evidence, 0 to 1. Default: the store's. */
  readonly initialConfidence?: number | undefined;
  /** From this many observations on, the last ones count only. Integer >= 1. Default: the store's. */
  readonly evidenceCap?: number | undefined;
  /** Key fields that a query which ranks by this confidence has to name. Default: none. */
  readonly partitionBy?: string | readonly string[] | undefined;
}

/** What {@link confidenceField} declares. */
export interface ConfidenceField extends Field<"confidence", ConfidenceState, false>, ConfidenceOptions {
  readonly partitionBy: readonly string[];
}

/** A confidence from 0 to 1 that observed outcomes move. */
export function confidenceField(options: ConfidenceOptions = {}): ConfidenceField {
  const given = checkOptionNames("confidenceField", options, ["initialConfidence", "evidenceCap", "partitionBy"]);
  const { initialConfidence, evidenceCap, partitionBy = [] } = given;
  if (initialConfidence !== undefined) {
    const isProportion = (value: number) => value >= 0 && value <= 1;
    checkNumberOption("initialConfidence", initialConfidence, isProportion, "a number from 0 to 1");
  }
  if (evidenceCap !== undefined) {
    const isCount = (value: number) => Number.isInteger(value) && value >= 1;
    checkNumberOption("evidenceCap", evidenceCap, isCount, "an integer of at least 1");
  }
  const partition = typeof partitionBy === "string" ? [partitionBy] : partitionBy;
  return {
    ...given,
    partitionBy: partition,
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
    check: (name, model) => {
      for (const field of partition) checkKind(model, `${name} partitionBy`, field, ["key"]);
    },
    parts: (name) => {
      const fallback = initialConfidence ?? Defaults.initialConfidence;
      return { ranked: { name, share: (weight) => ({ number: { field: `${name}.value`, weight, fallback } }) } };
    },
  };
}

function confidenceLayout(field: string, options: ConfidenceOptions, defaults: TuningConstants): ConfidenceLayout {
  return {
    field,
    initialConfidence: options.initialConfidence ?? defaults.initialConfidence,
    evidenceCap: options.evidenceCap ?? defaults.evidenceCap,
  };
}

/** The confidences of a model, under the constants of a store. */
export function confidencesOf(model: DeclaredModel, defaults: TuningConstants): readonly ConfidenceLayout[] {
  return fieldsOfKind<ConfidenceField>(model, "confidence").map(([name, field]) => {
    return confidenceLayout(name, field, defaults);
  });
}

/** The confidence states of a model's records. */
export class Confidence<Identity> {
  readonly #records: RecordAccess<Identity>;
  readonly #layout: ConfidenceLayout;

  constructor(records: RecordAccess<Identity>, name: string) {
    const field = requireField<ConfidenceField>(records.layout.model, name, "confidence");
    this.#records = records;
    this.#layout = confidenceLayout(name, field, records.store.defaults);
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
    this.#records.place(identity); // refused before anything is noted
    await agreeOnEvidenceCaps(store, this.#records.layout.model);
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
    const { store, layout } = this.#records;
    const model = layout.model.name;
    const keys = { settings: storageKey("settings", model) };
    const input = { keys, id: field, name: "evidenceCap", from, to: evidenceCap };
    const before = await store.run(changeSetting, input, SETTINGS_SHARD);
    if (before === from || before === evidenceCap) return;
    throw new ConfigurationError("from", from, `${before}, with which this store keeps ${model}.${field}`);
  }
}

/** What was agreed on already: a model's caps are looked up once per open store. */
const agreements = new WeakMap<Store, Map<string, Promise<void>>>();

/**
 * Makes sure that everyone who writes a model's confidences forgets at the same pace: the caps are fixed in the store when
 * they are first used. Kept in one place for all scopes. To be awaited before a confidence is written.
 *
 * @throws {@link ConfigurationError} when the store was written with another cap
 */
export function agreeOnEvidenceCaps(store: Store, model: DeclaredModel): Promise<void> {
  const confidences = confidencesOf(model, store.defaults);
  if (confidences.length === 0) return Promise.resolve();
  const agreed = agreements.get(store) ?? new Map<string, Promise<void>>();
  agreements.set(store, agreed);
  const settings = Object.fromEntries(confidences.map(({ field, evidenceCap }) => [field, evidenceCap]));
  const key = JSON.stringify([model.name, settings]);
  let agreement = agreed.get(key);
  if (agreement === undefined) {
    agreement = agree(store, model.name, settings);
    agreed.set(key, agreement);
    agreement.catch(() => agreed.delete(key)); // a store that was busy may answer the next time
  }
  return agreement;
}

/** For a store that may have lost what was agreed on. */
export function forgetEvidenceCaps(store: Store): void {
  agreements.delete(store);
}

async function agree(store: Store, model: string, settings: Readonly<Record<string, number>>): Promise<void> {
  for (const [field, evidenceCap] of Object.entries(settings)) {
    const input = { keys: { settings: storageKey("settings", model) }, id: field, settings: { evidenceCap } };
    const known = await store.run(getRecord, { keys: { records: input.keys.settings }, id: field }, SETTINGS_SHARD);
    const agreed = known ?? (await store.run(agreeOnSettings, input, SETTINGS_SHARD));
    if (agreed.evidenceCap === evidenceCap) continue;
    const expected = `${agreed.evidenceCap}, with which this store keeps ${model}.${field}`;
    throw new ConfigurationError("evidenceCap", evidenceCap, expected, {
      hint: "All writers of a confidence must use one cap; changeEvidenceCap changes it for all of them.",
    });
  }
}
