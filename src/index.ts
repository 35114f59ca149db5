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
export { cachePolicy } from "./evaluation/cache-policy.js";
export { readDecisionLog } from "./evaluation/decision-log.js";
export type { Estimate, EstimatorName } from "./evaluation/estimate.js";
export {
  type DecisionLog,
  type EvaluationOptions,
  evaluatePolicy,
  type PolicyEvaluation,
} from "./evaluation/evaluate-policy.js";
export type { Half, LogSurvey, SurveyedAction, SurveyedState } from "./evaluation/log-survey.js";
export type { LoggedDecision } from "./evaluation/logged-decision.js";
export type { SupportWarning } from "./evaluation/support.js";
export { type PolicyTable, tablePolicy } from "./evaluation/table-policy.js";
export {
  type ActionProbabilities,
  greedyPolicy,
  type TargetPolicy,
  uniformPolicy,
} from "./evaluation/target-policy.js";
export type { Fields, FieldValue, StreamEntry } from "./keyspace/keyspace.js";
export { anytimeLowerBound } from "./learning/anytime.js";
export { chiSquaredSurvival, chiSquaredUniform } from "./learning/chi-squared.js";
export { computeFingerprint, type FingerprintOptions } from "./learning/fingerprint.js";
export { discoverWeeklyCycle, type RhythmOptions, type WeeklyCycle } from "./learning/rhythm.js";
export { wilsonCiLower } from "./learning/wilson.js";
export type { TransferSummary } from "./migration/export-format.js";
export { type ExportOptions, exportStore } from "./migration/export-store.js";
export { type ImportOptions, importStore, verifyExport } from "./migration/import-store.js";
export type { ExportSource } from "./migration/read-export.js";
export type { CompositeScoreOptions } from "./model/composite-score.js";
export {
  type CreateOf,
  defineModel,
  type GroupOf,
  type IdentityOf,
  type Model,
  type NotDeclared,
  type RecordOf,
  type UpdateOf,
  type WhereOf,
} from "./model/define-model.js";
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
export {
  type CompositeRecord,
  type Page,
  type PageOptions,
  type RankedRecord,
  type ReadOptions,
  Repository,
  type TopByDecayOptions,
} from "./model/repository.js";
export type { ActionGuards } from "./policy-cache/action-guards.js";
export type { ActionTypeOptions, ActionTypes } from "./policy-cache/action-types.js";
export {
  CRYSTALLIZER_GROUP,
  createCrystallizationHandler,
  crystallizationHandler,
  OUTCOME_STREAM,
} from "./policy-cache/crystallization.js";
export type {
  DecideRequest,
  DecideRequestWithFallback,
  ExploreRequest,
  Fallback,
} from "./policy-cache/decide-request.js";
export type {
  Abstention,
  ActionDecision,
  Decision,
  FallbackDecision,
  ScoredPolicy,
  ServedDecision,
} from "./policy-cache/decision.js";
export type { Evidence } from "./policy-cache/evidence.js";
export type { CountedOutcome, EvidenceHistory, Moment } from "./policy-cache/evidence-history.js";
export type { EvidenceMode } from "./policy-cache/evidence-mode.js";
export type {
  ExplainedCycle,
  ExplainedEvidence,
  ExplainedPolicy,
  ExplainRequest,
  Explanation,
} from "./policy-cache/explanation.js";
export type { CandidateAction, ExploredDecision } from "./policy-cache/explore.js";
export type { ExplorationStrategy, ExploreOptions } from "./policy-cache/explore-options.js";
export type { Guard, GuardVerdict, Refusal } from "./policy-cache/guard.js";
export type { InvalidationResult, InvalidationSelector } from "./policy-cache/invalidation.js";
export type { LearnedState, LearnedValuesOptions } from "./policy-cache/learned-values.js";
export type { Action, OutcomeEvent, OutcomeName, Versions } from "./policy-cache/outcome-event.js";
export {
  PolicyCache,
  type PolicyCacheOptions,
  type RecordManyResult,
  type RecordResult,
} from "./policy-cache/policy-cache.js";
export { PolicyEntry, type PolicyIdentity } from "./policy-cache/policy-entry.js";
export { initializeQValue, updateQValue } from "./policy-cache/q-value.js";
export type { RankedPage, RankingOptions } from "./policy-cache/ranking.js";
export type { Report, ReportResult } from "./policy-cache/report.js";
export type { PolicyName } from "./policy-cache/retirement.js";
export type { StandardSchema } from "./policy-cache/standard-schema.js";
export type { AgentStatistics, Statistics, StatisticsOptions } from "./policy-cache/statistics.js";
export { createTemporalDiscoveryHandler, temporalDiscoveryHandler } from "./policy-cache/temporal-discovery.js";
export type { AccessTracker, AccessTrackerOptions } from "./primitives/access-tracker.js";
export { type CoOccurrence, coOccurrenceField, type LinkedRecord } from "./primitives/co-occurrence-field.js";
export { type Confidence, type ConfidenceState, confidenceField } from "./primitives/confidence-field.js";
export { type ClockState, cyclicDecayField, type DecayClock, decayingSortedField } from "./primitives/decay-clock.js";
export type { EventLog, ReadEventsOptions } from "./primitives/event-log.js";
export type { EventStreamOptions } from "./primitives/event-stream.js";
export { type ExistenceFilter, existenceFilter } from "./primitives/existence-filter.js";
export { type FrequencySketch, frequencySketch } from "./primitives/frequency-sketch.js";
export type { Observation, ObservationOutcome, ObservationProtocol } from "./primitives/observation-protocol.js";
export { InteractionWeight, TemporalPeriod } from "./primitives/periods.js";
export type { PredictionLedger, PredictionLedgerOptions, PredictionRecord } from "./primitives/prediction-ledger.js";
export type { RecallProposal, RecallProposals } from "./primitives/recall-proposals.js";
export { type TdOptions, type TdValue, tdValueField } from "./primitives/td-value-field.js";
export type {
  Validity,
  ValidityOptions,
  ValidityWindow,
  ValidityWindowOptions,
  Window,
} from "./primitives/validity-window.js";
export type { WriteFilterOptions } from "./primitives/write-filter.js";
export { openStore, Store, type StoreOptions } from "./store.js";
export {
  type HandlerContext,
  type HandlerResult,
  StreamConsumer,
  type StreamConsumerOptions,
  type StreamHandler,
} from "./streams/stream-consumer.js";
