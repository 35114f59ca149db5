import { defineCommand } from "../../command.js";
import { withExistingCache } from "../../input/open-cache.js";
import { addStoreOption, type StoreOptionValue } from "../../input/options.js";
import { JSON_FORMS, readJsonArgument } from "../../input/state-argument.js";
import { addVersionsOption, dependenciesOf, type VersionOptionValue } from "../../input/versions.js";
import { plural } from "../../output/format.js";
import { facts } from "../../output/layout/table.js";

interface InvalidateOptions extends StoreOptionValue, VersionOptionValue {
  readonly agent: string;
  readonly action?: string;
  readonly state?: string;
  readonly reason?: string;
}

export const invalidateCommand = defineCommand<InvalidateOptions>({
  name: "invalidate",
  description: "retire all policies of an agent that match",
  configure: (command) => {
    command
      .requiredOption("--agent <id>", "whose policies")
      .option("--action <type>", "only this type of action")
      .option("--state <json>", `only this state: ${JSON_FORMS}`);
    addVersionsOption(command, "only what depends on each of these versions").option(
      "--reason <text>",
      "why, for whoever asks later",
    );
    addStoreOption(command);
  },
  run: async ({ options, terminal }) => {
    const { agent: agentId, action, reason } = options;
    const state = options.state === undefined ? undefined : await readJsonArgument("--state", options.state);
    const selector = {
      agentId,
      ...(action === undefined ? {} : { actionType: action }),
      ...(state === undefined ? {} : { state }),
      ...dependenciesOf(options),
      ...(reason === undefined ? {} : { reason }),
    };
    return withExistingCache(options.store, { readOnly: false }, async (cache) => {
      const result = await cache.invalidate(selector);
      const text = facts(
        [
          ["retired", plural(result.retired, "policy", "policies")],
          ["started over", plural(result.startedOver, "action")],
        ],
        terminal.screen,
      );
      return { data: result, text };
    });
  },
});
