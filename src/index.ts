export type { ActionTypeOptions, ActionTypes } from "./cache/actions/action-types.js";
export type { ActionTemplate } from "./cache/actions/bind-action.js";
export type { Guard, GuardVerdict } from "./cache/actions/guard.js";
export type { SlotSource } from "./cache/actions/slots.js";
export type { SchemaIssue, SchemaResult, StandardSchema } from "./cache/actions/standard-schema.js";
export type { Action, ActionTypeOf, AnyTypes, CacheTypes, DecidedAction, JsonTypes } from "./cache/cache-types.js";
export type {
  AskedSituation,
  DecideRequest,
  DecideRequestWithFallback,
  ExploreRequest,
  Fallback,
  TrialRequest,
} from "./cache/deciding/decide-request.js";
export type {
  Abstention,
  ActionDecision,
  Decision,
  FallbackDecision,
  ScoredPolicy,
  ServedDecision,
  SuggestedDecision,
  TrialDecision,
} from "./cache/deciding/decision.js";
export type { CandidateAction, ExploredDecision } from "./cache/deciding/exploring/explore.js";
export type { ExplorationStrategy, ExploreOptions } from "./cache/deciding/exploring/explore-options.js";
export type { RotateKeyOptions } from "./cache/deciding/ids/rotation.js";
export type { GivenVersions, OutcomeEvent, OutcomeName, Versions } from "./cache/events/outcome-event.js";
export type { ActionEvidence } from "./cache/evidence/action-evidence.js";
export type { Block } from "./cache/evidence/blocks.js";
export type { Evidence, Retirement } from "./cache/evidence/evidence.js";
export type { AskedTrials } from "./cache/evidence/trial-rules.js";
export type { ActionGuards } from "./cache/guarding/action-guards.js";
export type { Refusal } from "./cache/guarding/refusal.js";
export type { Unavailable } from "./cache/guarding/unavailable.js";
export type { AgentsOptions, KnownAgent } from "./cache/inspecting/agents.js";
export type { CountedOutcome, EvidenceHistory, Moment } from "./cache/inspecting/evidence-history.js";
export type {
  ExplainedCycle,
  ExplainedEvidence,
  ExplainedPolicy,
  ExplainRequest,
  ExplainRules,
  Explanation,
} from "./cache/inspecting/explanation.js";
export type { LearnedState, LearnedValuesOptions } from "./cache/inspecting/learned-values.js";
export type { ListedBlock } from "./cache/inspecting/listed-blocks.js";
export type { RankedPage, RankingOptions } from "./cache/inspecting/ranking.js";
export type {
  AgentStatistics,
  Statistics,
  StatisticsOptions,
  StreamStatistics,
} from "./cache/inspecting/statistics.js";
export type { BlockedEvent, CacheEvents, ReportedEvent, RetiredEvent } from "./cache/notifying/cache-events.js";
export type { PolicyCacheOptions, WorkerMode } from "./cache/opening/cache-options.js";
export {
  PolicyCache,
  type RecordManyResult,
  type RecordResult,
} from "./cache/policy-cache.js";
export { PolicyEntry, type PolicyIdentity } from "./cache/policy-entry.js";
export type { QValueOptions } from "./cache/q-value.js";
export { initializeQValue, updateQValue } from "./cache/q-value.js";
export { createCrystallizationHandler, crystallizationHandler } from "./cache/recording/crystallization.js";
export type { EvidenceMode } from "./cache/recording/evidence-mode.js";
export { CRYSTALLIZER_GROUP, OUTCOME_STREAM } from "./cache/recording/outcome-stream.js";
export type { GoneReport, LearnedReport, RepeatedReport, ReportResult } from "./cache/reporting/report.js";
export type { Report } from "./cache/reporting/reported-entry.js";
export type { BlockedAction, BlockedPair, BlockRequest } from "./cache/retiring/blocking.js";
export type { InvalidationResult, InvalidationSelector } from "./cache/retiring/invalidation.js";
export type { PolicyName } from "./cache/retiring/retirement.js";
export { createTemporalDiscoveryHandler, temporalDiscoveryHandler } from "./cache/rhythms/temporal-discovery.js";
export type { Health } from "./cache/watching/health.js";
export type { HealthOptions } from "./cache/watching/health-options.js";
export type { Abortable, AbortSignalLike } from "./common/abort.js";
export type { ErrorDetails } from "./common/errors.js";
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
export type { TuningOverrides } from "./common/tuning/defaults.js";
export { Defaults, type RankingWeightConstants, type TuningConstants } from "./common/tuning/defaults.js";
export type { NodeRedisClient, StoreLocation } from "./keyspace/open-engine.js";
export type { HealthCheck, HealthFigures, HealthStatus } from "./keyspace/port/health-check.js";
export type { BetterSqlite3Database, BetterSqlite3Statement } from "./keyspace/sqlite/drivers/better-sqlite3.js";
export type { SqliteDatabase } from "./keyspace/sqlite/drivers/given-database.js";
export type { NodeSqliteDatabase, NodeSqliteStatement } from "./keyspace/sqlite/drivers/node-sqlite.js";
export type { JsonObject, JsonValue } from "./maths/json/json-value.js";
export type { Exploration } from "./maths/learning/exploration.js";
export type { CoinCounts, TossedCoins } from "./maths/proof/comparison-evidence.js";
export type { MomentKind } from "./operations/evidence/history.js";
export type { Counts } from "./operations/evidence/retirement.js";
export type { QValueUpdate } from "./operations/primitives/learned-fields.js";
export type { ReflexRun } from "./reflex/call.js";
export type { ReflexCounts } from "./reflex/counts.js";
export { type Ending, isInterruption, type KnownEnding } from "./reflex/ending.js";
export { type Reflex, reflex } from "./reflex/reflex.js";
export type { ReflexMode, ReflexOptions, Suggestion } from "./reflex/reflex-options.js";
export type { Store, StoreOptions } from "./store/store.js";
