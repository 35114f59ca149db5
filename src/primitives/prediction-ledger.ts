import { checkLimit, checkNumberOption, checkObject, checkOptionNames, checkPlainObject } from "../common/checks.js";
import { ConfigurationError, InvalidArgumentError } from "../common/errors.js";
import type { TuningConstants } from "../common/tuning/defaults.js";
import { namesOf, refuseUnknownNames } from "../common/unknown-names.js";
import type { Fields } from "../keyspace/port/keyspace.js";
import { canonicalJson } from "../maths/json/canonical-json.js";
import type { JsonObject } from "../maths/json/json-value.js";
import { type ErrorGroup, type ErrorGrouping, summarizeErrors } from "../maths/learning/error-summary.js";
import { predictionError } from "../maths/learning/prediction-error.js";
import type { DeclaredModel } from "../model/declaration.js";
import { type Mixin, optionsOf, requireOptions } from "../model/primitive.js";
import type { RecordAccess } from "../model/record-access.js";
import type { RecordPlace, RecordPlaces } from "../model/record-places.js";
import type { ConfidenceLayout } from "../operations/observation/observation.js";
import type { ObservationOutcome } from "../operations/observation/observe.js";
import { getLedger, type LedgerKeys, recordPrediction } from "../operations/observation/predictions.js";
import { resolveExplicit } from "../operations/observation/resolve-prediction.js";
import { numberField, textField } from "../operations/records/fields.js";
import { rangeByRank } from "../operations/records/reading.js";
import { getRecord } from "../operations/records/record.js";
import { storageKey } from "../store/storage-keys.js";
import { agreeOnEvidenceCaps, confidencesOf } from "./confidence-field.js";

/** Keeps what was predicted about a record and how far off it was: docs/primitives/prediction-ledger.md. */
export interface PredictionLedgerOptions {
  /** Name of the index of errors. Default "default". */
  readonly partition?: string | undefined;
  /** An error above it lowers confidence. Default: the store's `ledgerErrorThreshold`. */
  readonly confidenceErrorThreshold?: number | undefined;
  /** The signal it sends, 0 to 1. Default: the store's `ledgerLowSignal`. */
  readonly confidenceLowSignal?: number | undefined;
  /** The error an outcome stands for when no reward was predicted, each 0 to 1. Default: the store's. */
  readonly autoResolveErrors?: Partial<AutoResolveErrors> | undefined;
}

/** The errors that outcomes of an observation stand for when they resolve a prediction. */
export interface AutoResolveErrors {
  readonly acted: number;
  readonly used: number;
  readonly dismissed: number;
  readonly contradicted: number;
}

export const predictionLedger: Mixin<PredictionLedgerOptions> = {
  name: "predictionLedger",
  reservedNames: ["predictionCount"],
  check: checkPredictionLedger,
  parts: (_options, places) => ({
    belongings: [(record) => ({ keys: { records: ledgerKeys(places, record).ledger } })],
    listings: [({ scope }) => ({ keys: { index: errorsKey(places.model, scope) } })],
  }),
};

/** Where the predictions about a record are kept. */
export function ledgerKeys({ model }: RecordPlaces, { scope, name }: Pick<RecordPlace, "scope" | "name">): LedgerKeys {
  return { ledger: storageKey("ledger", model.name, scope, name), errors: errorsKey(model, scope) };
}

function errorsKey(model: DeclaredModel, scope: string): string {
  return storageKey("errors", model.name, scope, optionsOf(model, predictionLedger)?.partition ?? "default");
}

/** What the ledger of a model needs to know: its options over the constants of a store. */
export function ledgerSettings(model: DeclaredModel, defaults: TuningConstants): LedgerSettings {
  const options = optionsOf(model, predictionLedger) ?? {};
  return {
    maxLedger: defaults.maxLedger,
    errorThreshold: options.confidenceErrorThreshold ?? defaults.ledgerErrorThreshold,
    lowSignal: options.confidenceLowSignal ?? defaults.ledgerLowSignal,
    autoResolveErrors: { ...defaults.ledgerErrors, ...options.autoResolveErrors },
    confidences: confidencesOf(model, defaults),
  };
}

function checkPredictionLedger(options: PredictionLedgerOptions): void {
  const known = ["partition", "confidenceErrorThreshold", "confidenceLowSignal", "autoResolveErrors"];
  checkOptionNames("predictionLedger", options, known);
  const { partition, confidenceErrorThreshold, confidenceLowSignal, autoResolveErrors = {} } = options;
  if (partition !== undefined && (typeof partition !== "string" || partition === "")) {
    throw new ConfigurationError("partition", partition, "a non-empty string");
  }
  checkOptionNames("autoResolveErrors", autoResolveErrors, ["acted", "used", "dismissed", "contradicted"]);
  const proportions = { confidenceErrorThreshold, confidenceLowSignal, ...autoResolveErrors };
  for (const [name, value] of Object.entries(proportions)) {
    if (value !== undefined) checkNumberOption(name, value, isProportion, "a number from 0 to 1");
  }
}

