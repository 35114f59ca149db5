/** A budget that asks for a longer unbroken run of successes than this is refused: nobody would ever see it served. */
const LONGEST_RUN = 1_000_000;

/** What is wrong with an error budget and a confidence, together. */
export interface BudgetProblem {
  readonly name: "errorBudget" | "confidence";
  readonly expected: string;
  readonly hint?: string;
}

/**
 * Says why a budget at a confidence could never serve anything, or is none; undefined when it can.
 *
 * Not even someone who knows that all outcomes will be successes can show a rate of 1 - budget with fewer than
 * ln(1 - confidence) / ln(1 - budget) of them.
 */
export function budgetProblem(errorBudget: unknown, confidence: unknown): BudgetProblem | undefined {
  const between = "a number above 0 and below 1";
  if (!isProportion(errorBudget)) {
    if (errorBudget !== 0) return { name: "errorBudget", expected: between };
    const hint = "No number of successes shows that an action never fails: a budget of 0 would never serve.";
    return { name: "errorBudget", expected: between, hint };
  }
  if (!isProportion(confidence)) {
    if (confidence !== 1) return { name: "confidence", expected: between };
    const hint = "Nothing is certain after finitely many outcomes: a confidence of 1 would never serve.";
    return { name: "confidence", expected: between, hint };
  }
  const leastRun = Math.log1p(-confidence) / Math.log1p(-errorBudget);
  if (leastRun <= LONGEST_RUN) return undefined;
  const hint = `At confidence ${confidence} it takes at least ${Math.ceil(leastRun)} successes in a row to serve.`;
  return { name: "errorBudget", expected: "a budget that evidence can meet", hint };
}

function isProportion(value: unknown): value is number {
  return typeof value === "number" && value > 0 && value < 1;
}
