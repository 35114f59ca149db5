import { rangePlot } from "../../harness/plots/range-plot.js";
import type { Block } from "../../harness/report/blocks.js";
import { count, factor, fixed } from "../../harness/report/format.js";
import type { OverRounds } from "../../harness/statistics.js";

/** One job done both ways: microseconds, and theirs as a multiple of ours. */
export interface ComparedJob {
  readonly policies: number;
  readonly name: string;
  /** What it is called in the original. */
  readonly original: string;
  readonly ours: OverRounds;
  readonly oursP99: OverRounds;
  readonly theirs: OverRounds;
  readonly theirsP99: OverRounds;
  readonly timesFaster: OverRounds;
}

/** The same jobs done the original's way, a row each. */
export function originalBlocks({ figures }: { figures: readonly ComparedJob[] }): readonly Block[] {
  const rows = figures.map(({ name, original, policies, ours, oursP99, theirs, theirsP99, timesFaster }) => [
    name,
    original,
    count(policies),
    fixed(ours.median, 0),
    fixed(oursP99.median, 0),
    fixed(theirs.median, 0),
    fixed(theirsP99.median, 0),
    ...factor(timesFaster),
  ]);
  const headings = ["job", "original", "policies", "ours us", "p99", "its commands us", "p99", "theirs / ours", ""];
  return [
    { heading: "Done the original's way" },
    {
      text: "The commands it sends, on the same Redis, without the time of Python around them: a lower bound of its cost.",
    },
    { table: { headings, rows } },
    {
      plot: rangePlot({
        title: "Time of the original's commands",
        xTitle: "times ours",
        rows: figures.map(({ name, policies, timesFaster }) => ({
          name: `${name}, ${count(policies)}`,
          ...timesFaster,
        })),
      }),
    },
  ];
}
