import type { ScoredPolicy } from "../../cache/deciding/decision.js";
import type { RankingWeightConstants } from "../../common/tuning/defaults.js";
import { decimal } from "./format.js";
import type { Screen } from "./layout/screen.js";
import { table } from "./layout/table.js";

const PARTS = ["expectedValue", "confidence", "accessCount", "coOccurrence"] as const;

/** How a score came about: one line for each part, its weight, and the sum. */
export function scoreTable(policy: ScoredPolicy, weights: RankingWeightConstants, screen: Screen, indent = ""): string {
  const lines = PARTS.map((name) => {
    const part = policy.parts[name];
    const weight = weights[name];
    return { name, part: decimal(part), weight: String(weight), contribution: decimal(part * weight) };
  });
  return table(
    [...lines, { name: "score", part: "", weight: "", contribution: decimal(policy.score) }],
    [
      { title: "part", cell: ({ name }) => name },
      { title: "value", cell: ({ part }) => part, align: "right" },
      { title: "weight", cell: ({ weight }) => weight, align: "right" },
      { title: "contribution", cell: ({ contribution }) => contribution, align: "right" },
    ],
    screen,
    indent,
  );
}
