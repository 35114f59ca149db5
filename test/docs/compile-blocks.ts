import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import type { CodeBlock } from "./code-blocks.js";

const root = fileURLToPath(new URL("../../", import.meta.url));

export interface CompiledBlocks {
  /** What the compiler has to say, by block, with the line of the page. */
  readonly problems: ReadonlyMap<CodeBlock, readonly string[]>;
  /** What it says about anything else. */
  readonly otherProblems: readonly string[];
  /** The JavaScript of each block, in a folder where `policycache` is the library of this checkout. */
  readonly programs: ReadonlyMap<CodeBlock, string>;
}

/**
 * Compiles programs together with the sources of the library, under the options of this repository.
 *
 * @param folder - an empty folder for what comes out
 */
export function compileBlocks(blocks: readonly CodeBlock[], folder: string): CompiledBlocks {
  const library = join(folder, "node_modules", "policycache");
  const sources = new Map(blocks.map((block, index) => [join(folder, `block-${index}.mts`), block]));
  for (const [path, { code }] of sources) writeFileSync(path, code);

  const program = ts.createProgram([...sources.keys()], compilerOptions());
  const { diagnostics } = program.emit(undefined, (path, text, _mark, _onError, from) => {
    const source = from?.[0]?.fileName ?? path;
    write(sources.has(source) ? path : join(library, relative(root, path)), text);
  });
  write(join(library, "package.json"), JSON.stringify(PACKAGE));
  symlinkSync(join(root, "node_modules"), join(library, "node_modules"));

  const problems = new Map<CodeBlock, string[]>(blocks.map((block) => [block, []]));
  const otherProblems: string[] = [];
  for (const diagnostic of [...ts.getPreEmitDiagnostics(program), ...diagnostics]) {
    const message = ts.flattenDiagnosticMessageText(diagnostic.messageText, "\n");
    const block = sources.get(diagnostic.file?.fileName ?? "");
    if (block === undefined) otherProblems.push(`${diagnostic.file?.fileName ?? ""}: ${message}`);
    else problems.get(block)?.push(`${block.page}:${block.line + lineOf(diagnostic)}: ${message}`);
  }
  const programs = new Map([...sources].map(([path, block]) => [block, path.replace(/\.mts$/, ".mjs")]));
  return { problems, otherProblems, programs };
}

/** The sources of the entries, by what follows the name of the package. */
const ENTRIES: Readonly<Record<string, string>> = {
  "": "src/index",
  "/ai-sdk": "src/integrations/ai-sdk/index",
  "/evaluation": "src/evaluation/index",
  "/langchain": "src/integrations/langchain/index",
  "/mcp": "src/integrations/mcp/index",
  "/migration": "src/migration/index",
  "/models": "src/models",
  "/openai-agents": "src/integrations/openai-agents/index",
  "/statistics": "src/statistics",
};

const PACKAGE = {
  name: "policycache",
  type: "module",
  exports: Object.fromEntries(Object.entries(ENTRIES).map(([name, source]) => [`.${name}`, `./${source}.js`])),
};

function compilerOptions(): ts.CompilerOptions {
  const { config } = ts.readConfigFile(join(root, "tsconfig.json"), ts.sys.readFile);
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, root);
  return {
    ...options,
    noEmit: false,
    typeRoots: [join(root, "node_modules/@types")],
    paths: Object.fromEntries(
      Object.entries(ENTRIES).map(([name, source]) => [`policycache${name}`, [join(root, `${source}.ts`)]]),
    ),
  };
}

function lineOf({ file, start = 0 }: ts.Diagnostic): number {
  return file === undefined ? 0 : file.getLineAndCharacterOfPosition(start).line;
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
