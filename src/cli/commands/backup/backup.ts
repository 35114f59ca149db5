import { backupStore } from "../../../migration/backup-store.js";
import type { TransferSummary } from "../../../migration/export-format.js";
import { openStore } from "../../../store/store.js";
import { defineCommand } from "../../command.js";
import { requireStore } from "../../input/open-cache.js";
import { byteSize } from "../../output/format.js";
import { shownStore } from "../../output/shown-store.js";
import { itemsText } from "../transfer/transfer-text.js";

export const backupCommand = defineCommand<Record<string, never>>({
  name: "backup",
  description: "write all of a store to a new file, while it is in use",
  configure: (command) => {
    command
      .argument("<store>", "path, file: URL or redis: URL of the store")
      .argument("<file>", "a new file: a SQLite file of a SQLite store, an export of any other");
  },
  run: async ({ arguments: [location = "", file = ""], terminal }) => {
    await requireStore(location);
    const store = await openStore(location, { readOnly: true });
    const progress = terminal.progress({ label: "backing up" });
    try {
      const onProgress = (summary: TransferSummary) => progress.update(0, itemsText(summary));
      const backup = await backupStore(store, file, { onProgress });
      const restore = backup.kind === "sqlite" ? `--store ${file}` : `policycache import <new store> ${file}`;
      return {
        data: { store: shownStore(location), file, ...backup },
        text: `Backed up ${shownStore(location)} to ${file} (${byteSize(backup.bytes)}). To use it: ${restore}`,
      };
    } finally {
      progress.stop();
      await store.close();
    }
  },
});
