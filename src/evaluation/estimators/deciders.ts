import type { DecisionKind } from "../../operations/outcomes/outcome.js";
import type { CheckedDecision } from "../log/logged-decision.js";
import { RunningMean } from "./running-mean.js";

/** Who decided, how often, and what came of it. */
export interface Decider {
  /** "recorded" where the log does not say. */
  readonly decision: DecisionKind | "recorded";
  readonly decisions: number;
  readonly value: number;
  readonly standardError: number;
}

/** What came of the decisions of a log, by who made them. */
export class Deciders {
  readonly #rewards = new Map<Decider["decision"], RunningMean>();

  add({ decision: kind, reward }: CheckedDecision): void {
    const decision = kind ?? "recorded";
    let rewards = this.#rewards.get(decision);
    if (rewards === undefined) {
      rewards = new RunningMean();
      this.#rewards.set(decision, rewards);
    }
    rewards.add(reward);
  }

  get all(): readonly Decider[] {
    return [...this.#rewards]
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([decision, { count, mean, standardError }]) => {
        return { decision, decisions: count, value: mean, standardError };
      });
  }
}
