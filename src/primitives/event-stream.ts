import { checkOptionNames } from "../common/checks.js";
import { ConfigurationError } from "../common/errors.js";
import type { FieldMap } from "../model/field.js";

/** Appends every change of a model's records to a stream, in the same atomic step: docs/primitives/event-stream.md. */
export interface EventStreamOptions<KeyName extends string = string, FieldName extends string = string> {
  /** Default "mutations". */
  readonly streamName?: string;
  /** Key field whose value is appended to the stream's name. */
  readonly partitionField?: KeyName;
  /** Entries kept, about; never one a consumer group has yet to acknowledge. Integer >= 1, default 10 000. */
  readonly maxLength?: number;
  /** Fields whose values, as the record has them, every event carries; no learned ones. */
  readonly metadataFields?: readonly FieldName[];
}

export function checkEventStream(options: EventStreamOptions, fields: FieldMap): void {
  checkOptionNames("eventStream", options, ["streamName", "partitionField", "maxLength", "metadataFields"]);
  const { streamName = "mutations", partitionField, maxLength = 10_000, metadataFields = [] } = options;
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
