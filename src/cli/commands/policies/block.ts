import type { Command } from "commander";
import type { BlockedAction } from "../../../cache/retiring/blocking.js";
import { defineCommand } from "../../command.js";
import { withExistingCache } from "../../input/open-cache.js";
import { timeOption } from "../../input/options.js";
import { readJsonArgument } from "../../input/state-argument.js";
import { printable } from "../../output/format.js";
import { addPolicyOptions, type PolicyOptionValues } from "./policy-options.js";

interface UnblockOptions extends PolicyOptionValues {
  readonly spec?: string;
}

interface BlockOptions extends UnblockOptions {
  readonly reason: string;
  readonly until?: number;
}

export const blockCommand = defineCommand<BlockOptions>({
  name: "block",
  description: "keep an action from being chosen, whatever its outcomes",
  configure: (command) => {
    command
      .requiredOption("--reason <text>", "why, for whoever asks later")
      .option("--until <time>", "when it is over, in ISO 8601 or Unix seconds", timeOption("--until"));
    addActionOptions(command);
  },
  run: async ({ options }) => {
    const { reason, until } = options;
    const blocked = { ...(await actionOf(options)), reason, ...(until === undefined ? {} : { until }) };
    return withExistingCache(options.store, { readOnly: false }, async (cache) => {
      const isNew = await cache.block(blocked);
      const action = printable(options.action);
      return {
        data: { blocked: isNew },
        text: isNew ? `blocked  ${action}` : `unchanged  ${action} is blocked already.`,
      };
    });
  },
});

export const unblockCommand = defineCommand<UnblockOptions>({
  name: "unblock",
  description: "take a block away",
  configure: addActionOptions,
  run: async ({ options }) => {
    const blocked = await actionOf(options);
    return withExistingCache(options.store, { readOnly: false }, async (cache) => {
      const unblocked = await cache.unblock(blocked);
      const action = printable(options.action);
      return {
        data: { unblocked },
        text: unblocked ? `unblocked  ${action}` : `unchanged  ${action} is not blocked so.`,
      };
    });
  },
});

function addActionOptions(command: Command): void {
  addPolicyOptions(command.option("--spec <json>", "only the action with these parameters"));
}

async function actionOf({ agent: agentId, action: type, state, spec }: UnblockOptions): Promise<BlockedAction> {
  const only = spec === undefined ? {} : { spec: await readJsonArgument("--spec", spec) };
  return { agentId, state: await readJsonArgument("--state", state), action: { type, ...only } };
}
