import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

// What is measured is the build, because that is what users run. Its types are those of the sources: they are the same, and
// so everything here is checked without a build. Parts that are not public come from the sources.

export type * from "../../src/evaluation/index.js";
export type * from "../../src/index.js";
export { seededRandom } from "../../src/maths/learning/seeded-random.js";
export type * from "../../src/migration/index.js";
export type * from "../../src/models.js";

/** All entries of the package as one. */
export type Library = typeof import("../../src/index.js") &
  typeof import("../../src/models.js") &
  typeof import("../../src/statistics.js") &
  typeof import("../../src/evaluation/index.js") &
  typeof import("../../src/migration/index.js");

const ENTRIES = ["index.js", "models.js", "statistics.js", "evaluation/index.js", "migration/index.js"];

export const BUILD = fileURLToPath(new URL("../../dist/", import.meta.url));

/** The program of the command line. */
export const COMMAND = join(BUILD, "cli", "main.js");

export const library = await loadLibrary(BUILD);

/** @param folder - of a build: this one, or another one to measure beside it, which may have fewer entries */
export async function loadLibrary(folder: string): Promise<Library> {
  const files = ENTRIES.map((entry) => resolve(folder, entry)).filter((file) => existsSync(file));
  if (files.length === 0) throw new Error(`There is no build in ${folder}: npm run build makes one.`);
  return Object.assign({}, ...(await Promise.all(files.map((file) => import(pathToFileURL(file).href)))));
}
