import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { InvalidArgumentError } from "../../../../index.js";
import { shuffled } from "../seeded-random.js";
import { fileKind } from "./file-kind.js";
import { type FoundFile, findFiles } from "./find-files.js";
import type { SizeClass } from "./size-class.js";

/** A file to compress, with what an agent knows of it beforehand. */
export interface PickedFile {
  readonly path: string;
  readonly kind: string;
  readonly sizeClass: SizeClass;
  readonly content: Buffer;
}

export interface PickedFiles {
  readonly training: readonly PickedFile[];
  /** Files, and contents, that do not occur in `training`. */
  readonly heldOut: readonly PickedFile[];
  readonly found: number;
  readonly unreadable: number;
  /** Copies of a file that was picked already. */
  readonly copies: number;
}

/** A bound on memory, and with the slowest codec on time. */
const MAX_TOTAL_BYTES = 16 * 1024 * 1024;
const MIN_FILES = 40;
const TRAINING_SHARE = 2 / 3;

/**
 * Picks files of every kind and size class at random, reads them, and sets a third of each aside.
 *
 * @throws {@link InvalidArgumentError} when the folder cannot be read or holds too few different files
 */
export async function pickFiles(
  folder: string,
  sizeClasses: readonly SizeClass[],
  random: () => number,
): Promise<PickedFiles> {
  const { files, unreadable: unreadablePaths } = await findFiles(folder);
  const contents = new Set<string>();
  const training: PickedFile[] = [];
  const heldOut: PickedFile[] = [];
  let unreadable = unreadablePaths;
  let copies = 0;
  let bytesLeft = MAX_TOTAL_BYTES;
  for (const { kind, sizeClass, candidates } of groupFiles(files, sizeClasses)) {
    const picked: PickedFile[] = [];
    for (const { path } of shuffled(candidates, random)) {
      if (picked.length >= sizeClass.maxFilesPerKind) break;
      const content = await readFile(join(folder, path)).catch(() => undefined);
      if (content === undefined) {
        unreadable += 1;
        continue;
      }
      if (!isInClass(content.length, sizeClass) || content.length > bytesLeft) continue;
      const digest = createHash("sha256").update(content).digest("base64");
      if (contents.has(digest)) {
        copies += 1;
        continue;
      }
      contents.add(digest);
      bytesLeft -= content.length;
      picked.push({ path, kind, sizeClass, content });
    }
    const trainingCount = Math.ceil(picked.length * TRAINING_SHARE);
    training.push(...picked.slice(0, trainingCount));
    heldOut.push(...picked.slice(trainingCount));
  }
  if (contents.size < MIN_FILES) throw tooFew(folder, contents.size, sizeClasses);
  return {
    training: shuffled(training, random),
    heldOut: shuffled(heldOut, random),
    found: files.length,
    unreadable,
    copies,
  };
}

interface FileGroup {
  readonly kind: string;
  readonly sizeClass: SizeClass;
  readonly candidates: FoundFile[];
}

/** Small files first: when the bytes run out, it is at the large ones, which are few and slow. */
function groupFiles(files: readonly FoundFile[], sizeClasses: readonly SizeClass[]): readonly FileGroup[] {
  return sizeClasses.flatMap((sizeClass) => {
    const groups = new Map<string, FileGroup>();
    for (const file of files) {
      if (!isInClass(file.bytes, sizeClass)) continue;
      const kind = fileKind(file.path);
      const group = groups.get(kind) ?? { kind, sizeClass, candidates: [] };
      groups.set(kind, group);
      group.candidates.push(file);
    }
    return [...groups.values()].sort((left, right) => (left.kind < right.kind ? -1 : 1));
  });
}

function isInClass(bytes: number, { minBytes, maxBytes }: SizeClass): boolean {
  return bytes >= minBytes && bytes < maxBytes;
}

function tooFew(folder: string, count: number, sizeClasses: readonly SizeClass[]): InvalidArgumentError {
  const sizes = sizeClasses.map(({ name }) => name).join(", ");
  const expected = `a folder with at least ${MIN_FILES} different files of ${sizes}; it has ${count}`;
  const hint = `Run "npm install" in a project and start there, or name another folder with --folder.`;
  return new InvalidArgumentError("--folder", folder, expected, { hint });
}
