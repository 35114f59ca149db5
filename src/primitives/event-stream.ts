import {
  checkFinite,
  checkKeyText,
  checkNumber,
  checkObject,
  checkOptionNames,
  checkPlainObject,
} from "../common/checks.js";
import { ConfigurationError, InvalidArgumentError } from "../common/errors.js";
import { entriesOf } from "../common/given/parts.js";
import { namesOf, refuseUnknownNames } from "../common/unknown-names.js";
import type { Fields, FieldValue, StreamEntry } from "../keyspace/port/keyspace.js";
import type { DeclaredModel } from "../model/declaration.js";
import { type Mixin, requireOptions } from "../model/primitive.js";
import type { RecordAccess } from "../model/record-access.js";
import type { KeyedRecord, RecordPlaces } from "../model/record-places.js";
import { logEvent } from "../operations/streams/log-event.js";
import { deleteEntry, readEntries } from "../operations/streams/streams.js";
import { streamKey } from "../store/storage-keys.js";

/** Appends every change of a model's records to a stream, in the same atomic step: docs/primitives/event-stream.md. */
export interface EventStreamOptions<KeyName extends string = string, FieldName extends string = string> {
  /** Default "mutations". */
  readonly streamName?: string | undefined;
  /** Key field whose value is appended to the stream's name. */
  readonly partitionField?: KeyName | undefined;
  /** Entries kept, about; never one a consumer group has yet to acknowledge. Integer >= 1, default 10 000. */
  readonly maxLength?: number | undefined;
  /** Fields whose values, as the record has them, every event carries; no learned ones. */
  readonly metadataFields?: readonly FieldName[] | undefined;
}

const DEFAULT_STREAM = "mutations";
const EVENTS_KEPT = 10_000;

export const eventStream: Mixin<EventStreamOptions> = {
  name: "eventStream",
  check: checkEventStream,
  parts: (options, places) => {
    const { partitionField, streamName = DEFAULT_STREAM, maxLength = EVENTS_KEPT, metadataFields = [] } = options;
    const { identity } = places.model;
    const partition = partitionField === undefined ? () => "" : places.keyValue(partitionField);
    return {
      partitionBy: partitionField === undefined ? [] : [partitionField],
      events: {
        stream: (record) => streamKey(streamName, partition(record)),
        fields: eventFields(options, places),
        metadata: metadataFields.filter((field) => !identity.includes(field)),
        maxLength,
      },
    };
  },
};

/** What every event says of the record it is about. */
function eventFields(
  { streamName = "", partitionField, metadataFields = [] }: EventStreamOptions,
  places: RecordPlaces,
) {
  const { name: model, identity, scope: scopeField } = places.model;
  // Where the name of the stream does not tell the scope, the event does.
  const isStreamOfScope = partitionField === scopeField && !streamName.includes(":");
  const copied = metadataFields
    .filter((field) => identity.includes(field))
    .map((field) => {
      return [field, places.keyValue(field)] as const;
    });
  return (record: KeyedRecord): Fields => {
    const fields: Fields = { model, pk: record.name };
    if (!isStreamOfScope) fields.scope = record.scope;
    for (const [field, keyValue] of copied) fields[field] = keyValue(record);
    return fields;
  };
}

function checkEventStream(options: EventStreamOptions, { fields }: DeclaredModel): void {
  const {
    streamName = DEFAULT_STREAM,
    partitionField,
    maxLength = EVENTS_KEPT,
    metadataFields = [],
  } = checkOptionNames("eventStream", options, ["streamName", "partitionField", "maxLength", "metadataFields"]);
  if (typeof streamName !== "string" || streamName === "") {
    throw new ConfigurationError("streamName", streamName, "a non-empty string");
  }
  if (!Array.isArray(metadataFields)) {
    throw new ConfigurationError("metadataFields", metadataFields, "an array of fields");
  }
  if (!Number.isInteger(maxLength) || maxLength < 1) {
    throw new ConfigurationError("maxLength", maxLength, "an integer of at least 1");
  }
  if (partitionField !== undefined && fields[partitionField]?.kind !== "key") {
    throw new ConfigurationError("eventStream.partitionField", partitionField, "the name of a key field of the model");
  }
  for (const name of metadataFields) {
    const field = fields[name];
    if (field?.encode === undefined && field?.kind !== "id") {
      throw new ConfigurationError(
        "eventStream.metadataFields",
        name,
        "names of fields of the model that are not learned",
      );
    }
  }
}

/** Which events to read. */
export interface ReadEventsOptions {
  /** Value of the partition field; required of a stream that has one, and of no other. */
  readonly partition?: string | undefined;
  /**
   * Whose events to read, on a model with a scope. Events of two scopes may lie in two streams of the same name: a store
   * of several shards requires it, unless the stream is partitioned by the scope.
   */
  readonly scope?: string | undefined;
  /** Id of the last entry already seen. Default: from the oldest on. */
  readonly after?: string | undefined;
  /** Most entries to return. Integer from 1 to 10 000, default 100. */
  readonly limit?: number | undefined;
}

