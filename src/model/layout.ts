import { hash } from "node:crypto";
import type { TuningConstants } from "../defaults.js";
import { InvalidArgumentError } from "../errors.js";
import type { Fields } from "../keyspace/keyspace.js";
import { bloomPositions } from "../learning/bloom.js";
import { canonicalJson } from "../learning/canonical-json.js";
import type { EdgeLimits } from "../operations/edges.js";
import type { ConfidenceLayout, LearnedLayout } from "../operations/observation.js";
import type { Companion, FieldIndex, RecordPlan } from "../operations/record-plan.js";
import type { ClockScoring } from "../operations/scoring.js";
import { checkFinite, checkKeyText, checkObject, checkPlainObject } from "./checks.js";
import type { FieldMap, Model } from "./define-model.js";
import type { AnyField, ClockField, ConfidenceField, EdgesField, FilterField } from "./fields.js";

/** Joins the parts of a storage key. Key texts cannot contain it, and it sorts before everything they can contain. */
const SEPARATOR = "\t";

export function storageKey(...parts: readonly string[]): string {
  let key = parts[0] ?? "";
  for (let index = 1; index < parts.length; index += 1) key += SEPARATOR + parts[index];
  return key;
}

/**
 * Where the records of a model live. Every key follows from the identity of a record, so that an operation's keys are
 * known before it runs; on a cluster all keys of one scope can share a slot.
 */
export class ModelLayout {
  readonly model: Model;
  readonly #scopeLength: number;
  readonly #groupLength: number;
  readonly #lookupFields: readonly string[];
  readonly #clocks: readonly (readonly [string, ClockField])[];
  readonly #confidences: readonly string[];
  readonly #filter: readonly [string, FilterField] | undefined;
  readonly #edges: readonly (readonly [string, EdgesField])[];
  readonly #sortedFields: readonly string[];
  readonly #starts: readonly FieldStart[];
  readonly #decoders: readonly (readonly [string, FieldDecoder])[];

