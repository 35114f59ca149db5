import { ConfigurationError } from "../errors.js";

/** Appends every change of a model's records to a stream, in the same atomic step: spec section 13. */
export interface EventStreamOptions {
  /** Default "mutations". */
  readonly streamName?: string;
  /** Identity field whose value is appended to the stream's name. */
  readonly partitionField?: string;
  /** Entries kept, about; never one a consumer group has yet to acknowledge. Integer >= 1, default 10 000. */
  readonly maxLength?: number;
  /** Identity fields every event carries. */
  readonly metadataFields?: readonly string[];
}

export function checkEventStream(options: EventStreamOptions, identity: readonly string[]): void {
  const { streamName = "mutations", partitionField, maxLength = 10_000, metadataFields = [] } = options;
  if (streamName === "") throw new ConfigurationError("streamName", streamName, "a non-empty string");
  if (!Number.isInteger(maxLength) || maxLength < 1) {
    throw new ConfigurationError("maxLength", maxLength, "an integer of at least 1");
  }
  for (const field of partitionField === undefined ? metadataFields : [partitionField, ...metadataFields]) {
    if (!identity.includes(field)) {
      throw new ConfigurationError("eventStream field", field, `one of the identity fields ${identity.join(", ")}`);
    }
  }
}
