import { checkKeyText, checkNumber, checkObject, checkOptionNames } from "../common/checks.js";
import { ConfigurationError, InvalidArgumentError } from "../common/errors.js";
import { partOf } from "../common/given/parts.js";
import { Defaults, type TuningConstants } from "../common/tuning/defaults.js";
import { namesOf, refuseUnknownNames } from "../common/unknown-names.js";
import { CYCLE_STRIDE } from "../maths/rhythm/cycles.js";
import { checkKind, type DeclaredModel, fieldsOfKind, requireField } from "../model/declaration.js";
import type { Field, RecordParts } from "../model/primitive.js";
import type { RecordAccess } from "../model/record-access.js";
import type { RecordPlace, RecordPlaces } from "../model/record-places.js";
import { scaleClock, setLearnedNumber } from "../operations/primitives/learned-fields.js";
import { RHYTHM_KINDS, type RhythmKeys } from "../operations/primitives/rhythm.js";
import { numberField, numbersField } from "../operations/records/fields.js";
import type { ClockScoring } from "../operations/records/ranking/scoring.js";
import { countScores, rangeByRank, rangeByRankReversed } from "../operations/records/reading.js";
import type { DeclaredClock } from "../operations/records/record.js";
import { storageKey } from "../store/storage-keys.js";
import type { ConfidenceField } from "./confidence-field.js";

/** Clock of a record: docs/primitives/decaying-sorted-field.md and docs/primitives/cyclic-decay-field.md. */
export interface ClockState {
  /** Unix seconds of creation, the last touch or the last success. */
  readonly lastTouchedSeconds: number;
  readonly cycles: readonly Cycle[];
  /** Unix seconds; absent when the field builds no pressure. */
  readonly lastResolvedSeconds?: number;
}

/** A rhythm that a score rises and falls with. */
export interface Cycle {
  readonly periodSeconds: number;
  readonly amplitude: number;
  readonly phaseSeconds: number;
  readonly origin: "declared" | "discovered";
}

/** How a record's score decays while it is not touched. */
export interface DecayOptions {
  /** Power-law exponent per day, > 0. Default: the store's `decayRate`. */
  readonly decayRate?: number | undefined;
  /** Number field that is decayed. Default: every record counts 1. */
  readonly baseScoreField?: string | undefined;
  /** Confidence field that bends the decay; `auto` takes the model's only one. Default `auto`. */
  readonly confidenceModulation?: "auto" | (string & {}) | false | undefined;
  /** Key fields whose values part the index. Default: the model's scope, which always does. */
  readonly partitionBy?: string | readonly string[] | undefined;
}

/** How a score decays, with the rhythms and the pressure that are added to it. */
export interface CyclicDecayOptions extends DecayOptions {
  /** [period in seconds > 0, amplitude >= 0, phase in seconds]; the phase is 0 when left out. */
  readonly cycles?: readonly (readonly [number, number] | readonly [number, number, number])[] | undefined;
  /** Score added per day since the record was last resolved. >= 0, default 0. */
  readonly pressureRate?: number | undefined;
}

/** What {@link decayingSortedField} and {@link cyclicDecayField} declare. */
export interface ClockField extends Field<"clock", ClockState, false> {
  readonly decayRate: number | undefined;
  readonly baseScoreField: string | undefined;
  readonly confidenceModulation: string | false;
  readonly partitionBy: readonly string[];
  /** Flat, as stored: see maths/rhythm/cycles. */
  readonly cycles: readonly number[];
  readonly pressureRate: number;
}

/** Kinds of fields a clock can decay. */
export const BASE_SCORE_KINDS = ["number", "decimal", "sorted", "qValue"] as const;

const DECAY_OPTIONS = ["decayRate", "baseScoreField", "confidenceModulation", "partitionBy"];

/** Recency: a clock that ranks records by power-law decay. */
export function decayingSortedField(options: DecayOptions = {}): ClockField {
  const given = checkOptionNames("decayingSortedField", options, DECAY_OPTIONS);
  return cyclicDecayField({ ...given, cycles: [], pressureRate: 0 });
}

