import { createWriteStream } from "node:fs";
import { rm } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { InvalidArgumentError } from "../../../common/errors.js";
import type { TransferSummary } from "../../../migration/export-format.js";
import { exportStore } from "../../../migration/export-store.js";
import { openStore } from "../../../store/store.js";
import { defineCommand } from "../../command.js";
import { requireStore } from "../../input/open-cache.js";
import { CliError } from "../../output/cli-error.js";
import { shownStore } from "../../output/shown-store.js";
import { itemsText, transferText } from "./transfer-text.js";

const STDOUT = "-";

export const exportCommand = defineCommand<Record<string, never>>({
  name: "export",
  description: "write everything in a store to a file, to be imported into a store on any engine",
  configure: (command) => {
    command
      .argument("<store>", "path, file: URL or redis: URL of the store")
      .argument("[file]", "a new file for JSON Lines, or - for stdout", STDOUT);
  },
  run: async ({ arguments: [location = "", file = STDOUT], terminal }) => {
    if (file === STDOUT && terminal.json) {
      throw new InvalidArgumentError("file", file, "a file: with --json, stdout is for the summary");
    }
    await requireStore(location);
    const store = await openStore(location, { readOnly: true });
    const progress = terminal.progress({ label: "exporting" });
    let exported: TransferSummary | undefined;
    try {
      const lines = exportStore(store, {
        onProgress: (summary) => {
          exported = summary;
          progress.update(0, itemsText(summary));
        },
      });
      await writeLines(lines, file);
    } finally {
      progress.stop();
      await store.close();
    }
    const data = { store: shownStore(location), file, ...exported };
    return { data, text: file === STDOUT ? "" : `Exported ${transferText(exported)} to ${file}` };
  },
});

/** @throws {@link CliError} OUTPUT_UNWRITABLE; a file that was begun is removed then */
async function writeLines(lines: AsyncIterable<string>, file: string): Promise<void> {
  if (file === STDOUT) {
    await pipeline(Readable.from(lines), process.stdout, { end: false });
    return;
  }
  const output = createWriteStream(file, { flags: "wx", mode: 0o600 });
  let isOurs = false;
  output.once("open", () => {
    isOurs = true;
  });
  try {
    await pipeline(Readable.from(lines), output);
  } catch (error) {
    if (isOurs) await rm(file, { force: true });
    if (!(error instanceof Error && "syscall" in error)) throw error;
    const exists = "code" in error && error.code === "EEXIST";
    const reason = exists ? "it exists already: name a new file" : error.message;
    throw new CliError("OUTPUT_UNWRITABLE", `${file} cannot be written: ${reason}.`, { file }, error);
  }
}
