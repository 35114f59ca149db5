import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { conformanceCases } from "../../src/testing/index.js";
import { readPage } from "./code-blocks.js";
import { anchorsOf, filesOf, pathOf } from "./repository-files.js";

const SPECIFICATION = "docs/specification/README.md";
const DIFFERENCES = "docs/specification/differences.md";
/** Asks for cases that do not exist. */
const WRONG_CASES = "test/conformance/run-conformance.test.ts";

const sources = filesOf(["src", "test", "bench", "tools"], /\.(ts|mjs)$/).map((path) => ({
  path,
  text: readFileSync(pathOf(path), "utf8"),
}));

/** Every place where a pattern's first group names something that is not known. */
function unknown(pattern: RegExp, isKnown: (name: string) => boolean, except = ""): readonly string[] {
  return sources
    .filter(({ path }) => path !== except)
    .flatMap(({ path, text }) => [...text.matchAll(pattern)].map(([, name = ""]) => ({ path, name })))
    .filter(({ name }) => !isKnown(name))
    .map(({ path, name }) => `${path}: ${name}`);
}

describe(SPECIFICATION, () => {
  it("has every case of the suite, in order, under the suite's sections", () => {
    const inPage = readPage(SPECIFICATION)
      .split(/^## /m)
      .flatMap((section) => {
        const title = section.slice(0, section.indexOf("\n"));
        return [...section.matchAll(/^\| (C\d+) \|/gm)].map(([, id]) => `${title}: ${id}`);
      });
    expect(inPage).toEqual(conformanceCases.map(({ id, section }) => `${section}: ${id}`));
  });

  it("has every case that the code cites", () => {
    const ids = new Set(conformanceCases.map(({ id }) => id));
    expect(unknown(/\b(C[1-9]\d{0,2})\b/g, (id) => ids.has(id), WRONG_CASES)).toEqual([]);
  });

  it("is what citations name: none is of a document that is not here", () => {
    expect(unknown(/\b(spec(?:ification)?,? sections? \d+)/gi, () => false)).toEqual([]);
  });
});

describe(DIFFERENCES, () => {
  it("has every difference that the code cites, numbered without a gap", () => {
    const numbers = [...readPage(DIFFERENCES).matchAll(/^\| (\d+) \|/gm)].map(([, number]) => number);
    expect(numbers).toEqual(numbers.map((_, index) => String(index + 1)));
    expect(unknown(/\bdifferences? (\d+)/g, (number) => numbers.includes(number))).toEqual([]);
  });
});

describe("comments", () => {
  it("name pages and headings that exist", () => {
    const exists = (name: string) => {
      const [page = "", anchor] = name.split("#");
      return existsSync(pathOf(page)) && (anchor === undefined || anchorsOf(readPage(page)).has(anchor));
    };
    expect(unknown(/\b(docs\/[\w/-]+\.md(?:#[\w-]+)?)/g, exists)).toEqual([]);
  });
});
