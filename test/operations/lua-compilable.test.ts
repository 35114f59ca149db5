import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { LuaLibImportKind, LuaTarget, Transpiler } from "typescript-to-lua";
import { describe, expect, it } from "vitest";

const operations = fileURLToPath(new URL("../../src/operations/", import.meta.url));

/** Compiles every operation, with all it imports, the way a Redis script would be made of it. */
function compileOperations(): { lua: string; problems: readonly string[] } {
  const program = ts.createProgram(
    readdirSync(operations)
      .filter((name) => name.endsWith(".ts"))
      .map((name) => join(operations, name)),
    {
      target: ts.ScriptTarget.ESNext,
      module: ts.ModuleKind.ESNext,
      moduleResolution: ts.ModuleResolutionKind.Bundler,
      strict: true,
      noUncheckedIndexedAccess: true,
      skipLibCheck: true,
      luaTarget: LuaTarget.Lua51,
      luaLibImport: LuaLibImportKind.None,
      noImplicitSelf: true,
    } as ts.CompilerOptions,
  );
  const emitted: string[] = [];
  const { diagnostics } = new Transpiler().emit({
    program,
    writeFile: (_path, text) => emitted.push(text),
    plugins: [{ moduleResolution: (specifier, from) => join(dirname(from), specifier.replace(/\.js$/, ".ts")) }],
  });
  const problems = diagnostics.map(({ file, messageText }) => {
    return `${file?.fileName ?? ""}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`;
  });
  return { lua: emitted.join("\n"), problems };
}

describe("operations", () => {
  it("compile to Lua 5.1 without a single library function, so that they can run inside Redis", () => {
    const { lua, problems } = compileOperations();
    expect(problems).toEqual([]);
    expect(lua).toContain("execute = function");
    expect([...new Set(lua.match(/__TS__\w+/g))]).toEqual([]);
  }, 60_000);
});
