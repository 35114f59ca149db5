import { migrateStore } from "../../../migration/migrate-store.js";
import { defineCommand } from "../../command.js";
import { integer, plural } from "../../output/format.js";
import { shownStore } from "../../output/shown-store.js";

export const migrateCommand = defineCommand({
  name: "migrate",
  description: "convert a store that an earlier release wrote; stop everything that uses it first",
  configure: (command) => {
    command.argument("<store>", "path, file: URL or redis: URL of the store");
  },
  run: async ({ arguments: [location = ""], terminal }) => {
    const progress = terminal.progress({ label: "migrating" });
    try {
      const summary = await migrateStore(location, {
        onProgress: ({ states }) => progress.update(states, plural(states, "state")),
      });
      const { states, converted, varied } = summary;
      const store = shownStore(location);
      const told = `Migrated ${store}: ${integer(converted)} of evidence converted in ${plural(states, "state")}`;
      const text = varied === 0 ? told : `${told}; of ${plural(varied, "pair")} the parameters had varied`;
      return { data: { store, ...summary }, text };
    } finally {
      progress.stop();
    }
  },
});
