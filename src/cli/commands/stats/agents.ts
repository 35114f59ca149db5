import { defineCommand } from "../../command.js";
import { withExistingCache } from "../../input/open-cache.js";
import { addStoreOption, type StoreOptionValue } from "../../input/options.js";
import { addPageOptions, moreText, type PageOptionValues, placeOf } from "../../input/page-options.js";
import { integer, printable } from "../../output/format.js";
import { table } from "../../output/layout/table.js";

interface AgentsOptions extends StoreOptionValue, PageOptionValues {}

export const agentsCommand = defineCommand<AgentsOptions>({
  name: "agents",
  description: "list the agents of a store",
  configure: (command) => addStoreOption(addPageOptions(command, "agents", 100)),
  run: async ({ options, terminal }) =>
    withExistingCache(options.store, { readOnly: true }, async (cache) => {
      const { limit } = options;
      const { records: agents, next } = await cache.agents({ limit, ...placeOf(options) });
      const data = { limit, ...placeOf(options), agents, ...(next === undefined ? {} : { next }) };
      if (agents.length === 0) {
        return {
          data,
          text: options.after === undefined ? "Nothing was recorded in this store yet." : "No more agents.",
        };
      }
      const rows = table(
        agents,
        [
          { title: "agent", cell: ({ agentId }) => printable(agentId) },
          { title: "states", cell: ({ states }) => integer(states), align: "right" },
          { title: "policies", cell: ({ policies }) => integer(policies), align: "right" },
          { title: "episodes", cell: ({ episodes }) => integer(episodes), align: "right" },
        ],
        terminal.screen,
      );
      return { data, text: rows + moreText(next) };
    }),
});
