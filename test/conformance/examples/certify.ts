import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runConformance } from "../../../src/testing/index.js";
import { openMyStore } from "./my-engine.js";

/** Runs the suite, shows what fails, and says whether nothing did. */
export async function certify(): Promise<boolean> {
  const results = await runConformance(
    async (request, onCleanup) => {
      const folder = await mkdtemp(join(tmpdir(), "my-engine-"));
      onCleanup(() => rm(folder, { recursive: true }));
      return openMyStore(folder, request);
    },
    {
      onResult: ({ id, title, passed, error }) => {
        if (!passed) console.error(`${id}: ${title}`, error);
      },
    },
  );
  return results.every(({ passed }) => passed);
}
