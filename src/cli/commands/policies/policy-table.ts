import type { ScoredPolicy } from "../../../cache/deciding/decision.js";
import { outcomesText, passesText } from "../../output/evidence-text.js";
import { compactJson, decimal, integer, printable } from "../../output/format.js";
import type { Screen } from "../../output/layout/screen.js";
import { type Column, table } from "../../output/layout/table.js";

/** Ranked policies, one line each. */
export function policyTable(policies: readonly ScoredPolicy[], firstRank: number, screen: Screen, indent = ""): string {
  const ranked = policies.map((policy, index) => ({ rank: firstRank + index, policy }));
  const agents = new Set(policies.map(({ entry }) => entry.agentId));
  const agent: Column<(typeof ranked)[number]> = {
    title: "agent",
    cell: ({ policy }) => printable(policy.entry.agentId),
  };
  return table(
    ranked,
    [
      { title: "#", cell: ({ rank }) => integer(rank), align: "right" },
      ...(agents.size > 1 ? [agent] : []),
      { title: "score", cell: ({ policy }) => decimal(policy.score), align: "right" },
      { title: "Q", cell: ({ policy }) => decimal(policy.entry.qValue), align: "right", spare: true },
      { title: "confidence", cell: ({ policy }) => decimal(policy.parts.confidence), align: "right", spare: true },
      { title: "uses", cell: ({ policy }) => integer(policy.entry.accessCount), align: "right", spare: true },
      { title: "successes", cell: ({ policy }) => outcomesText(policy.evidence), align: "right" },
      { title: "bound", cell: ({ policy }) => decimal(policy.evidence.bound), align: "right" },
      { title: "passes", cell: ({ policy }) => passesText(policy.evidence, screen) },
      { title: "action", cell: ({ policy }) => printable(policy.entry.actionType) },
      { title: "state", cell: ({ policy }) => compactJson(policy.entry.stateFeatures) },
    ],
    screen,
    indent,
  );
}
