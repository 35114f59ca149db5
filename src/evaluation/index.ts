export type { DecisionKind } from "../operations/outcomes/outcome.js";
export type { Decider } from "./estimators/deciders.js";
export type { Estimate, EstimatorName } from "./estimators/estimate.js";
export { type DecisionLog, type EvaluationOptions, evaluatePolicy, type PolicyEvaluation } from "./evaluate-policy.js";
export { readDecisionLog } from "./log/decision-log.js";
export type { Half, LogSurvey, PropensitySource, SurveyedAction, SurveyedState } from "./log/log-survey.js";
export type { LoggedDecision } from "./log/logged-decision.js";
export type { SupportWarning } from "./log/support.js";
export { cachePolicy } from "./policies/cache-policy.js";
export { type PolicyTable, tablePolicy } from "./policies/table-policy.js";
export { type ActionProbabilities, greedyPolicy, type TargetPolicy, uniformPolicy } from "./policies/target-policy.js";
export type { OutcomeLog } from "./what-if/log-entries.js";
export { type WhatIfOptions, whatIf } from "./what-if/what-if.js";
export type {
  ForeseenDecisions,
  ForeseenPair,
  Happened,
  KnownOutcomes,
  WhatIfResult,
  WhatIfWarning,
  Would,
} from "./what-if/what-if-result.js";
