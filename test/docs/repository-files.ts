import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** The absolute name of a path from the root of the repository. */
export function pathOf(path: string): string {
  return join(root, path);
}

/** All files under some folders whose paths match, as paths from the root. */
export function filesOf(folders: readonly string[], pattern: RegExp): readonly string[] {
  const below = (folder: string): string[] =>
    readdirSync(pathOf(folder), { withFileTypes: true })
      .filter(({ name }) => name !== "node_modules")
      .flatMap((entry) => (entry.isDirectory() ? below(join(folder, entry.name)) : [join(folder, entry.name)]));
  return folders
    .flatMap(below)
    .map((path) => path.replaceAll("\\", "/"))
    .filter((path) => pattern.test(path));
}

/** What a link to a heading of a page may name: GitHub's way of writing it. */
export function anchorsOf(markdown: string): ReadonlySet<string> {
  const text = markdown.replace(/^```[\s\S]*?^```/gm, "");
  const headings = [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
    heading
      .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
      .toLowerCase()
      .replace(/[^\p{L}\p{N}_ -]/gu, "")
      .replaceAll(" ", "-"),
  );
  return new Set(headings);
}
