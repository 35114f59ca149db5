import { describe, expect, it } from "vitest";
import { COURSES, type Course } from "../../../../src/cli/commands/verify/courses.js";
import { courseReport } from "../../../../src/cli/commands/verify/report.js";
import { takeCourse } from "../../../../src/cli/commands/verify/take-course.js";
import { frozenLake } from "../../../../src/environments/frozen-lake.js";
import { expectWithin } from "../../../support/golden.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";

const never = new AbortController().signal;
const ignore = () => undefined;

/** Four cells in a row: two steps right of the start is a hole unless one goes around. */
const POND: Course = {
  name: "frozen-lake-4x4",
  environment: frozenLake(["SHG", "FFF"], false, 20),
  published: 1,
  goal: 1,
  discount: 0.9,
  phases: [{ steps: 400, learningRate: 1, epsilon: 0.5 }],
  telling: "record",
  beginsWithZeros: false,
  runs: 1,
};

describe("takeCourse", () => {
  it.each(["record", "report"] as const)(
    "learns a small world through decide and %s, in memory and in a file",
    async (telling) => {
      const course = { ...POND, telling };
      const file = `${temporaryFolder()}/pond.db`;
      const inMemory = await takeCourse(course, "memory:", 3, never, ignore);
      const inFile = await takeCourse(course, file, 3, never, ignore);
      expect(inMemory).toMatchObject({ value: 1, played: { mean: 1, standardError: 0 } });
      expect({ ...inFile, seconds: 0 }).toEqual({ ...inMemory, seconds: 0 });
    },
  );

  it("learns slippery Frozen Lake to 99 % of the optimum, and what it plays agrees with what it computes", async () => {
    const lake = COURSES.find(({ name }) => name === "frozen-lake-4x4");
    if (lake === undefined) throw new Error("The course is missing.");
    const quarter = { ...lake, phases: lake.phases.map((phase) => ({ ...phase, steps: 5000 })) };
    const run = await takeCourse(quarter, "memory:", 3, never, ignore);
    if (run === undefined) throw new Error("It was not interrupted.");
    const report = courseReport(quarter, [run]);
    expectWithin(report.optimum, 0.7442, 5e-5, "optimum");
    expect(report.value).toBeGreaterThanOrEqual(lake.goal);
    expect(report.reached).toBe(true);
    expect(report.played.lower).toBeLessThan(report.value);
    expect(report.played.upper).toBeGreaterThan(report.value);
  }, 60_000);

  it("settles on a detour around the cliff when places hardly known count for nothing but what was tried there", async () => {
    const cliff = COURSES.find(({ name }) => name === "cliff-walking");
    if (cliff === undefined) throw new Error("The course is missing.");
    const run = await takeCourse({ ...cliff, beginsWithZeros: false }, "memory:", 11, never, ignore);
    expect(run?.value).toBe(-15);
  }, 60_000);

  it("gives the same for the same seed", async () => {
    const [one, again] = [
      await takeCourse(POND, "memory:", 5, never, ignore),
      await takeCourse(POND, "memory:", 5, never, ignore),
    ];
    expect({ ...one, seconds: 0 }).toEqual({ ...again, seconds: 0 });
  });

  it("stops at the end of an episode when interrupted", async () => {
    const interruption = new AbortController();
    let outcomes = 0;
    const run = await takeCourse(POND, "memory:", 1, interruption.signal, (told) => {
      outcomes = told;
      interruption.abort();
    });
    expect(run).toBeUndefined();
    expect(outcomes).toBeLessThanOrEqual(20);
  });

  it("reports the worst of several runs against the goal", () => {
    const run = {
      seed: 1,
      events: 10,
      episodes: 1,
      seconds: 1,
      value: 1,
      played: { mean: 1, standardError: 0.1, episodes: 4 },
    };
    const report = courseReport(POND, [run, { ...run, seed: 2, value: 0.5, played: { ...run.played, mean: 0 } }]);
    expect(report).toMatchObject({ value: 0.75, worst: 0.5, reached: false, events: 20, optimum: 1 });
    expectWithin(report.played.upper - report.played.mean, (1.96 * Math.sqrt(0.02)) / 2, 1e-12);
  });
});
