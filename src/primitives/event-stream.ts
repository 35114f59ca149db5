import { ConfigurationError } from "../errors.js";
import { checkOptionNames } from "../model/checks.js";

/** Appends every change of a model's records to a stream, in the same atomic step: spec section 13. */
export interface EventStreamOptions<Identity extends string = string> {
  /** Default "mutations". */
  readonly streamName?: string;
  /** Identity field whose value is appended to the stream's name. */
  readonly partitionField?: Identity;
  /** Entries kept, about; never one a consumer group has yet to acknowledge. Integer >= 1, default 10 000. */
  readonly maxLength?: number;
  /** Identity fields every event carries. */
  readonly metadataFields?: readonly Identity[];
}

export function checkEventStream(options: EventStreamOptions, identity: readonly string[]): void {
  checkOptionNames("eventStream", options, ["streamName", "partitionField", "maxLength", "metadataFields"]);
  const { streamName = "mutations", partitionField, maxLength = 10_000, metadataFields = [] } = options;
  if (typeof streamName !== "string" || streamName === "") {
    throw new ConfigurationError("streamName", streamName, "a non-empty string");
  }
  if (!Array.isArray(metadataFields)) {
    throw new ConfigurationError("metadataFields", metadataFields, "an array of identity fields");
  }
  if (!Number.isInteger(maxLength) || maxLength < 1) {
    throw new ConfigurationError("maxLength", maxLength, "an integer of at least 1");
  }
  for (const field of partitionField === undefined ? metadataFields : [partitionField, ...metadataFields]) {
    if (!identity.includes(field)) {
      throw new ConfigurationError("eventStream field", field, `one of the identity fields ${identity.join(", ")}`);
    }
  }
}