function isProportion(value: number): boolean {
  return value >= 0 && value <= 1;
}

/** A prediction, and once it is resolved, what happened and how far off it was. */
export interface PredictionRecord {
  readonly id: string;
  readonly predicted: JsonObject;
  readonly actual?: JsonObject;
  readonly resolved: boolean;
  readonly resolutionMode: "none" | "explicit" | "observed";
  /** 0 to 1; absent while open. */
  readonly predictionError?: number;
  readonly recordedAtSeconds: number;
  readonly resolvedAtSeconds?: number;
}

/** A prediction with how far off it was. */
export interface RankedError<Identity> {
  readonly identity: Identity;
  readonly predictionError: number;
}

/** Which errors to summarize, and by what to group them. */
export interface ErrorSummaryOptions {
  /** Required of a model that has a scope, and of no other. */
  readonly scope?: string | undefined;
  /** How to group: by UTC hour, weekday (Monday 0), day (ISO date), or by what a function says of a time. */
  readonly groupBy?: ErrorGrouping | undefined;
  /** Largest errors to look at. Integer, default 100; nothing at 0 or below. */
  readonly limit?: number | undefined;
}

/** Whose errors to look at. */
export interface HighestErrorsOptions {
  /** Required of a model that has a scope, and of no other. */
  readonly scope?: string | undefined;
  /** Most records to return. Integer, default 10; nothing at 0 or below. */
  readonly limit?: number | undefined;
}

const SUMMARY_NAMES = namesOf<ErrorSummaryOptions>({ scope: true, groupBy: true, limit: true });
const HIGHEST_NAMES = namesOf<HighestErrorsOptions>({ scope: true, limit: true });

export interface LedgerSettings {
  readonly maxLedger: number;
  readonly errorThreshold: number;
  readonly lowSignal: number;
  readonly autoResolveErrors: AutoResolveErrors;
  readonly confidences: readonly ConfidenceLayout[];
}

/** The predictions about a model's records. */
export class PredictionLedger<Identity> {
  readonly #records: RecordAccess<Identity>;
  readonly #settings: LedgerSettings;

  constructor(records: RecordAccess<Identity>) {
    const { model } = records.layout;
    requireOptions(model, predictionLedger);
    this.#records = records;
    this.#settings = ledgerSettings(model, records.store.defaults);
  }

  /**
   * Notes what is expected of a record. A number named `reward` is held against the observed reward later.
   *
   * @returns the prediction's id
   */
  async recordPrediction(identity: Identity, predicted: JsonObject): Promise<string> {
    const { store, layout } = this.#records;
    const place = this.#records.place(identity);
    const checked = checkPlainObject("predicted", predicted);
    const id = store.createId();
    const { reward } = checked;
    const prediction = { id, predictedJson: canonicalJson(checked, "predicted") };
    const input = {
      keys: { ...ledgerKeys(layout, place), ...place.keys },
      id: place.id,
      prediction: typeof reward === "number" ? { ...prediction, reward } : prediction,
      maxLedger: this.#settings.maxLedger,
      nowSeconds: store.nowSeconds(),
    };
    const stored = await store.run(recordPrediction, input, place.shard);
    this.#records.require(stored || undefined, place.values);
    return id;
  }

