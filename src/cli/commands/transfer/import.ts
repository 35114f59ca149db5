import { importStore, verifyExport } from "../../../migration/import-store.js";
import { openStore } from "../../../store/store.js";
import { defineCommand } from "../../command.js";
import { integerOption } from "../../input/options.js";
import { byteSize } from "../../output/format.js";
import { shownStore } from "../../output/shown-store.js";
import type { Terminal } from "../../output/terminal.js";
import { type EventSource, findSources, readChunks } from "../learn/event-source.js";
import { itemsText, transferText } from "./transfer-text.js";

interface ImportCommandOptions {
  readonly shards?: number;
}

export const importCommand = defineCommand<ImportCommandOptions>({
  name: "import",
  description: "fill a new store from an export",
  configure: (command) => {
    command
      .argument("<store>", "path, file: URL or redis: URL of a store that does not exist or is empty")
      .argument("[file]", "what `policycache export` wrote, or - for stdin", "-")
      .option("--shards <n>", "shards of the new store (default: 1)", integerOption("--shards", { min: 1, max: 1024 }));
  },
  run: async ({ arguments: [location = "", file = "-"], options, terminal }) => {
    const [source] = await findSources([file]);
    if (source === undefined) return { data: {}, text: "" };
    // A file can be read twice: what is wrong with it is found before anything is written.
    if (source.sizeBytes !== undefined) {
      await withMeter(terminal, "checking", source, (chunks, onProgress) => verifyExport(chunks, { onProgress }));
    }
    const store = await openStore(location, options.shards === undefined ? {} : { shards: options.shards });
    try {
      const imported = await withMeter(terminal, "importing", source, (chunks, onProgress) =>
        importStore(store, chunks, { onProgress }),
      );
      const text = `Imported ${transferText(imported)} into ${shownStore(location)}`;
      return { data: { store: shownStore(location), file, ...imported }, text };
    } finally {
      await store.close();
    }
  },
});

type OnProgress = (summary: Parameters<typeof itemsText>[0]) => void;

/** Reads a source with its progress on a terminal. */
async function withMeter<Result>(
  terminal: Terminal,
  label: string,
  source: EventSource,
  read: (chunks: AsyncIterable<Uint8Array>, onProgress: OnProgress) => Promise<Result>,
): Promise<Result> {
  const total = source.sizeBytes;
  const progress = terminal.progress(total === undefined ? { label } : { label, total });
  const meter = { bytes: 0 };
  try {
    return await read(counted(source, meter), (summary) => {
      progress.update(meter.bytes, `${byteSize(meter.bytes)}  ${itemsText(summary)}`);
    });
  } finally {
    progress.stop();
  }
}

function counted(source: EventSource, meter: { bytes: number }): AsyncGenerator<Uint8Array> {
  return readChunks(source, new AbortController().signal, (bytes) => {
    meter.bytes += bytes;
  });
}
