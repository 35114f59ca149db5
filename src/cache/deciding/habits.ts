import { ConfigurationError } from "../../common/errors.js";
import type { TuningConstants } from "../../common/tuning/defaults.js";
import { type ActionTypes, checkActionTypes, isVersions } from "../actions/action-types.js";
import type { GivenVersions } from "../events/outcome-event.js";
import { type AskedBudget, type ServingRules, servingRules } from "../evidence/serving-rules.js";
import type { DecisionIds } from "./ids/decision-ids.js";
import { type Scoring, scoring } from "./scoring.js";

/** What holds for every decision of a cache, unless a request says otherwise. Made once. */
export interface Habits {
  readonly scoring: Scoring;
  readonly rules: ServingRules;
  readonly actions: ActionTypes;
  readonly versions: GivenVersions;
  readonly ids: DecisionIds;
}

/** All but what only an open store has. */
export type DeclaredHabits = Omit<Habits, "ids">;

/** @throws {@link ConfigurationError} for action types whose options are wrong, and versions that are none */
export function habits(
  defaults: TuningConstants,
  actionTypes: ActionTypes = {},
  versions: GivenVersions = {},
): DeclaredHabits {
  const actions = checkActionTypes(actionTypes, defaults);
  if (!isVersions(versions)) throw new ConfigurationError("versions", versions, "versions by name, as texts");
  return { scoring: scoring(defaults), rules: servingRules(defaults, actions), actions, versions };
}

/** The usual rules, or those for the budget that was asked for. */
export function rulesFor(defaults: TuningConstants, asked: AskedBudget, { rules, actions }: Habits): ServingRules {
  const { errorBudget, confidence, worseThanAgent } = asked;
  const isUsual = errorBudget === undefined && confidence === undefined && worseThanAgent === undefined;
  return isUsual ? rules : servingRules(defaults, actions, asked);
}
