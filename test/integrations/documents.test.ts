import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { expect, it, onTestFinished } from "vitest";
import { blocksOf } from "../docs/code-blocks.js";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Where the programs of the pages find what they import. */
const PATHS = {
  ai: ["./test/integrations/node_modules/ai7/dist/index.d.ts"],
  "@modelcontextprotocol/server": ["./test/integrations/node_modules/@modelcontextprotocol/server/dist/index.d.mts"],
  "@modelcontextprotocol/server/stdio": [
    "./test/integrations/node_modules/@modelcontextprotocol/server/dist/stdio.d.mts",
  ],
  "@openai/agents-core": ["./test/integrations/node_modules/@openai/agents-core/dist/index.d.ts"],
  langchain: ["./test/integrations/node_modules/langchain/dist/index.d.ts"],
  policycache: ["./src/index.ts"],
  "policycache/*": ["./src/integrations/*/index.ts"],
};

const COMPILING_TAKES_MS = 120_000;

it("the pages of docs/integrations show programs that compile", { timeout: COMPILING_TAKES_MS }, () => {
  const blocks = readdirSync(join(root, "docs/integrations")).flatMap((name) => blocksOf(`docs/integrations/${name}`));
  const files = blocks.map(({ page, line, code }) => {
    const file = join(import.meta.dirname, `.${page.replaceAll(/\W/g, "-")}-${line}.mts`);
    onTestFinished(() => rmSync(file));
    writeFileSync(file, code);
    return file;
  });
  const { config } = ts.readConfigFile(join(root, "tsconfig.json"), ts.sys.readFile);
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, root);
  const lib = ["lib.es2023.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts"];
  const program = ts.createProgram(files, {
    ...options,
    lib,
    paths: PATHS,
    pathsBasePath: root,
    noUnusedLocals: false,
  });
  const problems = ts.getPreEmitDiagnostics(program).map(({ file, messageText }) => {
    return `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`;
  });
  expect(problems).toEqual([]);
});
