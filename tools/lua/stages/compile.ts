import ts from "typescript";
import * as lua from "typescript-to-lua";
import { OPTIONS } from "../options.js";

const PATH = "/flattened.ts";

/** Prints statements and expressions of one compiled module. */
export interface Printer {
  printStatement(statement: lua.Statement): { toString(): string };
  printExpression(expression: lua.Expression): { toString(): string };
}

export interface CompiledModule {
  readonly statements: readonly lua.Statement[];
  readonly printer: Printer;
}

/**
 * Fourth stage: compiles a TypeScript module that imports nothing.
 *
 * @param library - has read the files of TypeScript's own library already, which takes most of the time
 * @throws Error with every line that cannot be compiled
 */
export function compileModule(text: string, library?: ts.Program): CompiledModule {
  const host = ts.createCompilerHost(OPTIONS);
  const { fileExists, getSourceFile } = host;
  host.fileExists = (name) => name === PATH || fileExists(name);
  host.getSourceFile = (name, version) =>
    name === PATH
      ? ts.createSourceFile(PATH, text, version, true)
      : (library?.getSourceFile(name) ?? getSourceFile(name, version));
  let compiled: CompiledModule | undefined;
  const { diagnostics } = new lua.Transpiler().emit({
    program: ts.createProgram([PATH], OPTIONS, host),
    writeFile: () => {},
    plugins: [
      {
        printer(program, emitHost, fileName, { statements }) {
          const printer = new lua.LuaPrinter(emitHost, program, fileName);
          compiled = { statements, printer };
          return printer.print(lua.createFile([], new Set(), ""));
        },
      },
    ],
  });
  const problems = diagnostics.map(describe);
  if (problems.length > 0) throw new Error(`This cannot be compiled to Lua:\n${problems.join("\n")}`);
  if (compiled === undefined) throw new Error("The compiler gave no Lua.");
  return compiled;
}

function describe({ file, start = 0, messageText }: ts.Diagnostic): string {
  const line = file === undefined ? "" : file.text.split("\n")[file.getLineAndCharacterOfPosition(start).line];
  return `${ts.flattenDiagnosticMessageText(messageText, " ")} In: ${line}`;
}
