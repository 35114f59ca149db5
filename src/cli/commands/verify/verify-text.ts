import { integer } from "../../output/format.js";
import type { Screen } from "../../output/layout/screen.js";
import { table } from "../../output/layout/table.js";
import type { CourseReport, Interval } from "./report.js";

export function verifyText(reports: readonly CourseReport[], screen: Screen): string {
  const rows = table(
    reports,
    [
      { title: "environment", cell: ({ environment }) => environment },
      { title: "published", cell: ({ published }) => figure(published), align: "right", spare: true },
      { title: "optimum", cell: ({ optimum }) => figure(optimum), align: "right" },
      { title: "goal", cell: ({ goal }) => figure(goal), align: "right" },
      { title: "learned", cell: ({ value }) => figure(value), align: "right" },
      { title: "worst", cell: ({ worst }) => figure(worst), align: "right", spare: true },
      { title: "played, 95 %", cell: ({ played }) => intervalText(played), align: "right" },
      { title: "events", cell: ({ events }) => integer(events), align: "right", spare: true },
      { title: "seeds", cell: ({ runs }) => seedsText(runs.map(({ seed }) => seed)), align: "right", spare: true },
      { title: "goal reached", cell: ({ reached }) => (reached ? screen.good("yes") : screen.bad("no")) },
    ],
    screen,
  );
  const online = reports.flatMap(({ environment, online }) => {
    if (online === undefined) return [];
    const { published } = online;
    return `${environment}, last 100 episodes while learning: ${intervalText(online)}; published near ${published}.`;
  });
  return [rows, ...online].join("\n\n");
}

/** Seeds count up from the first. */
function seedsText(seeds: readonly number[]): string {
  return seeds.length === 1 ? `${seeds[0]}` : `${seeds[0]} to ${seeds.at(-1)}`;
}

function intervalText({ mean, lower, upper }: Interval): string {
  return `${figure(mean)} (${figure(lower)} to ${figure(upper)})`;
}

function figure(value: number): string {
  return Math.abs(value) < 1 ? value.toFixed(4) : value.toFixed(2);
}
