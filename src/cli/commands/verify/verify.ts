import { defineCommand } from "../../command.js";
import { integerOption } from "../../input/options.js";
import { EXIT_FAILURE } from "../../output/cli-error.js";
import { integer } from "../../output/format.js";
import { shownStore } from "../../output/shown-store.js";
import type { CourseReport } from "./report.js";

interface VerifyOptions {
  readonly only?: readonly string[];
  readonly seed: number;
  readonly runs?: number;
  readonly store: string;
}

export const verifyCommand = defineCommand<VerifyOptions>({
  name: "verify",
  description: "learn published environments through the public API and compare with their optima",
  configure: (command) =>
    command
      .option("--only <course...>", "frozen-lake-4x4, frozen-lake-8x8, cliff-walking or taxi; default all")
      .option("--seed <n>", "of the first run; the next runs count up", integerOption("--seed", SEEDS), 1)
      .option("--runs <n>", "independent runs of each", integerOption("--runs", { min: 1, max: 1000 }))
      .option("--store <location>", "learn in this store, which must be empty", "memory:"),
  interruptible: true,
  run: async ({ options, terminal, interruption }) => {
    // Loaded when asked for: it uses the whole package, which would double the start of every other command.
    const { COURSES, courseNamed } = await import("./courses.js");
    const { takeCourses } = await import("./take-courses.js");
    const { courseReport } = await import("./report.js");
    const { verifyText } = await import("./verify-text.js");
    const { requireEmptyStore } = await import("./empty-store.js");

    const names = options.only ?? COURSES.map(({ name }) => name);
    const courses = names.map(courseNamed);
    await requireEmptyStore(options.store);

    const startedMs = performance.now();
    const planned = courses.flatMap(({ name, runs }) =>
      Array.from({ length: options.runs ?? runs }, (_, run) => ({ name, seed: options.seed + run })),
    );
    const progress = terminal.progress({ label: "courses", total: planned.length });
    const taken = await takeCourses(planned, options.store, interruption, (runs, events) =>
      progress.update(runs, `${integer(events)} events`),
    ).finally(() => progress.stop());
    const reports: CourseReport[] = [];
    for (const course of courses) {
      const own = taken.filter((_, position) => planned[position]?.name === course.name);
      const runs = own.filter((run) => run !== undefined);
      if (runs.length > 0) reports.push(courseReport(course, runs));
    }
    const data = {
      store: shownStore(options.store),
      seed: options.seed,
      seconds: (performance.now() - startedMs) / 1000,
      reached: !interruption.aborted && reports.every(({ reached }) => reached),
      courses: reports,
      ...(interruption.aborted ? { interrupted: true } : {}),
    };
    return { data, text: verifyText(reports, terminal.screen), exitCode: data.reached ? 0 : EXIT_FAILURE };
  },
});

const SEEDS = { min: 1, max: 1_000_000_000 };
