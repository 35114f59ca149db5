import { seededRandom } from "../../../src/maths/learning/seeded-random.js";
import type { Estimated } from "../../harness/statistics.js";
import { type Compared, ObservedAgent } from "./agent.js";
import { Audited } from "./audited.js";
import type { Step } from "./events.js";
import { add, BUDGETS, estimated, inRandomRuns } from "./new-tasks.js";

/** Share of what would be served in which the agent is asked all the same. */
export const SHADOW = 0.1;

export interface ClosedLoopFigures {
  readonly budget: number;
  /** Of all decisions, from the first one on. */
  readonly saved: Estimated;
  /** Of what was served: as the agent did. */
  readonly agreement: Estimated;
}

/** What is served is not asked, and teaches nothing: all runs in a random order, with several orders. */
export function inClosedLoop(
  steps: readonly Step[],
  compared: Compared,
  orders: number,
  seed: number,
): readonly ClosedLoopFigures[] {
  return BUDGETS.map((budget) => {
    const saved = new Map<string, [number, number]>();
    const agreement = new Map<string, [number, number]>();
    for (let order = 0; order < orders; order += 1) {
      const random = seededRandom(seed * 1000 + order);
      const agent = new ObservedAgent(compared === "types" ? "types" : "templates");
      const audited = new Audited(budget, "agreement");
      for (const step of inRandomRuns(steps, random)) {
        const foreseen = agent.foresee(step);
        const isServed = foreseen !== undefined && audited.serves(foreseen.usual) && random() >= SHADOW;
        add(saved, step.task, isServed, true);
        add(agreement, step.task, isServed && foreseen.isSame, isServed);
        if (isServed) continue;
        if (foreseen !== undefined) audited.note(foreseen.usual.share, foreseen.isSame, agent.learner);
        agent.learn(step);
      }
    }
    return { budget, saved: estimated(saved), agreement: estimated(agreement) };
  });
}
