import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { CompiledOperations } from "../library.js";
import { root } from "../sources.js";

const outputFile = join(root, "src/keyspace/redis/scripts/compiled-operations.ts");

/** Last stage: the module that the package holds. A server reads no indentation. */
export function moduleText({ library, operations }: CompiledOperations): string {
  const parts = Object.entries(library).map(([name, part]) => {
    return line(name, { ...part, lua: part.lua.replace(/^ +/gm, "") });
  });
  return `// Made by tools/lua from src/operations and src/keyspace/redis/lua. Changes here are lost.
import type { CompiledOperation, LuaLibrary } from "./lua-library.js";

export const LUA_LIBRARY: LuaLibrary = {
${parts.join("")}};

export const COMPILED_OPERATIONS: Readonly<Record<string, CompiledOperation>> = {
${Object.entries(operations)
  .map(([name, operation]) => line(name, operation))
  .join("")}};
`;
}

function line(name: string, value: unknown): string {
  return `  ${JSON.stringify(name)}: ${JSON.stringify(value)},\n`;
}

export function isCurrent(text: string): boolean {
  try {
    return readFileSync(outputFile, "utf8") === text;
  } catch {
    return false; // not written yet
  }
}

export function writeModule(text: string): void {
  writeFileSync(outputFile, text);
}
