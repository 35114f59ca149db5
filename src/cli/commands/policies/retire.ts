import { defineCommand } from "../../command.js";
import { withExistingCache } from "../../input/open-cache.js";
import { printable } from "../../output/format.js";
import { addPolicyOptions, type PolicyOptionValues, policyName } from "./policy-options.js";

interface RetireOptions extends PolicyOptionValues {
  readonly reason: string;
}

export const retireCommand = defineCommand<RetireOptions>({
  name: "retire",
  description: "take a policy out of service, without forgetting it",
  configure: (command) => {
    addPolicyOptions(command.requiredOption("--reason <text>", "why, for whoever asks later"));
  },
  run: async ({ options }) => {
    const policy = await policyName(options);
    return withExistingCache(options.store, { readOnly: false }, async (cache) => {
      const retired = await cache.retire(policy, options.reason);
      const action = printable(policy.actionType);
      const text = retired ? `retired  ${action}` : `unchanged  ${action} is not a policy of this state in service.`;
      return { data: { retired }, text };
    });
  },
});
