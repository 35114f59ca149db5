import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, expect, it, onTestFinished } from "vitest";
import { blocksOf } from "../docs/code-blocks.js";

const root = fileURLToPath(new URL("../../", import.meta.url));
const pages = readdirSync(join(root, "docs/integrations")).map((name) => `docs/integrations/${name}`);

/** Where the programs of these pages find what they import. */
const PATHS = {
  ai: ["./test/integrations/node_modules/ai7/dist/index.d.ts"],
  policycache: ["./src/index.ts"],
  "policycache/*": ["./src/integrations/*/index.ts"],
};

describe.each(pages)("%s", (page) => {
  it("shows programs that compile", () => {
    const files = blocksOf(page).map(({ code }, index) => {
      const file = join(import.meta.dirname, `.block-${page.replaceAll(/\W/g, "-")}-${index}.mts`);
      onTestFinished(() => rmSync(file));
      writeFileSync(file, code);
      return file;
    });
    expect(files).not.toEqual([]);
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
    const problems = ts
      .getPreEmitDiagnostics(program)
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
    expect(problems).toEqual([]);
  });
});
