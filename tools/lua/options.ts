import ts from "typescript";
import { type CompilerOptions, LuaLibImportKind, LuaTarget } from "typescript-to-lua";

/** How operations are read and compiled: the Lua of Redis, without a library of the compiler's. */
export const OPTIONS: CompilerOptions = {
  target: ts.ScriptTarget.ESNext,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  strict: true,
  noUncheckedIndexedAccess: true,
  skipLibCheck: true,
  lib: ["lib.es2023.d.ts"],
  types: [],
  luaTarget: LuaTarget.Lua51,
  luaLibImport: LuaLibImportKind.None,
  noImplicitSelf: true,
  noHeader: true,
};
