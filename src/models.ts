export type { TuningOverrides } from "./common/tuning/defaults.js";
export type { NodeRedisClient, StoreLocation } from "./keyspace/open-engine.js";
export type { Fields, FieldValue, StreamEntry } from "./keyspace/port/keyspace.js";
export type { JsonObject, JsonValue } from "./maths/json/json-value.js";
export type { ErrorGroup, ErrorGrouping } from "./maths/learning/error-summary.js";
export { InteractionWeight, TemporalPeriod } from "./maths/rhythm/periods.js";
export type { RecordGroup } from "./model/declaration.js";
export type {
  BooleanField,
  DecimalField,
  IdField,
  JsonField,
  KeyField,
  NumberField,
  SortedField,
  TextField,
} from "./model/fields.js";
export {
  booleanField,
  decimalField,
  idField,
  type JsonShape,
  jsonField,
  keyField,
  numberField,
  sortedField,
  textField,
} from "./model/fields.js";
export type {
  AnyModel,
  CreateOf,
  FieldNames,
  GroupOf,
  IdentityOf,
  NamesOfKind,
  NotDeclared,
  UpdateOf,
  ValuesOf,
  WhereOf,
} from "./model/model.js";
export type { FieldMap, SavedValues } from "./model/primitive.js";
export type { Remains } from "./operations/records/record-keys.js";
export type { AccessTracker, AccessTrackerOptions, ReadOptions, TrackedRecord } from "./primitives/access-tracker.js";
export type {
  CoOccurrenceField,
  CoOccurrenceOptions,
  LinkedOptions,
  PropagateOptions,
} from "./primitives/co-occurrence-field.js";
export { type CoOccurrence, coOccurrenceField, type LinkedRecord } from "./primitives/co-occurrence-field.js";
export type { ConfidenceField, ConfidenceOptions } from "./primitives/confidence-field.js";
export { type Confidence, type ConfidenceState, confidenceField } from "./primitives/confidence-field.js";
export type {
  ClockField,
  Cycle,
  CyclicDecayOptions,
  DecayOptions,
  MembersOptions,
  TouchedRecord,
} from "./primitives/decay-clock.js";
export { type ClockState, cyclicDecayField, type DecayClock, decayingSortedField } from "./primitives/decay-clock.js";
export type { EventLog, EventStreamOptions, ReadEventsOptions } from "./primitives/event-stream.js";
export type { ExistenceFilterField, ExistenceFilterOptions } from "./primitives/existence-filter.js";
export { type ExistenceFilter, existenceFilter } from "./primitives/existence-filter.js";
export type { FrequencySketchField, FrequencySketchOptions } from "./primitives/frequency-sketch.js";
export { type FrequencySketch, frequencySketch } from "./primitives/frequency-sketch.js";
export type { MixinOptions } from "./primitives/index.js";
export type {
  Observation,
  ObservationOutcome,
  ObservationProtocol,
  ObserveOptions,
} from "./primitives/observation/observation-protocol.js";
export type {
  ExpireOptions,
  ProposalOptions,
  RecallProposal,
  RecallProposals,
} from "./primitives/observation/recall-proposals.js";
export type {
  AutoResolveErrors,
  ErrorSummaryOptions,
  HighestErrorsOptions,
  PredictionLedger,
  PredictionLedgerOptions,
  PredictionRecord,
  RankedError,
} from "./primitives/prediction-ledger.js";
export type { TdValueField } from "./primitives/td-value-field.js";
export { type TdOptions, type TdValue, tdValueField } from "./primitives/td-value-field.js";
export type {
  Validity,
  ValidityOptions,
  ValidityWindow,
  ValidityWindowOptions,
  Window,
  WindowedRecord,
} from "./primitives/validity-window.js";
export type { PrioritizedRecord, WriteFilterOptions } from "./primitives/write-filter.js";
export type { Aggregate, Boost, CompositeScoreOptions } from "./repository/composite-score.js";
export type { ModelSpec, RankingWeightsOf } from "./repository/define-model.js";
export { defineModel, type Model, type RecordOf } from "./repository/define-model.js";
export type { CompositeRecord, RankedRecord, TopByDecayOptions } from "./repository/ranking.js";
export type { Page, PageOptions } from "./repository/reading.js";
export { Repository } from "./repository/repository.js";
export { openStore, Store, type StoreOptions } from "./store/store.js";
export type { BatchOptions, ConsumerFailure, ConsumerStatus } from "./streams/stream-consumer.js";
export { StreamConsumer, type StreamConsumerOptions } from "./streams/stream-consumer.js";
export type { HandlerContext, HandlerResult, StreamHandler } from "./streams/stream-handler.js";