/** A decay clock with periodic resonance and pressure. */
export function cyclicDecayField(options: CyclicDecayOptions = {}): ClockField {
  const given = checkOptionNames("cyclicDecayField", options, [...DECAY_OPTIONS, "cycles", "pressureRate"]);
  const { decayRate, baseScoreField, confidenceModulation = "auto", partitionBy = [], pressureRate = 0 } = given;
  if (decayRate !== undefined && !(Number.isFinite(decayRate) && decayRate > 0)) {
    throw new ConfigurationError("decayRate", decayRate, "a finite number above 0");
  }
  if (!Number.isFinite(pressureRate) || pressureRate < 0) {
    throw new ConfigurationError("pressureRate", pressureRate, "a finite number of at least 0");
  }
  if (given.cycles !== undefined && !Array.isArray(given.cycles)) {
    throw new ConfigurationError(
      "cycles",
      given.cycles,
      "an array of [period, amplitude] or [period, amplitude, phase]",
    );
  }
  const cycles = (given.cycles ?? []).flatMap(flattenCycle);
  const field: ClockField = {
    kind: "clock",
    required: false,
    decayRate,
    baseScoreField,
    confidenceModulation,
    partitionBy: typeof partitionBy === "string" ? [partitionBy] : partitionBy,
    cycles,
    pressureRate,
    start: (name, { nowSeconds }) => ({
      [`${name}.lastTouched`]: nowSeconds,
      ...(cycles.length === 0 ? {} : { [`${name}.cycles`]: cycles }),
      ...(pressureRate === 0 ? {} : { [`${name}.pressureRate`]: pressureRate, [`${name}.lastResolved`]: nowSeconds }),
    }),
    decoder: (name) => {
      const [lastTouched, lastResolved] = [`${name}.lastTouched`, `${name}.lastResolved`];
      const [storedCycles, storedRate] = [`${name}.cycles`, `${name}.pressureRate`];
      return (fields) => {
        const lastTouchedSeconds = numberField(fields, lastTouched, 0);
        const state = { lastTouchedSeconds, cycles: decodeCycles(numbersField(fields, storedCycles)) };
        const isUnderPressure = numberField(fields, storedRate, 0) > 0;
        return isUnderPressure ? { ...state, lastResolvedSeconds: numberField(fields, lastResolved, 0) } : state;
      };
    },
    check: (name, model) => checkClock(name, field, model),
    parts: (name, places) => clockParts(name, field, places),
  };
  return field;
}

function checkClock(name: string, clock: ClockField, model: DeclaredModel): void {
  const { baseScoreField, confidenceModulation, partitionBy } = clock;
  if (baseScoreField !== undefined) checkKind(model, `${name} baseScoreField`, baseScoreField, BASE_SCORE_KINDS);
  if (confidenceModulation !== "auto" && confidenceModulation !== false) {
    checkKind(model, `${name} confidenceModulation`, confidenceModulation, ["confidence"]);
  }
  const confidences = fieldsOfKind(model, "confidence").map(([confidence]) => confidence);
  if (confidenceModulation === "auto" && confidences.length > 1) {
    const choice = `name one of ${confidences.join(", ")} as its confidenceModulation, or say false`;
    process.emitWarning(`Confidence does not bend the decay of ${name}, because there are several: ${choice}.`);
  }
  for (const field of partitionBy) checkKind(model, `${name} partitionBy`, field, ["key"]);
}

function clockParts(name: string, clock: ClockField, places: RecordPlaces): RecordParts {
  const { model } = places;
  const { partitionBy, pressureRate } = clock;
  const touched = `${name}.lastTouched`;
  const scoring = clockScoring(model, name, clock, Defaults);
  const keyOf = places.partitioned(places.partitionFields(partitionBy), (scope, values) => {
    return storageKey("clock", model.name, name, scope, ...values);
  });
  return {
    partitionBy,
    orders: [(record) => ({ keys: { index: keyOf(record) }, field: touched })],
    ranked: { name, partition: partitionBy, share: (weight) => ({ clock: { scoring, weight, pressureRate } }) },
    ...(isFirstClock(name, model) ? rhythmParts(places) : {}),
  };
}

function isFirstClock(name: string, model: DeclaredModel): boolean {
  return fieldsOfKind(model, "clock")[0]?.[0] === name;
}

/** All clocks of a model follow one rhythm. */
function rhythmParts(places: RecordPlaces): RecordParts {
  return {
    belongings: [(record) => ({ keys: { records: rhythmKeys(places, record).rhythm } })],
    listings: RHYTHM_KINDS.map((kind) => (record) => ({ keys: { index: rhythmKeys(places, record)[kind] } })),
  };
}

