export { Defaults, type RankingWeightConstants, type TuningConstants } from "./defaults.js";
export {
  ConfigurationError,
  DataFormatError,
  type ErrorCode,
  InvalidArgumentError,
  PolicyCacheError,
  RecordExistsError,
  RecordNotFoundError,
  StoreError,
} from "./errors.js";
export type { Fields, FieldValue, StreamEntry } from "./keyspace/keyspace.js";
export { chiSquaredSurvival, chiSquaredUniform } from "./learning/chi-squared.js";
export { computeFingerprint, type FingerprintOptions } from "./learning/fingerprint.js";
export { wilsonCiLower } from "./learning/wilson.js";
export { defineModel, type Model, type ModelOptions, type RecordOf } from "./model/define-model.js";
export {
  booleanField,
  type ConfidenceState,
  confidenceField,
  coOccurrenceField,
  cyclicDecayField,
  decayingSortedField,
  existenceFilter,
  idField,
  type JsonObject,
  type JsonValue,
  jsonField,
  keyField,
  numberField,
  sortedField,
  tdValueField,
  textField,
} from "./model/fields.js";
export { type Page, type PageOptions, Repository, type TdOptions } from "./model/repository.js";
export {
  CRYSTALLIZER_GROUP,
  createCrystallizationHandler,
  crystallizationHandler,
  OUTCOME_STREAM,
} from "./policy-cache/crystallization.js";
export type { Abstention, ActionDecision, Decision, Evidence, ScoredPolicy } from "./policy-cache/decision.js";
export type { ExplainedPolicy, Explanation } from "./policy-cache/explanation.js";
export type { Action, OutcomeEvent, OutcomeName } from "./policy-cache/outcome-event.js";
export {
  type DecideRequest,
  PolicyCache,
  type PolicyCacheOptions,
  type RecordManyResult,
  type RecordResult,
  type Report,
  type ReportResult,
  type StateRequest,
} from "./policy-cache/policy-cache.js";
export { PolicyEntry, type PolicyIdentity } from "./policy-cache/policy-entry.js";
export { initializeQValue, updateQValue } from "./policy-cache/q-value.js";
export type { RankedPage, RankingOptions } from "./policy-cache/ranking.js";
export type { AgentStatistics, Statistics, StatisticsOptions } from "./policy-cache/statistics.js";
export { openStore, Store, type StoreOptions } from "./store.js";
export {
  type HandlerContext,
  type HandlerResult,
  StreamConsumer,
  type StreamConsumerOptions,
  type StreamHandler,
} from "./streams/stream-consumer.js";
