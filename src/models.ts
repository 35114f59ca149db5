export type { Fields, FieldValue, StreamEntry } from "./keyspace/port/keyspace.js";
export { InteractionWeight, TemporalPeriod } from "./maths/rhythm/periods.js";
export {
  booleanField,
  decimalField,
  idField,
  type JsonObject,
  type JsonShape,
  type JsonValue,
  jsonField,
  keyField,
  numberField,
  sortedField,
  textField,
} from "./model/fields.js";
export type { CreateOf, GroupOf, IdentityOf, NotDeclared, UpdateOf, WhereOf } from "./model/model.js";
export type { AccessTracker, AccessTrackerOptions, ReadOptions } from "./primitives/access-tracker.js";
export { type CoOccurrence, coOccurrenceField, type LinkedRecord } from "./primitives/co-occurrence-field.js";
export { type Confidence, type ConfidenceState, confidenceField } from "./primitives/confidence-field.js";
export { type ClockState, cyclicDecayField, type DecayClock, decayingSortedField } from "./primitives/decay-clock.js";
export type { EventLog, EventStreamOptions, ReadEventsOptions } from "./primitives/event-stream.js";
export { type ExistenceFilter, existenceFilter } from "./primitives/existence-filter.js";
export { type FrequencySketch, frequencySketch } from "./primitives/frequency-sketch.js";
export type {
  Observation,
  ObservationOutcome,
  ObservationProtocol,
} from "./primitives/observation/observation-protocol.js";
export type { RecallProposal, RecallProposals } from "./primitives/observation/recall-proposals.js";
export type { PredictionLedger, PredictionLedgerOptions, PredictionRecord } from "./primitives/prediction-ledger.js";
export { type TdOptions, type TdValue, tdValueField } from "./primitives/td-value-field.js";
export type {
  Validity,
  ValidityOptions,
  ValidityWindow,
  ValidityWindowOptions,
  Window,
} from "./primitives/validity-window.js";
export type { WriteFilterOptions } from "./primitives/write-filter.js";
export type { CompositeScoreOptions } from "./repository/composite-score.js";
export { defineModel, type Model, type RecordOf } from "./repository/define-model.js";
export type { CompositeRecord, RankedRecord, TopByDecayOptions } from "./repository/ranking.js";
export type { Page, PageOptions } from "./repository/reading.js";
export { Repository } from "./repository/repository.js";
export { openStore, Store, type StoreOptions } from "./store/store.js";
export { StreamConsumer, type StreamConsumerOptions } from "./streams/stream-consumer.js";
export type { HandlerContext, HandlerResult, StreamHandler } from "./streams/stream-handler.js";
