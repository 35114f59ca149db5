import type { ScoredPolicy } from "../../../cache/deciding/decision.js";
import type { PolicyCache } from "../../../cache/policy-cache.js";
import { integer, plural, printable } from "../../output/format.js";
import type { Screen } from "../../output/layout/screen.js";
import { facts } from "../../output/layout/table.js";
import { policyTable } from "../policies/policy-table.js";

/** What a run did, and what the store holds after it. */
export interface LearnSummary {
  /** Valid event lines read by this run: recorded and duplicates. */
  readonly events: number;
  readonly recorded: number;
  /** Events that were recorded before, by this run or an earlier one, and counted no second time. */
  readonly duplicates: number;
  readonly rejected: number;
  readonly episodes: number;
  readonly states: number;
  readonly pairs: number;
  /** Policies created by this run. */
  readonly crystallized: number;
  /** Pairs in the store that pass the thresholds of this run. */
  readonly passing: number;
  readonly policies: number;
  readonly agents: number;
  readonly seconds: number;
  readonly eventsPerSecond: number;
  readonly store: string;
  readonly files: readonly string[];
  /** Present when a signal ended the run early. */
  readonly interrupted?: true;
}

const BEST = 5;
/** Ranking reads all policies of an agent; with more agents than this, that is left to `policycache policies`. */
const MOST_AGENTS_RANKED = 10;

/** The best policies over all agents, when these are few. */
export async function bestPolicies(cache: PolicyCache, agentIds: readonly string[]): Promise<readonly ScoredPolicy[]> {
  if (agentIds.length > MOST_AGENTS_RANKED) return [];
  const pages = await Promise.all(agentIds.map((agentId) => cache.ranking({ agentId, limit: BEST })));
  return pages
    .flatMap((page) => page.records)
    .sort((left, right) => right.score - left.score)
    .slice(0, BEST);
}

export function summaryText(
  summary: LearnSummary,
  best: readonly ScoredPolicy[],
  { ciThreshold, minEvents }: { readonly ciThreshold: number; readonly minEvents: number },
  screen: Screen,
): string {
  const verb = summary.interrupted ? "Interrupted after learning" : "Learned";
  const files = summary.files.map((file) => (file === "-" ? "stdin" : printable(file))).join(", ");
  const speed = `${summary.seconds.toFixed(2)} s, ${integer(summary.eventsPerSecond)} events a second`;
  const sections = [
    `${verb} from ${files} into ${printable(summary.store)} in ${speed}.`,
    facts(
      [
        ["events", `${integer(summary.events)} read`],
        ["recorded", integer(summary.recorded)],
        ["duplicates", `${integer(summary.duplicates)} recorded before, not counted again`],
        ["rejected", plural(summary.rejected, "malformed line")],
        ["crystallized", `${plural(summary.crystallized, "policy", "policies")} created by this run`],
      ],
      screen,
    ),
    `The store now holds\n${facts(
      [
        ["agents", integer(summary.agents)],
        ["episodes", integer(summary.episodes)],
        ["states", integer(summary.states)],
        ["pairs", `${integer(summary.pairs)} of a state and an action`],
        [
          "passing",
          `${integer(summary.passing)} with a bound above ${ciThreshold} and ${plural(minEvents, "event")} or more`,
        ],
        ["policies", integer(summary.policies)],
      ],
      screen,
      "  ",
    )}`,
  ];
  if (best.length > 0) sections.push(`Best policies\n${policyTable(best, 1, screen, "  ")}`);
  return sections.join("\n\n");
}