const READ_NAMES = namesOf<ReadEventsOptions>({ partition: true, scope: true, after: true, limit: true });

const ENTRY_ID = /^\d+-\d+$/;
const MOST_PER_READ = 10_000;

/** The event stream of a model: docs/primitives/event-stream.md. What the library writes there, it writes with the data. */
export class EventLog<Identity> {
  readonly #records: RecordAccess<Identity>;

  readonly #options: EventStreamOptions;

  constructor(records: RecordAccess<Identity>) {
    this.#records = records;
    this.#options = requireOptions(records.layout.model, eventStream);
  }

  /** The name of the stream, for a `StreamConsumer`. @param partition - as in {@link ReadEventsOptions} */
  streamKey(partition = ""): string {
    const { streamName = DEFAULT_STREAM, partitionField } = this.#options;
    if (partitionField !== undefined) return streamKey(streamName, checkKeyText(partitionField, partition));
    if (partition === "") return streamKey(streamName, "");
    throw new InvalidArgumentError("partition", partition, "none: the stream is not partitioned");
  }

  /**
   * Appends an event of the caller's own about a record, with the fields every event of the model carries.
   *
   * @param name - the event's `op`
   * @param extras - further fields: texts, finite numbers and booleans
   * @throws {@link RecordNotFoundError} when the record does not exist
   */
  async append(identity: Identity, name: string, extras: Readonly<Record<string, FieldValue>> = {}): Promise<void> {
    const { store } = this.#records;
    const input = { name: checkKeyText("name", name), nowSeconds: store.nowSeconds() };
    const checked = checkExtras(extras, ["model", "pk", ...(this.#options.metadataFields ?? [])]);
    await this.#records.onRecord(identity, (record, shard) =>
      store.run(logEvent, { record, ...input, extras: checked }, shard),
    );
  }

  /**
   * Entries of the stream, oldest first. No page with a `next`: a stream goes on, so one reads on after the id of the last
   * entry, and an empty list means that nothing has come since.
   */
  async read(options: ReadEventsOptions = {}): Promise<readonly StreamEntry[]> {
    const given = refuseUnknownNames(checkObject("options", options), READ_NAMES);
    const { partition = "", after = "", limit = 100 } = given;
    const isLimit = (value: number) => Number.isInteger(value) && value >= 1 && value <= MOST_PER_READ;
    const input = {
      keys: { stream: this.streamKey(partition) },
      afterId: after === "" ? "" : checkEntryId("after", after),
      limit: checkNumber("limit", limit, isLimit, `an integer from 1 to ${MOST_PER_READ}`),
    };
    return this.#records.store.run(readEntries, input, this.#shard(partition, given.scope));
  }

  /**
   * Removes one entry for good, for instance because of what it says about a person. A consumer that has it pending will
   * acknowledge it without handling it.
   *
   * @param scope - as in {@link ReadEventsOptions}
   * @returns whether there was such an entry
   */
  async delete(entryId: string, partition = "", scope?: string): Promise<boolean> {
    const input = { keys: { stream: this.streamKey(partition) }, id: checkEntryId("entryId", entryId) };
    return this.#records.store.run(deleteEntry, input, this.#shard(partition, scope));
  }

  #shard(partition: string, scope: string | undefined): number {
    const { store, layout } = this.#records;
    const { model } = layout;
    const own = scope === undefined ? undefined : layout.checkScope(scope);
    if (model.scope === undefined) return store.shardOf("");
    if (model.scope === this.#options.partitionField) return store.shardOf(partition);
    if (own !== undefined) return store.shardOf(own);
    if (store.shardCount === 1) return 0;
    throw new InvalidArgumentError("scope", scope, `a ${model.scope}: the store has several shards`);
  }
}

function checkEntryId(parameter: string, id: unknown): string {
  if (typeof id === "string" && ENTRY_ID.test(id)) return id;
  throw new InvalidArgumentError(parameter, id, "the id of a stream entry");
}

/** Fields that every event has. */
const OWN_FIELDS = ["op", "ts", "changed_fields"];

function checkExtras(extras: unknown, eventFields: readonly string[]): Fields {
  const checked: Fields = {};
  for (const [name, value] of entriesOf("extras", checkPlainObject("extras", extras))) {
    const parameter = `extras.${name}`;
    if (OWN_FIELDS.includes(name) || eventFields.includes(name)) {
      throw new InvalidArgumentError(parameter, value, "another name: every event has this field already");
    }
    if (typeof value === "number") checked[name] = checkFinite(parameter, value);
    else if (typeof value === "string" || typeof value === "boolean") checked[name] = value;
    else throw new InvalidArgumentError(parameter, value, "a text, a finite number or a boolean");
  }
  return checked;
}
