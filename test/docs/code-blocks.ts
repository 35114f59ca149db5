import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** A program that a page shows. */
export interface CodeBlock {
  /** The page, as a path from the root of the repository. */
  readonly page: string;
  /** Line of the page on which the program begins, from 1. */
  readonly line: number;
  readonly code: string;
  /** What the page says it prints: the texts of its lines `// → ...`, in order. */
  readonly printed: readonly string[];
  /** What follows ` ```ts no-run `: why it is compiled only. */
  readonly notRunBecause?: string;
}

const BLOCK = /^```ts(?<flags>[^\n]*)\n(?<code>[\s\S]*?)^```$/gm;
const PRINTED = /\/\/ → (?<text>.*)$/gm;
const NO_RUN = /^ no-run: (?<reason>\S.*)$/;

/** Shown word for word from files that are compiled and run by test/conformance/documentation.test.ts. */
const CHECKED_ELSEWHERE = ["docs/testing-an-engine.md"];

/** The pages whose programs are checked: the README and everything under docs but the decisions. */
export function pages(): readonly string[] {
  const inFolder = (folder: string) =>
    readdirSync(join(root, folder))
      .filter((name) => name.endsWith(".md"))
      .map((name) => `${folder}/${name}`);
  const all = ["README.md", ...inFolder("docs"), ...inFolder("docs/primitives")];
  return all.filter((page) => !CHECKED_ELSEWHERE.includes(page));
}

export function readPage(page: string): string {
  return readFileSync(join(root, page), "utf8");
}

/** All programs of a page. @throws for a marked block that does not say why */
export function blocksOf(page: string): readonly CodeBlock[] {
  const text = readPage(page);
  return [...text.matchAll(BLOCK)].map((match) => {
    const { flags = "", code = "" } = match.groups ?? {};
    const line = text.slice(0, match.index).split("\n").length + 1;
    const printed = [...code.matchAll(PRINTED)].map(({ groups }) => groups?.text ?? "");
    if (flags.trim() === "") return { page, line, code, printed };
    const reason = NO_RUN.exec(flags)?.groups?.reason;
    if (reason === undefined)
      throw new Error(`${page}:${line - 1}: expected \`\`\`ts, or \`\`\`ts no-run: and a reason.`);
    return { page, line, code, printed, notRunBecause: reason };
  });
}

const DOCSTRING_EXAMPLE = /^(?<indent> *) \* @example\n(?<lines>(?:\k<indent> \*.*\n)*?)\k<indent> \* ```\n/gm;

/** The programs that docstrings of the library show. */
export function docstringBlocks(): readonly CodeBlock[] {
  const files = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" });
  return files.filter((name) => name.endsWith(".ts")).flatMap((name) => examplesOf(`src/${name}`));
}

function examplesOf(page: string): readonly CodeBlock[] {
  const text = readPage(page);
  return [...text.matchAll(DOCSTRING_EXAMPLE)].map((match) => {
    const lines = (match.groups?.lines ?? "").split("\n").slice(1, -1);
    const code = `${lines.map((line) => line.replace(/^ *\* ?/, "")).join("\n")}\n`;
    const line = text.slice(0, match.index).split("\n").length + 2;
    return { page, line, code, printed: [...code.matchAll(PRINTED)].map(({ groups }) => groups?.text ?? "") };
  });
}
