import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { blocksOf, docstringBlocks, pages } from "./code-blocks.js";
import { type CompiledBlocks, compileBlocks } from "./compile-blocks.js";

// Every program that the README and the pages show is compiled under the repository's options and run in a process and
// a folder of its own. It must print what its lines `// → ...` say, and nothing else.

const run = promisify(execFile);

const blocks = [...pages().flatMap(blocksOf), ...docstringBlocks()];
const folder = mkdtempSync(join(tmpdir(), "policycache-examples-"));
let compiled: CompiledBlocks;

beforeAll(() => {
  compiled = compileBlocks(blocks, folder);
}, 120_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

it("the library compiles under the options the examples are compiled with", () => {
  expect(compiled.otherProblems).toEqual([]);
});

describe.each(blocks.map((block) => [`${block.page}:${block.line}`, block] as const))("%s", (_place, block) => {
  it("compiles", () => {
    expect(compiled.problems.get(block)).toEqual([]);
  });

  const { notRunBecause } = block;
  const reason = notRunBecause === undefined ? "" : ` (not run: ${notRunBecause})`;
  it.skipIf(notRunBecause !== undefined)(`prints what the page says${reason}`, async () => {
    const workingFolder = mkdtempSync(join(folder, "run-"));
    const { stdout, stderr } = await run(process.execPath, [compiled.programs.get(block) ?? ""], {
      cwd: workingFolder,
    });
    expect(stderr).toBe("");
    expect(stdout.split("\n").slice(0, -1)).toEqual(block.printed);
  });
});
