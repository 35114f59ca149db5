import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

const LINK = /\]\((?<target>[^)\s#]+)(?:#[^)\s]*)?\)/g;
const CODE_BLOCK = /^```[\s\S]*?^```$/gm;
const ELSEWHERE = /^[a-z][a-z0-9+.-]*:/;
const SOURCE_MAP = /^\/\/# sourceMappingURL=(?<target>.+)$/m;

/** What files of a folder refer to and the folder does not hold: targets of links, source maps, sources of maps. */
export function deadReferences(folder: string): readonly string[] {
  const paths = readdirSync(folder, { recursive: true, encoding: "utf8" });
  return paths.flatMap((path) =>
    referencesOf(join(folder, path))
      .map((target) => join(folder, dirname(path), target))
      .filter((target) => relative(folder, target).startsWith("..") || !existsSync(target))
      .map((target) => `${path} refers to ${relative(folder, target)}`),
  );
}

function referencesOf(path: string): readonly string[] {
  if (path.endsWith(".md")) return linksOf(readFileSync(path, "utf8"));
  if (path.endsWith(".map")) return JSON.parse(readFileSync(path, "utf8")).sources;
  if (path.endsWith(".js") || path.endsWith(".d.ts")) {
    const target = SOURCE_MAP.exec(readFileSync(path, "utf8"))?.groups?.target;
    return target === undefined ? [] : [target];
  }
  return [];
}

function linksOf(page: string): readonly string[] {
  const targets = [...page.replace(CODE_BLOCK, "").matchAll(LINK)].map(({ groups }) => groups?.target ?? "");
  return targets.filter((target) => target !== "" && !ELSEWHERE.test(target));
}
