import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { readPage } from "./code-blocks.js";
import { anchorsOf, filesOf, pathOf } from "./repository-files.js";

const atTheRoot = readdirSync(pathOf(".")).filter((name) => name.endsWith(".md"));
const PAGES = [...atTheRoot, ...filesOf(["docs", "bench", "tools"], /\.md$/)];
const LINK = /\]\((?<target>[^)\s]+)\)/g;

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
