import { defineCommand } from "../../command.js";
import { withExistingCache } from "../../input/open-cache.js";
import { addStoreOption, type StoreOptionValue } from "../../input/options.js";

export const rotateKeyCommand = defineCommand<StoreOptionValue>({
  name: "rotate-key",
  description: "seal decision ids with a new key; those given out before can still be reported",
  configure: addStoreOption,
  run: async ({ options }) =>
    withExistingCache(options.store, { readOnly: false }, async (cache) => {
      await cache.rotateDecisionKey();
      return { data: { rotated: true }, text: "rotated  Decision ids are sealed with a new key from here on." };
    }),
});
