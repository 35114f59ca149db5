import { meanStartValue, policyValues } from "../../../environments/exact-values.js";
import { rollOut } from "../../../environments/roll-out.js";
import { RunningMean } from "../../../evaluation/estimators/running-mean.js";
import { PolicyCache } from "../../../index.js";
import { seededRandom } from "../../../maths/learning/seeded-random.js";
import { Agent } from "./agent.js";
import type { Course } from "./courses.js";

/** What one run of a course came to. */
export interface CourseRun {
  readonly seed: number;
  /** Outcomes told to the cache. */
  readonly events: number;
  readonly episodes: number;
  readonly seconds: number;
  /** Expected return of the learned policy, computed from the environment's own dynamics. */
  readonly value: number;
  /** The same by playing: mean return over episodes, with its standard error. */
  readonly played: MeanReturn;
  /** Mean return of the last episodes of learning, for a course that asks for it. */
  readonly online?: MeanReturn;
}

export interface MeanReturn {
  readonly mean: number;
  readonly standardError: number;
  readonly episodes: number;
}

const PLAYED_EPISODES = 10_000;
/** Keeps the numbers that draw actions apart from those that drive the environment. */
const OTHER_SEED = 0x8000_0000;

/**
 * Learns a course from nothing and examines what was learned.
 *
 * @param onEpisode - told how many outcomes were learned from
 * @returns undefined when interrupted
 */
export async function takeCourse(
  course: Course,
  location: string,
  seed: number,
  interruption: AbortSignal,
  onEpisode: (outcomes: number) => void,
): Promise<CourseRun | undefined> {
  const { environment, phases, telling, discount, online } = course;
  const startedMs = performance.now();
  const cache = await PolicyCache.open(location, {
    workers: "none",
    random: seededRandom(seed + OTHER_SEED),
    defaults: { tdGamma: discount, tdEpisodic: true, tdAlpha: phases[0]?.learningRate ?? 1, historyLength: 0 },
  });
  try {
    const random = seededRandom(seed);
    const agent = new Agent(environment, cache, random);
    if (course.beginsWithZeros) await agent.tellZeros();
    const returns: number[] = [];
    for (const phase of phases) {
      for await (const total of agent.live(phase, telling)) {
        returns.push(total);
        onEpisode(agent.outcomes);
        if (interruption.aborted) return undefined;
      }
    }
    const seconds = (performance.now() - startedMs) / 1000;
    const actions = await agent.bestActions();
    const policy = (state: number) => actions[state] ?? 0;
    const played = Array.from({ length: PLAYED_EPISODES }, () => rollOut(environment, policy, random));
    return {
      seed,
      events: agent.outcomes,
      episodes: returns.length,
      seconds,
      value: meanStartValue(environment, policyValues(environment, policy)),
      played: meanReturn(played),
      ...(online === undefined ? {} : { online: meanReturn(returns.slice(-online.episodes)) }),
    };
  } finally {
    await cache.close();
  }
}

function meanReturn(returns: readonly number[]): MeanReturn {
  const running = new RunningMean();
  for (const value of returns) running.add(value);
  return { mean: running.mean, standardError: running.standardError, episodes: running.count };
}
