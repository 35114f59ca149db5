import { defineCommand } from "../../command.js";
import { withExistingCache } from "../../input/open-cache.js";
import { printable } from "../../output/format.js";
import { addPolicyOptions, type PolicyOptionValues, policyName } from "./policy-options.js";

export const restoreCommand = defineCommand<PolicyOptionValues>({
  name: "restore",
  description: "put a retired policy back into service",
  configure: addPolicyOptions,
  run: async ({ options }) => {
    const policy = await policyName(options);
    return withExistingCache(options.store, { readOnly: false }, async (cache) => {
      const restored = await cache.restore(policy);
      const action = printable(policy.actionType);
      const text = restored ? `restored  ${action}` : `unchanged  ${action} is not a retired policy of this state.`;
      return { data: { restored }, text };
    });
  },
});