/** Where it is noted when a record was used, and what became of it. */
export function rhythmKeys({ model }: RecordPlaces, { scope, name }: RecordPlace): RhythmKeys {
  return {
    rhythm: storageKey("rhythm", model.name, scope, name),
    activity: storageKey("activity", model.name, scope),
    weekly: storageKey("weekly", model.name, scope),
    daily: storageKey("daily", model.name, scope),
  };
}

/** The clocks of a model as it declares them now. */
export function declaredClocks(model: DeclaredModel): readonly DeclaredClock[] {
  return fieldsOfKind<ClockField>(model, "clock").map(([field, { cycles, pressureRate }]) => {
    return { field, cycles, pressureRate };
  });
}

/** How a clock turns into a score in a store with these constants. */
export function clockScoring(
  model: DeclaredModel,
  name: string,
  clock: ClockField,
  defaults: TuningConstants,
): ClockScoring {
  const confidences = fieldsOfKind<ConfidenceField>(model, "confidence");
  const [only, ...others] = confidences;
  const automatic = only !== undefined && others.length === 0 ? only[0] : "";
  const modulation = clock.confidenceModulation;
  const confidenceField = modulation === false ? "" : modulation === "auto" ? automatic : modulation;
  const confidence = confidences.find(([field]) => field === confidenceField)?.[1];
  return {
    field: name,
    baseField: clock.baseScoreField ?? "",
    decayRate: clock.decayRate ?? defaults.decayRate,
    confidenceField,
    initialConfidence: confidence?.initialConfidence ?? defaults.initialConfidence,
    modulationStrength: defaults.decayConfidenceEnabled ? defaults.decayConfidenceStrength : 0,
  };
}

/** The index of one partition of a clock, by last touch. @param partition - values of its key fields, unchecked */
export function clockIndex(
  places: RecordPlaces,
  name: string,
  { partitionBy }: ClockField,
  partition: Readonly<Record<string, unknown>>,
): string {
  const { model } = places;
  checkObject("partition", partition);
  const checked = (field: string) => checkKeyText(field, partOf("partition", partition, field));
  const scope = model.scope === undefined ? "" : checked(model.scope);
  return storageKey("clock", model.name, name, scope, ...places.partitionFields(partitionBy).map(checked));
}

const DECLARED = 0;

function flattenCycle(cycle: readonly number[], index: number): number[] {
  if (!Array.isArray(cycle) || cycle.length < 2 || cycle.length > 3) {
    throw new ConfigurationError(`cycles[${index}]`, cycle, "[period, amplitude] or [period, amplitude, phase]");
  }
  const [period = Number.NaN, amplitude = Number.NaN, phase = 0] = cycle;
  if (!Number.isFinite(period) || period <= 0) {
    throw new ConfigurationError(`cycles[${index}] period`, period, "seconds above 0");
  }
  if (!Number.isFinite(amplitude) || amplitude < 0) {
    throw new ConfigurationError(`cycles[${index}] amplitude`, amplitude, "a finite number of at least 0");
  }
  if (!Number.isFinite(phase)) throw new ConfigurationError(`cycles[${index}] phase`, phase, "finite seconds");
  return [period, amplitude, phase, amplitude, DECLARED];
}

function decodeCycles(flat: readonly number[]): readonly Cycle[] {
  const cycles: Cycle[] = [];
  for (let start = 0; start + CYCLE_STRIDE <= flat.length; start += CYCLE_STRIDE) {
    const [periodSeconds = 0, amplitude = 0, phaseSeconds = 0, , origin] = flat.slice(start, start + CYCLE_STRIDE);
    cycles.push({ periodSeconds, amplitude, phaseSeconds, origin: origin === DECLARED ? "declared" : "discovered" });
  }
  return cycles;
}

/** A record with the time it was last touched. */
export interface TouchedRecord<Identity> {
  readonly identity: Identity;
  readonly lastTouchedSeconds: number;
}

/** Which ranks to return. */
export interface MembersOptions {
  /** First rank, negative from the end. Default 0. */
  readonly start?: number | undefined;
  /** Last rank, included, negative from the end. Default -1. */
  readonly stop?: number | undefined;
  /** Most recently touched first. Default false. */
  readonly reverse?: boolean | undefined;
}

