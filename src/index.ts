export type { ActionTypeOptions, ActionTypes } from "./cache/actions/action-types.js";
export type { Guard, GuardVerdict } from "./cache/actions/guard.js";
export type { StandardSchema } from "./cache/actions/standard-schema.js";
export type {
  DecideRequest,
  DecideRequestWithFallback,
  ExploreRequest,
  Fallback,
} from "./cache/deciding/decide-request.js";
export type {
  Abstention,
  ActionDecision,
  Decision,
  FallbackDecision,
  ScoredPolicy,
  ServedDecision,
} from "./cache/deciding/decision.js";
export type { CandidateAction, ExploredDecision } from "./cache/deciding/exploring/explore.js";
export type { ExplorationStrategy, ExploreOptions } from "./cache/deciding/exploring/explore-options.js";
export type { Action, OutcomeEvent, OutcomeName, Versions } from "./cache/events/outcome-event.js";
export type { Evidence } from "./cache/evidence/evidence.js";
export type { ActionGuards } from "./cache/guarding/action-guards.js";
export type { Refusal } from "./cache/guarding/refusal.js";
export type { CountedOutcome, EvidenceHistory, Moment } from "./cache/inspecting/evidence-history.js";
export type {
  ExplainedCycle,
  ExplainedEvidence,
  ExplainedPolicy,
  ExplainRequest,
  Explanation,
} from "./cache/inspecting/explanation.js";
export type { LearnedState, LearnedValuesOptions } from "./cache/inspecting/learned-values.js";
export type { RankedPage, RankingOptions } from "./cache/inspecting/ranking.js";
export type { AgentStatistics, Statistics, StatisticsOptions } from "./cache/inspecting/statistics.js";
export {
  PolicyCache,
  type PolicyCacheOptions,
  type RecordManyResult,
  type RecordResult,
} from "./cache/policy-cache.js";
export { PolicyEntry, type PolicyIdentity } from "./cache/policy-entry.js";
export { initializeQValue, updateQValue } from "./cache/q-value.js";
export {
  CRYSTALLIZER_GROUP,
  createCrystallizationHandler,
  crystallizationHandler,
  OUTCOME_STREAM,
} from "./cache/recording/crystallization.js";
export type { EvidenceMode } from "./cache/recording/evidence-mode.js";
export type { Report, ReportResult } from "./cache/reporting/report.js";
export type { InvalidationResult, InvalidationSelector } from "./cache/retiring/invalidation.js";
export type { PolicyName } from "./cache/retiring/retirement.js";
export { createTemporalDiscoveryHandler, temporalDiscoveryHandler } from "./cache/rhythms/temporal-discovery.js";
export { Defaults, type RankingWeightConstants, type TuningConstants } from "./common/defaults.js";
export {
  ConfigurationError,
  DataFormatError,
  type ErrorCode,
  InvalidArgumentError,
  PolicyCacheError,
  RecordExistsError,
  RecordNotFoundError,
  StoreError,
} from "./common/errors.js";
export type { Estimate, EstimatorName } from "./evaluation/estimators/estimate.js";
export {
  type DecisionLog,
  type EvaluationOptions,
  evaluatePolicy,
  type PolicyEvaluation,
} from "./evaluation/evaluate-policy.js";
export { readDecisionLog } from "./evaluation/log/decision-log.js";
export type { Half, LogSurvey, SurveyedAction, SurveyedState } from "./evaluation/log/log-survey.js";
export type { LoggedDecision } from "./evaluation/log/logged-decision.js";
export type { SupportWarning } from "./evaluation/log/support.js";
export { cachePolicy } from "./evaluation/policies/cache-policy.js";
export { type PolicyTable, tablePolicy } from "./evaluation/policies/table-policy.js";
export {
  type ActionProbabilities,
  greedyPolicy,
  type TargetPolicy,
  uniformPolicy,
} from "./evaluation/policies/target-policy.js";
export type { Fields, FieldValue, StreamEntry } from "./keyspace/port/keyspace.js";
export { computeFingerprint, type FingerprintOptions } from "./maths/json/fingerprint.js";
export { discoverWeeklyCycle, type RhythmOptions, type WeeklyCycle } from "./maths/rhythm/rhythm.js";
export { anytimeLowerBound } from "./maths/statistics/anytime.js";
export { chiSquaredSurvival, chiSquaredUniform } from "./maths/statistics/uniformity/chi-squared.js";
export { wilsonCiLower } from "./maths/statistics/wilson.js";
export type { TransferSummary } from "./migration/export-format.js";
export { type ExportOptions, exportStore } from "./migration/export-store.js";
export { type ImportOptions, importStore, verifyExport } from "./migration/import-store.js";
export type { ExportSource } from "./migration/read-export.js";
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
export type { CompositeScoreOptions } from "./repository/composite-score.js";
export {
  type CompositeRecord,
  type Page,
  type PageOptions,
  type RankedRecord,
  type ReadOptions,
  Repository,
  type TopByDecayOptions,
} from "./repository/repository.js";
export { openStore, Store, type StoreOptions } from "./store/store.js";
export { StreamConsumer, type StreamConsumerOptions } from "./streams/stream-consumer.js";
export type { HandlerContext, HandlerResult, StreamHandler } from "./streams/stream-handler.js";
