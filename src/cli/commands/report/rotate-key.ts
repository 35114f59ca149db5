import { defineCommand } from "../../command.js";
import { withExistingCache } from "../../input/open-cache.js";
import { addStoreOption, type StoreOptionValue } from "../../input/options.js";

interface RotateKeyCommandOptions extends StoreOptionValue {
  readonly revoke?: boolean;
}

export const rotateKeyCommand = defineCommand<RotateKeyCommandOptions>({
  name: "rotate-key",
  description: "seal decision ids with a new key; those given out before can still be reported",
  configure: (command) => {
    command.option("--revoke", "refuse those given out before: for a key that may have become known");
    addStoreOption(command);
  },
  run: async ({ options }) =>
    withExistingCache(options.store, { readOnly: false }, async (cache) => {
      const { revoke = false } = options;
      await cache.rotateDecisionKey({ revoke });
      const earlier = revoke ? "those given out before are refused" : "those given out before can still be reported";
      return {
        data: { rotated: true, revoked: revoke },
        text: `rotated  Decision ids are sealed with a new key from here on; ${earlier}.`,
      };
    }),
});
