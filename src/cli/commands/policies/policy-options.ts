import type { Command } from "commander";
import type { PolicyName } from "../../../cache/retiring/retirement.js";
import { addStoreOption, type StoreOptionValue } from "../../input/options.js";
import { JSON_FORMS, readJsonArgument } from "../../input/state-argument.js";

export interface PolicyOptionValues extends StoreOptionValue {
  readonly agent: string;
  readonly action: string;
  readonly state: string;
}

/** Adds the options that name one policy. */
export function addPolicyOptions(command: Command): void {
  addStoreOption(
    command
      .requiredOption("--agent <id>", "whose policy")
      .requiredOption("--action <type>", "the type of its action")
      .requiredOption("--state <json>", `features of its state: ${JSON_FORMS}`),
  );
}

export async function policyName({ agent, action, state }: PolicyOptionValues): Promise<PolicyName> {
  return { agentId: agent, actionType: action, state: await readJsonArgument("--state", state) };
}