  /**
   * Resolves a prediction with what really happened, once. An error above the threshold lowers confidence.
   *
   * @param predictionId - default: the newest open one
   * @returns the error, 0 to 1; undefined, and nothing changes, when no prediction is open
   */
  async resolvePrediction(identity: Identity, actual: JsonObject, predictionId = ""): Promise<number | undefined> {
    const observed = checkPlainObject("actual", actual);
    const actualJson = canonicalJson(observed, "actual");
    const ledger = await this.predictions(identity);
    const open = ledger.findLast(({ id, resolved }) => !resolved && (predictionId === "" || predictionId === id));
    if (open === undefined) return this.#nothingOpen(identity);
    const error = predictionError(open.predicted, observed);
    return (await this.#resolve(identity, open.id, { actualJson, mode: "explicit", error })) ? error : undefined;
  }

  /**
   * Resolves the newest open prediction by how the record was used, once, with the error that outcome stands for.
   *
   * @returns the error; undefined when no prediction is open
   */
  async autoResolve(identity: Identity, outcome: Exclude<ObservationOutcome, "deferred">): Promise<number | undefined> {
    if (typeof outcome !== "string" || !Object.hasOwn(this.#settings.autoResolveErrors, outcome)) {
      throw new InvalidArgumentError("outcome", outcome, `"acted", "used", "dismissed" or "contradicted"`);
    }
    const error = this.#settings.autoResolveErrors[outcome];
    const resolved = await this.#resolve(identity, "", { actualJson: "", mode: "observed", error });
    return resolved ? error : this.#nothingOpen(identity);
  }

  /** The predictions kept about a record, oldest first. */
  async predictions(identity: Identity): Promise<readonly PredictionRecord[]> {
    const place = this.#records.place(identity);
    const keys = ledgerKeys(this.#records.layout, place);
    return (await this.#records.store.run(getLedger, { keys }, place.shard)).map(({ fields }) =>
      exposePrediction(fields),
    );
  }

  /** Records by the error last resolved, largest first. Integer `limit`; nothing at 0 or below. */
  async getHighestErrors(options: HighestErrorsOptions = {}): Promise<readonly RankedError<Identity>[]> {
    const given = refuseUnknownNames(checkObject("options", options), HIGHEST_NAMES);
    const { scope = "", limit = 10 } = given;
    const { store, layout } = this.#records;
    const keys = { index: errorsKey(layout.model, layout.checkScope(scope)) };
    const most = checkLimit(limit);
    const range = { keys, start: 0, stop: most - 1 };
    const found = most === 0 ? [] : await store.run(rangeByRank, range, store.shardOf(scope));
    return found.map(({ member, score }) => ({
      identity: layout.identityOf(scope, member) as Identity,
      predictionError: score === 0 ? 0 : -score,
    }));
  }

  /** Count, mean, spread and percentiles of the largest errors of a scope, in one group or several. */
  async errorSummary(options: ErrorSummaryOptions = {}): Promise<readonly ErrorGroup[]> {
    const given = refuseUnknownNames(checkObject("options", options), SUMMARY_NAMES);
    const { scope = "", groupBy, limit = 100 } = given;
    const highest = await this.getHighestErrors({ scope, limit });
    const resolved = await Promise.all(
      highest.map(async ({ identity, predictionError: error }) => {
        const last = (await this.predictions(identity)).findLast((prediction) => prediction.resolved);
        return { error, resolvedAtSeconds: last?.resolvedAtSeconds ?? 0 };
      }),
    );
    return summarizeErrors(resolved, groupBy);
  }

  /** @throws {@link RecordNotFoundError} when there is not even a record */
  async #nothingOpen(identity: Identity): Promise<undefined> {
    const { keys, id, shard, values } = this.#records.place(identity);
    this.#records.require(await this.#records.store.run(getRecord, { keys, id }, shard), values);
  }

  async #resolve(
    identity: Identity,
    predictionId: string,
    resolution: { readonly actualJson: string; readonly mode: "explicit" | "observed"; readonly error: number },
  ): Promise<boolean> {
    const { store, layout } = this.#records;
    const keys = ledgerKeys(layout, this.#records.place(identity));
    await agreeOnEvidenceCaps(store, layout.model);
    const input = {
      keys,
      predictionId,
      resolution,
      confidences: this.#settings.confidences,
      errorThreshold: this.#settings.errorThreshold,
      lowSignal: this.#settings.lowSignal,
      nowSeconds: store.nowSeconds(),
    };
    const resolved = await this.#records.tryOnRecord(identity, (record, shard) =>
      store.run(resolveExplicit, { record, ...input }, shard),
    );
    return resolved === true;
  }
}

export function exposePrediction(fields: Fields): PredictionRecord {
  const mode = textField(fields, "mode", "open");
  const actual = jsonOf(fields, "actual", "observed");
  const resolved = mode !== "open";
  const recordedAtSeconds = numberField(fields, "recordedAt", 0);
  return {
    id: textField(fields, "predictionId", ""),
    predicted: jsonOf(fields, "predicted", "reward") ?? {},
    ...(actual === undefined ? {} : { actual }),
    resolved,
    resolutionMode: mode === "explicit" || mode === "observed" ? mode : "none",
    recordedAtSeconds,
    ...(resolved
      ? {
          predictionError: numberField(fields, "error", 0),
          resolvedAtSeconds: numberField(fields, "resolvedAt", recordedAtSeconds),
        }
      : {}),
  };
}

/** What was said as JSON, or as nothing but a reward. */
function jsonOf(fields: Fields, jsonName: string, rewardName: string): JsonObject | undefined {
  const json = textField(fields, jsonName, "");
  if (json !== "") return JSON.parse(json) as JsonObject;
  const reward = fields[rewardName];
  return typeof reward === "number" ? { reward } : undefined;
}