  constructor(model: Model) {
    this.model = model;
    this.#scopeLength = model.scope === undefined ? 0 : 1;
    this.#groupLength = this.#scopeLength + (model.group?.by.length ?? 0);
    // Records are listed by name, which begins with the first identity fields: these need no look-up of their own.
    const first = model.identity[this.#scopeLength];
    this.#lookupFields = namesOf(model, "key", "id").filter((field) => field !== model.scope && field !== first);
    this.#clocks = fieldsOf(model, "clock");
    this.#confidences = namesOf(model, "confidence");
    this.#filter = fieldsOf(model, "filter")[0];
    this.#edges = fieldsOf(model, "edges");
    this.#sortedFields = namesOf(model, "sorted");
    const fields = Object.entries(model.fields);
    this.#starts = fields.map(([name, definition]) => startOf(model, name, definition));
    this.#decoders = fields.map(([name, definition]) => [name, decoderOf(name, definition)]);
  }

  /** Checks the identity fields of a record. @returns their values in identity order */
  identityValues(identity: Readonly<Record<string, unknown>>): readonly string[] {
    checkObject("identity", identity);
    return this.model.identity.map((field) => checkKeyText(field, identity[field]));
  }

  scopeOf(values: readonly string[]): string {
    return this.#scopeLength === 0 ? "" : (values[0] ?? "");
  }

  /** The record's name within its scope. */
  nameOf(values: readonly string[]): string {
    return values.slice(this.#scopeLength).join(SEPARATOR);
  }

  /** Identity values from a scope and a name. */
  valuesOf(scope: string, name: string): readonly string[] {
    const parts = name.split(SEPARATOR);
    return this.#scopeLength === 0 ? parts : [scope, ...parts];
  }

  /** The key of the group of records that lie beside this one. */
  recordsKey(values: readonly string[]): string {
    const { group, name } = this.model;
    if (group === undefined) return storageKey("records", name, this.scopeOf(values));
    return storageKey(group.name, ...values.slice(0, this.#groupLength));
  }

  recordId(values: readonly string[]): string {
    const rest = values.slice(this.#groupLength).join(SEPARATOR);
    return this.model.group === undefined ? rest : storageKey(this.model.name, rest);
  }

  membersKey(scope: string): string {
    return storageKey("members", this.model.name, scope);
  }

  lookupKey(field: string, scope: string): string {
    return storageKey("lookup", this.model.name, field, scope);
  }

  edgesKey(field: string, scope: string): string {
    return storageKey("edges", this.model.name, field, scope);
  }

  accessKey(scope: string): string {
    return storageKey("access", this.model.name, scope);
  }

  ledgerKey(scope: string): string {
    return storageKey("ledger", this.model.name, scope);
  }

  errorsKey(scope: string): string {
    return storageKey("errors", this.model.name, scope, this.model.predictionLedger?.partition ?? "default");
  }

  filterKey(field: string, scope: string): string {
    return storageKey("filter", this.model.name, field, scope);
  }

  clockKey(field: string, scope: string): string {
    return storageKey("clock", this.model.name, field, scope);
  }

  hasLookup(field: string): boolean {
    return this.#lookupFields.includes(field);
  }

  /** The one clock of a model that ranks by recency. */
  get mainClock(): readonly [string, ClockField] | undefined {
    return this.#clocks[0];
  }

  get edgeFields(): readonly (readonly [string, EdgesField])[] {
    return this.#edges;
  }

  get filter(): readonly [string, FilterField] | undefined {
    return this.#filter;
  }

  plan(values: readonly string[]): RecordPlan {
    const scope = this.scopeOf(values);
    const name = this.nameOf(values);
    const { eventStream } = this.model;
    const events = eventStream === undefined ? undefined : this.streamKey(values);
    const filterKey = this.#filter === undefined ? undefined : this.filterKey(this.#filter[0], scope);
    return {
      keys: {
        records: this.recordsKey(values),
        members: this.membersKey(scope),
        ...(filterKey === undefined ? {} : { filter: filterKey }),
        ...(events === undefined ? {} : { events }),
      },
      id: this.recordId(values),
      name,
      lookups: this.#lookupFields.map((field) => index(this.lookupKey(field, scope), field)),
      orders: [
        ...this.#clocks.map(([field]) => index(this.clockKey(field, scope), `${field}.lastTouched`)),
        ...this.#sortedFields.map((field) => index(storageKey("sorted", this.model.name, field, scope), field)),
      ],
      filterPositions: this.#filter === undefined ? [] : this.filterPositions(this.#filter[1], values),
      companions: this.#companions(values, scope, name),
      rankings: this.model.predictionLedger === undefined ? [] : [{ keys: { index: this.errorsKey(scope) } }],
      edges: this.#edges.map(([field, { symmetric }]) => ({ keys: { edges: this.edgesKey(field, scope) }, symmetric })),
      eventFields: this.#eventFields(values, name),
      eventMaxLength: eventStream?.maxLength ?? 10_000,
    };
  }

  filterPositions(filter: FilterField, values: readonly string[]): readonly number[] {
    const item = values[this.model.identity.indexOf(filter.itemField)] ?? "";
    return bloomPositions(item, filter.bits, filter.hashes);
  }

  streamKey(values: readonly string[]): string {
    const { streamName = "mutations", partitionField } = this.model.eventStream ?? {};
    if (partitionField === undefined) return `stream:${streamName}`;
    return `stream:${streamName}:${values[this.model.identity.indexOf(partitionField)]}`;
  }

  learnedLayout(defaults: TuningConstants): LearnedLayout {
    return {
      clocks: this.#clocks.map(([field]) => field),
      confidences: this.#confidences.map((field) => this.confidenceLayout(field, defaults)),
    };
  }

  confidenceLayout(field: string, defaults: TuningConstants): ConfidenceLayout {
    const definition = this.model.fields[field];
    if (definition?.kind !== "confidence") {
      throw new InvalidArgumentError("field", field, `a confidence field of ${this.model.name}`);
    }
    return {
      field,
      initialConfidence: definition.initialConfidence ?? defaults.initialConfidence,
      evidenceCap: definition.evidenceCap ?? defaults.evidenceCap,
    };
  }

  edgeLimits(field: EdgesField, defaults: TuningConstants): EdgeLimits {
    return { symmetric: field.symmetric, maxEdges: field.maxEdges, weightCap: defaults.coOccurrenceWeightCap };
  }

  clockScoring([field, clock]: readonly [string, ClockField], defaults: TuningConstants): ClockScoring {
    const named = clock.confidenceModulation;
    const only = this.#confidences.length === 1 ? (this.#confidences[0] ?? "") : "";
    const confidenceField = named === false ? "" : named === "auto" ? only : named;
    return {
      field,
      baseField: clock.baseScoreField ?? "",
      decayRate: clock.decayRate ?? defaults.decayRate,
      confidenceField,
      initialConfidence:
        confidenceField === ""
          ? defaults.initialConfidence
          : this.confidenceLayout(confidenceField, defaults).initialConfidence,
      modulationStrength: defaults.decayConfidenceEnabled ? defaults.decayConfidenceStrength : 0,
    };
  }

  /** The stored fields of a new record: the given ones, checked, and the start of everything learned. */
  newFields(given: Readonly<Record<string, unknown>>, values: readonly string[], now: Now): Fields {
    const fields: Fields = {};
    for (const name of Object.keys(given)) {
      if (!isPlain(this.model.fields[name])) throw this.#notPlain(name, given[name]);
    }
    for (const start of this.#starts) start(fields, given, values, now);
    return fields;
  }

  /** Plain fields of an update, checked. */
  changedFields(changes: Readonly<Record<string, unknown>>): Fields {
    checkObject("changes", changes);
    const fields: Fields = {};
    for (const [name, value] of Object.entries(changes)) {
      const definition = this.model.fields[name];
      if (definition === undefined || !isPlain(definition)) throw this.#notPlain(name, value);
      if (this.model.identity.includes(name)) {
        throw new InvalidArgumentError(name, value, "no change: it is part of the identity", {
          hint: "Delete the record and create another.",
        });
      }
      if (value === undefined) throw new InvalidArgumentError(name, value, "a value");
      fields[name] = encode(name, definition, value);
    }
    return fields;
  }

  /** A stored record as callers see it. */
  decode(fields: Fields): Record<string, unknown> {
    const record: Record<string, unknown> = {};
    for (const [name, decode] of this.#decoders) {
      const value = decode(fields);
      if (value !== undefined) record[name] = value;
    }
    if (this.model.accessTracker !== undefined) {
      record.accessCount = fields.accessCount ?? 0;
      record.lastAccessedSeconds = fields.lastAccessed;
    }
    return record;
  }

  #notPlain(name: string, value: unknown): InvalidArgumentError {
    const hint = this.model.fields[name] === undefined ? "" : " Learned fields change through their own operations.";
    const plain = Object.entries(this.model.fields).filter(([, definition]) => isPlain(definition));
    return new InvalidArgumentError(
      name,
      value,
      `nothing: the fields of ${this.model.name} that can be set are ${plain.map(([field]) => field).join(", ")}`,
      hint === "" ? {} : { hint: hint.trim() },
    );
  }

  #companions(values: readonly string[], scope: string, name: string): readonly Companion[] {
    const companions: Companion[] = (this.model.group?.owns ?? []).map((kind) => ({
      keys: { records: this.recordsKey(values) },
      id: storageKey(kind, ...values.slice(this.#groupLength)),
    }));
    if (this.model.accessTracker !== undefined) companions.push({ keys: { records: this.accessKey(scope) }, id: name });
    if (this.model.predictionLedger !== undefined) {
      companions.push({ keys: { records: this.ledgerKey(scope) }, id: name });
    }
    return companions;
  }

  #eventFields(values: readonly string[], name: string): Fields {
    const fields: Fields = { model: this.model.name, pk: name };
    for (const field of this.model.eventStream?.metadataFields ?? []) {
      fields[field] = values[this.model.identity.indexOf(field)] ?? "";
    }
    return fields;
  }
}

/** Writes what a new record starts with in one field. */
type FieldStart = (
  fields: Fields,
  given: Readonly<Record<string, unknown>>,
  values: readonly string[],
  now: Now,
) => void;

/** Reads one field of a stored record as callers see it; undefined for a field that is not read. */
type FieldDecoder = (fields: Fields) => unknown;

interface Now {
  readonly seconds: number;
  readonly defaults: TuningConstants;
}

const ID_CHARACTERS = 24;

/** A short stable alias of an identity. */
function recordIdText(values: readonly string[]): string {
  return hash("sha256", values.join(SEPARATOR), "hex").slice(0, ID_CHARACTERS);
}

function index(key: string, field: string): FieldIndex {
  return { keys: { index: key }, field };
}

function namesOf(model: Model, ...kinds: readonly AnyField["kind"][]): readonly string[] {
  const fields: FieldMap = model.fields;
  return Object.keys(fields).filter((name) => kinds.some((kind) => fields[name]?.kind === kind));
}

function fieldsOf<Kind extends AnyField["kind"]>(
  model: Model,
  kind: Kind,
): readonly (readonly [string, Extract<AnyField, { kind: Kind }>])[] {
  const fields: FieldMap = model.fields;
  return Object.entries(fields).filter(
    (entry): entry is [string, Extract<AnyField, { kind: Kind }>] => entry[1].kind === kind,
  );
}

const PLAIN_KINDS: readonly AnyField["kind"][] = ["key", "text", "number", "boolean", "json", "sorted"];

function isPlain(field: AnyField | undefined): boolean {
  return field !== undefined && PLAIN_KINDS.includes(field.kind);
}

function defaultOf(field: AnyField): unknown {
  if (field.kind === "json") return {};
  return "defaultValue" in field ? field.defaultValue : undefined;
}

function encode(name: string, field: AnyField, value: unknown): string | number | boolean {
  switch (field.kind) {
    case "key":
      return checkKeyText(name, value);
    case "json":
      return canonicalJson(checkPlainObject(name, value), name);
    case "number":
    case "sorted":
      return checkFinite(name, value);
    case "boolean":
      if (typeof value !== "boolean") throw new InvalidArgumentError(name, value, "true or false");
      return value;
    default:
      if (typeof value !== "string") throw new InvalidArgumentError(name, value, "a string");
      return value;
  }
}

// Starting and decoding happen with every event and decision: the names of stored parts are put together once.

function startOf(model: Model, name: string, definition: AnyField): FieldStart {
  switch (definition.kind) {
    case "id":
      return (fields, _given, values) => {
        fields[name] = recordIdText(values);
      };
    case "qValue":
      return (fields) => {
        fields[name] = definition.initialQ;
      };
    case "clock":
      return startOfClock(name, definition);
    case "confidence":
      return startOfConfidence(name, definition);
    case "edges":
    case "filter":
      return () => {};
    default:
      return (fields, given) => {
        const value = given[name] ?? defaultOf(definition);
        if (value === undefined) throw new InvalidArgumentError(name, value, `a value: ${model.name} requires it`);
        fields[name] = encode(name, definition, value);
      };
  }
}

function startOfClock(name: string, { cycles, pressureRate }: ClockField): FieldStart {
  const parts = clockParts(name);
  return (fields, _given, _values, now) => {
    fields[parts.lastTouched] = now.seconds;
    if (cycles.length > 0) fields[parts.cycles] = cycles;
    if (pressureRate === 0) return;
    fields[parts.pressureRate] = pressureRate;
    fields[parts.lastResolved] = now.seconds;
  };
}

function startOfConfidence(name: string, { initialConfidence }: ConfidenceField): FieldStart {
  const parts = confidenceParts(name);
  return (fields, _given, _values, now) => {
    fields[parts.value] = initialConfidence ?? now.defaults.initialConfidence;
    fields[parts.evidenceCount] = 0;
    fields[parts.corroborations] = 0;
    fields[parts.contradictions] = 0;
  };
}

function decoderOf(name: string, definition: AnyField): FieldDecoder {
  switch (definition.kind) {
    case "json":
      return (fields) => JSON.parse(String(fields[name] ?? "{}"));
    case "confidence": {
      const parts = confidenceParts(name);
      return (fields) => ({
        value: fields[parts.value],
        evidenceCount: fields[parts.evidenceCount],
        corroborations: fields[parts.corroborations],
        contradictions: fields[parts.contradictions],
      });
    }
    case "clock": {
      const parts = clockParts(name);
      return (fields) => ({
        lastTouchedSeconds: fields[parts.lastTouched],
        cycles: decodeCycles(fields[parts.cycles]),
      });
    }
    case "edges":
    case "filter":
      return () => undefined;
    default:
      return (fields) => fields[name];
  }
}

function clockParts(name: string) {
  return {
    lastTouched: `${name}.lastTouched`,
    cycles: `${name}.cycles`,
    pressureRate: `${name}.pressureRate`,
    lastResolved: `${name}.lastResolved`,
  };
}

function confidenceParts(name: string) {
  return {
    value: `${name}.value`,
    evidenceCount: `${name}.evidenceCount`,
    corroborations: `${name}.corroborations`,
    contradictions: `${name}.contradictions`,
  };
}

function decodeCycles(flat: Fields[string] | undefined): readonly unknown[] {
  const numbers = Array.isArray(flat) ? flat : [];
  const cycles: unknown[] = [];
  for (let start = 0; start < numbers.length; start += 5) {
    const [periodSeconds, amplitude, phaseSeconds, , origin] = numbers.slice(start, start + 5);
    cycles.push({ periodSeconds, amplitude, phaseSeconds, origin: origin === 0 ? "declared" : "discovered" });
  }
  return cycles;
}
