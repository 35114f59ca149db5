import { InvalidArgumentError } from "../../../common/errors.js";
import { cliffWalking } from "../../../environments/cliff-walking.js";
import type { Environment } from "../../../environments/environment.js";
import { FROZEN_LAKE_4X4, FROZEN_LAKE_8X8, frozenLake } from "../../../environments/frozen-lake.js";
import { taxi } from "../../../environments/taxi.js";

export type CourseName = "frozen-lake-4x4" | "frozen-lake-8x8" | "cliff-walking" | "taxi";

/** An environment, what is known of it, and how it is learned. */
export interface Course {
  readonly name: CourseName;
  readonly environment: Environment;
  /** The best expected return from the start, as published or computed by others. */
  readonly published: number;
  /** What the learned policy is to reach. */
  readonly goal: number;
  /** Discount of the values learned; the returns above are not discounted. */
  readonly discount: number;
  /** In this order; in each, episodes are begun until its steps are done. */
  readonly phases: readonly Phase[];
  /** When an outcome is told: at the end of the episode by `record`, or after every step by `report`. */
  readonly telling: Telling;
  /**
   * Whether every action of every state is tried once for nothing before the first episode. Textbook protocols begin with
   * a table of zeros; a cache takes the maximum over the actions it knows, and would shun what leads to unknown ones.
   */
  readonly beginsWithZeros: boolean;
  /** Independent runs, each with a seed of its own. */
  readonly runs: number;
  /** Mean return of the last episodes while learning, where that is published too. */
  readonly online?: { readonly episodes: number; readonly published: number };
}

export type Telling = "record" | "report";

export interface Phase {
  /** Where to stop: no episode begins after so many steps, or after so many episodes. */
  readonly steps?: number;
  readonly episodes?: number;
  readonly learningRate: number;
  readonly epsilon: number;
}

/**
 * Slippery ice needs a falling learning rate, or the values keep jumping with chance; a deterministic world can take each
 * outcome at its word. The discount on the lakes makes up for the step limit: without one, the best policy of the position
 * alone takes all the time in the world.
 */
export const COURSES: readonly Course[] = [
  {
    name: "frozen-lake-4x4",
    environment: frozenLake(FROZEN_LAKE_4X4, true, 100),
    published: 0.7442,
    goal: 0.99 * 0.7442,
    discount: 0.99,
    phases: [0.3, 0.1, 0.03, 0.01].map((learningRate) => ({ steps: 20_000, learningRate, epsilon: 0.6 })),
    telling: "record",
    beginsWithZeros: false,
    runs: 1,
  },
  {
    name: "frozen-lake-8x8",
    environment: frozenLake(FROZEN_LAKE_8X8, true, 200),
    published: 0.9132,
    goal: 0.97 * 0.9132,
    discount: 0.997,
    phases: [
      { steps: 120_000, learningRate: 0.3, epsilon: 0.8 },
      { steps: 100_000, learningRate: 0.1, epsilon: 0.6 },
      { steps: 100_000, learningRate: 0.03, epsilon: 0.4 },
      { steps: 100_000, learningRate: 0.01, epsilon: 0.4 },
    ],
    telling: "record",
    beginsWithZeros: false,
    runs: 1,
  },
  {
    name: "cliff-walking",
    environment: cliffWalking(10_000),
    published: -13,
    goal: -13,
    discount: 1,
    phases: [{ episodes: 500, learningRate: 0.5, epsilon: 0.1 }],
    telling: "report",
    beginsWithZeros: true,
    runs: 8,
    online: { episodes: 100, published: -49 },
  },
  {
    name: "taxi",
    environment: taxi(200),
    published: 7.93,
    goal: 7.9,
    discount: 1,
    phases: [{ steps: 200_000, learningRate: 1, epsilon: 0.3 }],
    telling: "record",
    beginsWithZeros: false,
    runs: 1,
  },
];

export function courseNamed(name: string): Course {
  const course = COURSES.find((candidate) => candidate.name === name);
  if (course === undefined) throw new InvalidArgumentError("--only", name, COURSES.map(({ name }) => name).join(", "));
  return course;
}
