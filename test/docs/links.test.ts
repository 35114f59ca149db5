import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { readPage } from "./code-blocks.js";
import { anchorsOf, filesOf, pathOf } from "./repository-files.js";

const atTheRoot = readdirSync(pathOf(".")).filter((name) => name.endsWith(".md"));
const PAGES = [...atTheRoot, ...filesOf(["docs", "bench", "tools"], /\.md$/)];
const LINK = /\]\((?<target>[^)\s]+)\)/g;

/** What ships with the package may link to what ships alone; these folders do not. */
const PACKED = ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", ...filesOf(["docs"], /\.md$/)];
const NOT_PACKED = /^(bench|test|tools|examples)\b/;

describe.each(PACKED)("%s, in the package", (page) => {
  it("links to nothing that stays in the repository", () => {
    const targets = [...readPage(page).matchAll(LINK)].map(({ groups }) => groups?.target ?? "");
    expect(targets.filter((target) => NOT_PACKED.test(join(dirname(page), target)))).toEqual([]);
  });
});

describe.each(PAGES)("%s", (page) => {
  it("links to what exists", () => {
    const text = readPage(page).replace(/^```[\s\S]*?^```/gm, "");
    const targets = [...text.matchAll(LINK)].map(({ groups }) => groups?.target ?? "");
    const broken = targets
      .filter((target) => !/^[a-z]+:/.test(target))
      .filter((target) => {
        const [path = "", anchor] = target.split("#");
        const file = path === "" ? page : join(dirname(page), path);
        if (!existsSync(pathOf(file))) return true;
        return anchor !== undefined && !anchorsOf(readPage(file)).has(anchor);
      });
    expect(broken).toEqual([]);
  });
});
