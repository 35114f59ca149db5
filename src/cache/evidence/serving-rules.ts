import { checkNumber } from "../../common/checks.js";
import { InvalidArgumentError } from "../../common/errors.js";
import type { TuningConstants } from "../../common/tuning/defaults.js";
import { budgetProblem } from "../../common/tuning/error-budget.js";
import type { ActionTypes } from "../actions/action-types.js";
import { bothRules, budgetRule, comparisonRule, type EvidenceRule, thresholdRule } from "./evidence-rule.js";

/** How sure one call wants to be, or one type of action must be: where both say something, the stricter counts. */
export interface AskedBudget {
  /**
   * Serve only what fails at most this often: above 0, below 1; "none" for the threshold of crystallization. Default:
   * `defaults.errorBudget`.
   */
  readonly errorBudget?: number | "none" | undefined;
  /** How sure that must be: above 0, below 1. Default: `defaults.budgetConfidence`. */
  readonly confidence?: number | undefined;
  /**
   * Serve only what is proven to fail at most this much more often than the agent's own way: above 0, below 1; "none" not to
   * compare. Beside an error budget both must hold. Default: `defaults.worseThanAgent`.
   */
  readonly worseThanAgent?: number | "none" | undefined;
}

interface AgreedBudget {
  readonly errorBudget: number | "none";
  readonly confidence: number;
}

/** When the evidence of an action suffices. */
export interface ServingRules {
  /** The constants the rules were made of. */
  readonly defaults: TuningConstants;
  /** To become a policy. */
  readonly crystallization: EvidenceRule;
  /** To be served. */
  readonly serving: (actionType: string) => EvidenceRule;
  /** Whether anything is promised of any action: there is an error budget, or it is compared with the agent. */
  readonly hasBudget: boolean;
}

/** @throws {@link InvalidArgumentError} for a budget that no evidence could ever meet, saying why */
export function servingRules(defaults: TuningConstants, actions: ActionTypes, asked: AskedBudget = {}): ServingRules {
  if (asked.errorBudget !== "none") checkProportion("errorBudget", asked.errorBudget);
  checkProportion("confidence", asked.confidence);
  const margin = asked.worseThanAgent ?? defaults.worseThanAgent;
  if (margin !== "none") requireMargin(margin);
  const crystallization = thresholdRule(defaults);
  const ruleOf = (own: AskedBudget) => {
    const { errorBudget, confidence } = stricter(asked, own, defaults);
    const { minEvents } = defaults;
    const compared = margin === "none" ? undefined : comparisonRule(margin, confidence, minEvents);
    if (errorBudget === "none") return compared ?? crystallization;
    const problem = budgetProblem(errorBudget, confidence);
    if (problem !== undefined) {
      throw new InvalidArgumentError(
        problem.name,
        { errorBudget, confidence }[problem.name],
        problem.expected,
        problem,
      );
    }
    const budgeted = budgetRule(errorBudget, confidence, minEvents);
    return compared === undefined ? budgeted : bothRules(budgeted, compared);
  };
  const usual = ruleOf({});
  const rules = new Map(Object.entries(actions).map(([type, options = {}]) => [type, ruleOf(options)]));
  const hasBudget = margin !== "none" || [usual, ...rules.values()].some(({ budget }) => budget !== undefined);
  if (asked.confidence !== undefined && !hasBudget) {
    throw new InvalidArgumentError("confidence", asked.confidence, "an errorBudget or worseThanAgent beside it");
  }
  return { defaults, crystallization, serving: (actionType) => rules.get(actionType) ?? usual, hasBudget };
}

function requireMargin(margin: unknown): void {
  const isMargin = (value: number) => value > 0 && value < 1;
  checkNumber("worseThanAgent", margin, isMargin, 'a number above 0 and below 1, or "none"');
}

/** Comes before anything is compared: Math.min and Math.max throw, or make of it what was not meant. */
function checkProportion(parameter: string, value: unknown): void {
  if (value !== undefined) checkNumber(parameter, value, () => true, "a number above 0 and below 1");
}

/**
 * What a call asks for, where the action type does not ask for more: whoever declares that refunds may hardly ever fail
 * relies on it, whatever a caller is content with.
 */
function stricter(asked: AskedBudget, own: AskedBudget, defaults: TuningConstants): AgreedBudget {
  const budgets = [asked.errorBudget, own.errorBudget].filter((budget) => typeof budget === "number");
  // A budget of the type is meant at the usual confidence when it names none.
  const ownConfidence = own.confidence ?? (typeof own.errorBudget === "number" ? defaults.budgetConfidence : undefined);
  const confidences = [asked.confidence, ownConfidence].filter((confidence) => confidence !== undefined);
  return {
    errorBudget:
      budgets.length > 0 ? Math.min(...budgets) : (asked.errorBudget ?? own.errorBudget ?? defaults.errorBudget),
    confidence: confidences.length > 0 ? Math.max(...confidences) : defaults.budgetConfidence,
  };
}
