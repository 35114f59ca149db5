import type { AgentStatistics, Statistics } from "../../../cache/inspecting/statistics.js";
import type { TuningConstants } from "../../../common/tuning/defaults.js";
import { defineCommand } from "../../command.js";
import { warnOfUnknownAgent } from "../../input/agent.js";
import { withExistingCache } from "../../input/open-cache.js";
import {
  addRuleOptions,
  addStoreOption,
  type RuleOptionValues,
  rulesGiven,
  type StoreOptionValue,
} from "../../input/options.js";
import { rulesData, rulesText, type UsedRules } from "../../input/rules.js";
import { integer, plural, printable } from "../../output/format.js";
import type { Screen } from "../../output/layout/screen.js";
import { type Column, facts, table } from "../../output/layout/table.js";
import { shownStore } from "../../output/shown-store.js";
import { countWithProgress } from "../../output/statistics-progress.js";

interface StatsOptions extends StoreOptionValue, RuleOptionValues {
  readonly agent?: string;
}

export const statsCommand = defineCommand<StatsOptions>({
  name: "stats",
  description: "count what a store holds",
  configure: (command) => {
    command.option("--agent <id>", "one agent only (default: all)");
    addRuleOptions(addStoreOption(command));
  },
  run: async ({ options, terminal }) =>
    withExistingCache(options.store, { defaults: rulesGiven(options), readOnly: true }, async (cache, rules) => {
      const statistics = await countWithProgress(cache, options.agent, terminal);
      if (options.agent !== undefined) await warnOfUnknownAgent(cache, options.agent, terminal);
      const { ciThreshold, minEvents } = cache.defaults;
      const text = statisticsText(statistics, rules, cache.defaults, terminal.screen);
      return {
        data: { store: shownStore(options.store), ciThreshold, minEvents, rules: rulesData(rules), ...statistics },
        text,
      };
    }),
});

function statisticsText(
  statistics: Statistics,
  rules: UsedRules,
  { ciThreshold, minEvents }: TuningConstants,
  screen: Screen,
): string {
  const { agents, totals, malformed, stream } = statistics;
  const waiting = stream.groups.map(
    ({ name, pending, lag }) =>
      `${plural(pending + lag, "event")} for ${printable(name)}, ${integer(pending)} of them in hand`,
  );
  const rows = agents.length === 1 ? agents : [...agents, { ...totals, agentId: `${integer(agents.length)} agents` }];
  return [
    agents.length === 0 ? "Nothing was counted in this store yet." : agentTable(rows, screen),
    "",
    facts(
      [
        ["passing", `bound above ${ciThreshold} with at least ${plural(minEvents, "event")}: enough for a policy`],
        ["rules", rulesText(rules)],
        ["recorded", `${plural(stream.appended, "event")}, ${integer(stream.length)} of them still in the stream`],
        ["waiting", waiting.length === 0 ? "none" : waiting.join("; ")],
        ["refused", `${plural(totals.refusals, "decision")} by a guard or another check`],
        ["set aside", plural(stream.deadLetters, "stream entry", "stream entries")],
        ["malformed", plural(malformed, "stream entry", "stream entries")],
      ],
      screen,
    ),
  ].join("\n");
}

function agentTable(agents: readonly AgentStatistics[], screen: Screen): string {
  type Count = (agent: AgentStatistics) => number;
  const count = (title: string, cell: Count, spare = false): Column<AgentStatistics> => ({
    title,
    cell: (agent) => integer(cell(agent)),
    align: "right",
    spare,
  });
  return table(
    agents,
    [
      { title: "agent", cell: ({ agentId }) => printable(agentId) },
      count("events", ({ events }) => events),
      count("successes", ({ successes }) => successes),
      count("episodes", ({ episodes }) => episodes, true),
      count("states", ({ states }) => states),
      count("pairs", ({ pairs }) => pairs, true),
      count("passing", ({ passing }) => passing),
      count("policies", ({ policies }) => policies),
    ],
    screen,
  );
}
