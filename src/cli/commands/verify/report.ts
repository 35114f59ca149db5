import { meanStartValue, optimalValues } from "../../../environments/exact-values.js";
import { RunningMean } from "../../../evaluation/estimators/running-mean.js";
import type { Course } from "./courses.js";
import type { CourseRun, MeanReturn } from "./take-course.js";

/** What was learned of one environment, beside what is known of it. */
export interface CourseReport {
  readonly course: string;
  readonly environment: string;
  /** Steps after which an episode is cut off. */
  readonly stepLimit: number;
  /** Best expected return, computed here by dynamic programming over the steps left. */
  readonly optimum: number;
  /** The same as others give it. */
  readonly published: number;
  readonly goal: number;
  readonly reached: boolean;
  /** Expected return of the learned policies: mean over the runs, and the worst of them. */
  readonly value: number;
  readonly worst: number;
  /** Mean return by playing the learned policies, with a 95 % interval. */
  readonly played: Interval;
  /** Mean return while still learning, in the last episodes of each run, with a 95 % interval over the runs' episodes. */
  readonly online?: Interval & { readonly published: number };
  /** Outcomes told to the cache, by all runs. */
  readonly events: number;
  readonly runs: readonly CourseRun[];
}

export interface Interval {
  readonly mean: number;
  readonly lower: number;
  readonly upper: number;
}

/** @param runs - at least one */
export function courseReport(course: Course, runs: readonly CourseRun[]): CourseReport {
  const { name, environment, published, goal, online } = course;
  const values = runs.map(({ value }) => value);
  const worst = Math.min(...values);
  const onlineReturns = runs.flatMap((run) => run.online ?? []);
  return {
    course: name,
    environment: environment.name,
    stepLimit: environment.stepLimit,
    optimum: meanStartValue(environment, optimalValues(environment)),
    published,
    goal,
    reached: worst >= goal,
    value: values.reduce((sum, value) => sum + value, 0) / values.length,
    worst,
    played: interval(runs.map(({ played }) => played)),
    ...(online === undefined ? {} : { online: { ...interval(onlineReturns), published: online.published } }),
    events: runs.reduce((sum, { events }) => sum + events, 0),
    runs,
  };
}

/** Mean of independent means over equally many episodes, with a normal 95 % interval. */
function interval(means: readonly MeanReturn[]): Interval {
  const overall = new RunningMean();
  for (const { mean } of means) overall.add(mean);
  const errors = means.reduce((sum, { standardError }) => sum + standardError ** 2, 0);
  const margin = (1.96 * Math.sqrt(errors)) / means.length;
  return { mean: overall.mean, lower: overall.mean - margin, upper: overall.mean + margin };
}