const MEMBERS_NAMES = namesOf<MembersOptions>({ start: true, stop: true, reverse: true });

/** The clocks of a model's records. */
export class DecayClock<Identity> {
  readonly #records: RecordAccess<Identity>;
  readonly #name: string;
  readonly #field: ClockField;

  constructor(records: RecordAccess<Identity>, name: string) {
    this.#records = records;
    this.#name = name;
    this.#field = requireField<ClockField>(records.layout.model, name, "clock");
  }

  /** Sets the clock to now and changes nothing else. */
  async touch(identity: Identity): Promise<void> {
    const { store } = this.#records;
    const nowSeconds = store.nowSeconds();
    const input = { field: `${this.#name}.lastTouched`, value: nowSeconds, eventName: "touch", nowSeconds };
    await this.#records.onRecord(identity, (record, shard) => store.run(setLearnedNumber, { record, ...input }, shard));
  }

  /** Multiplies the amplitudes of the record's cycles. @returns them; empty without cycles */
  strengthenCycles(identity: Identity, factor?: number): Promise<readonly number[]> {
    return this.#scale(identity, factor ?? this.#records.store.defaults.actedCycleFactor);
  }

  /** Multiplies the amplitudes by a factor, the store's `dismissedCycleFactor` by default. @returns the new ones */
  weakenCycles(identity: Identity, factor?: number): Promise<readonly number[]> {
    return this.#scale(identity, factor ?? this.#records.store.defaults.dismissedCycleFactor);
  }

  /** Restarts the pressure. @throws {@link InvalidArgumentError} for a field that builds none */
  async resolvePressure(identity: Identity): Promise<void> {
    if (this.#field.pressureRate === 0) {
      throw new InvalidArgumentError("field", this.#name, "a cyclic field with a pressureRate above 0");
    }
    const { store } = this.#records;
    const nowSeconds = store.nowSeconds();
    const field = `${this.#name}.lastResolved`;
    const input = { field, value: nowSeconds, eventName: "resolve_pressure", nowSeconds };
    await this.#records.onRecord(identity, (record, shard) => store.run(setLearnedNumber, { record, ...input }, shard));
  }

  /** Records in one partition. @param partition - values of the partition fields; none for an unpartitioned model */
  async count(partition: Readonly<Record<string, string>> = {}): Promise<number> {
    const { store, layout } = this.#records;
    const keys = { index: clockIndex(layout, this.#name, this.#field, partition) };
    return store.run(countScores, { keys }, store.shardOf(this.#scopeOf(partition)));
  }

  /** Records of one partition by the time they were touched, least recent first; equal times by identity. */
  async members(
    partition: Readonly<Record<string, string>> = {},
    options: MembersOptions = {},
  ): Promise<readonly TouchedRecord<Identity>[]> {
    const { store, layout } = this.#records;
    const given = refuseUnknownNames(checkObject("options", options), MEMBERS_NAMES);
    const { start = 0, stop = -1, reverse = false } = given;
    checkNumber("start", start, Number.isInteger, "an integer");
    checkNumber("stop", stop, Number.isInteger, "an integer");
    const keys = { index: clockIndex(layout, this.#name, this.#field, partition) };
    const scope = this.#scopeOf(partition);
    const operation = reverse ? rangeByRankReversed : rangeByRank;
    const found = await store.run(operation, { keys, start, stop }, store.shardOf(scope));
    return found.map(({ member, score }) => ({
      identity: layout.identityOf(scope, member) as Identity,
      lastTouchedSeconds: score,
    }));
  }

  #scopeOf(partition: Readonly<Record<string, string>>): string {
    const { scope } = this.#records.layout.model;
    return scope === undefined ? "" : String(partOf("partition", partition, scope));
  }

  async #scale(identity: Identity, factor: number): Promise<readonly number[]> {
    checkNumber("factor", factor, (value) => value >= 0, "a number of at least 0");
    const { store } = this.#records;
    const input = { field: this.#name, factor, nowSeconds: store.nowSeconds() };
    const fields = await this.#records.onRecord(identity, (record, shard) =>
      store.run(scaleClock, { record, ...input }, shard),
    );
    return decodeCycles(numbersField(fields, `${this.#name}.cycles`)).map(({ amplitude }) => amplitude);
  }
}
