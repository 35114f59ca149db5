import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { InvalidArgumentError } from "../../../../index.js";

export interface FoundFile {
  /** Relative to the folder, with "/" on every system. */
  readonly path: string;
  readonly bytes: number;
}

export interface FoundFiles {
  readonly files: readonly FoundFile[];
  /** Files and folders that could not be read. */
  readonly unreadable: number;
}

/** Enough for any selection the demonstration makes, and a bound on how long looking takes. */
const MAX_FILES = 20_000;

/**
 * Regular files under a folder in the order of their paths, the first {@link MAX_FILES} of them. Links are not
 * followed.
 *
 * @throws {@link InvalidArgumentError} when the folder cannot be read
 */
export async function findFiles(folder: string): Promise<FoundFiles> {
  const files: FoundFile[] = [];
  let unreadable = 0;
  const waiting = [""];
  for (let parent = waiting.pop(); parent !== undefined && files.length < MAX_FILES; parent = waiting.pop()) {
    const entries = await readdir(join(folder, parent), { withFileTypes: true }).catch((error: unknown) => {
      if (parent === "") throw cannotRead(folder, error);
      unreadable += 1;
      return [];
    });
    const folders: string[] = [];
    for (const entry of entries.sort((left, right) => (left.name < right.name ? -1 : 1))) {
      const path = parent === "" ? entry.name : `${parent}/${entry.name}`;
      if (entry.isDirectory()) folders.push(path);
      if (!entry.isFile() || files.length >= MAX_FILES) continue;
      const found = await stat(join(folder, path)).catch(() => undefined);
      if (found === undefined) unreadable += 1;
      else files.push({ path, bytes: found.size });
    }
    waiting.push(...folders.reverse());
  }
  return { files, unreadable };
}

function cannotRead(folder: string, cause: unknown): InvalidArgumentError {
  const hint = `Run "npm install" in a project and start there, or name another folder with --folder.`;
  return new InvalidArgumentError("--folder", folder, "a readable folder full of files", { hint, cause });
}
