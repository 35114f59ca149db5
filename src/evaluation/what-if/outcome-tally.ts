import { wilsonLowerBound } from "../../maths/statistics/wilson-bound.js";
import { isSuccess, isTaken, type OutcomeEntry } from "../../operations/outcomes/outcome.js";
import type { ForeseenDecisions, KnownOutcomes } from "./what-if-result.js";

/** Counts decisions of one kind that would have been made, and what is known of their outcomes. */
export class OutcomeTally {
  readonly #taken = { outcomes: 0, failures: 0 };
  readonly #own = { outcomes: 0, failures: 0 };
  #decisions = 0;

  /** @param isSame - whether the action that would have been taken was */
  add(entry: OutcomeEntry, isSame: boolean): void {
    this.#decisions += 1;
    if (!isSame) return;
    const known = isTaken(entry) ? this.#taken : this.#own;
    known.outcomes += 1;
    if (!isSuccess(entry)) known.failures += 1;
  }

  result(z: number): ForeseenDecisions {
    const decisions = this.#decisions;
    const failures = this.#taken.failures + this.#own.failures;
    const unknown = decisions - this.#taken.outcomes - this.#own.outcomes;
    const share = (count: number) => (decisions === 0 ? 0 : count / decisions);
    return {
      decisions,
      taken: withInterval(this.#taken, z),
      own: withInterval(this.#own, z),
      unknown,
      failures: { least: share(failures), most: share(failures + unknown) },
    };
  }
}

function withInterval({ outcomes, failures }: { outcomes: number; failures: number }, z: number): KnownOutcomes {
  const lower = wilsonLowerBound(failures, outcomes, z);
  return { outcomes, failures, lower, upper: 1 - wilsonLowerBound(outcomes - failures, outcomes, z) };
}
