export type { Estimate, EstimatorName } from "./estimators/estimate.js";
export { type DecisionLog, type EvaluationOptions, evaluatePolicy, type PolicyEvaluation } from "./evaluate-policy.js";
export { readDecisionLog } from "./log/decision-log.js";
export type { Half, LogSurvey, SurveyedAction, SurveyedState } from "./log/log-survey.js";
export type { LoggedDecision } from "./log/logged-decision.js";
export type { SupportWarning } from "./log/support.js";
export { cachePolicy } from "./policies/cache-policy.js";
export { type PolicyTable, tablePolicy } from "./policies/table-policy.js";
export { type ActionProbabilities, greedyPolicy, type TargetPolicy, uniformPolicy } from "./policies/target-policy.js";
