import { hash } from "node:crypto";
import type { LuaLibrary } from "./lua-library.js";

/** A Lua script. */
export interface Script {
  readonly lua: string;
  /** What Redis calls it. */
  readonly sha1: string;
  /** Names of the functions and constants in it. */
  readonly parts: ReadonlySet<string>;
}

/** What a main function is given: the keyspace, which is no object here, and the input. Before it comes the prefix of all keys. */
const INPUT = "nil, cmsgpack.unpack(ARGV[2])";

/**
 * Puts a script together that calls one function and answers with what it returns, as MessagePack.
 *
 * Redis runs the whole body at each call of the script and makes its functions anew. So a script holds only the functions
 * that its main function needs, and what only rare ones need is made when one of them is called.
 *
 * @param call - what the main function is given, in Lua
 */
export function assembleScript(library: LuaLibrary, main: string, isRead: boolean, call = INPUT): Script {
  const parts = reach(library, main, () => true);
  const often = reach(library, main, (name) => library[name]?.kind !== "rare");
  const [constants, usual, rare]: [string[], string[], string[]] = [[], [], []];
  for (const name in library) {
    const part = library[name];
    if (part === undefined || !parts.has(name)) continue;
    if (part.kind === "constant") constants.push(part.lua);
    else (often.has(name) ? usual : rare).push(`${name} = ${part.lua},`);
  }
  const lua = [
    isRead ? "#!lua flags=no-writes" : "#!lua",
    ...constants,
    "local F",
    "F = {",
    ...usual,
    "}",
    ...(rare.length === 0 ? [] : madeWhenCalled(rare)),
    `return cmsgpack.pack((F.${main}(${call})))`, // in braces, nothing becomes nil
  ].join("\n");
  return { lua, sha1: hash("sha1", lua), parts };
}

/** What a part needs, directly or not, and itself. */
function reach(library: LuaLibrary, main: string, isFollowed: (name: string) => boolean): ReadonlySet<string> {
  const reached = new Set([main]);
  for (const name of reached) {
    for (const needed of library[name]?.needs ?? []) if (isFollowed(needed)) reached.add(needed);
  }
  return reached;
}

function madeWhenCalled(functions: readonly string[]): readonly string[] {
  return [
    "setmetatable(F, {__index = function(_, name)",
    "for made, f in pairs({",
    ...functions,
    "}) do rawset(F, made, f) end",
    "return rawget(F, name)",
    "end})",
  ];
}

/** The function that begins at a line of a script, if one does. */
export function functionAt(line: string): string | undefined {
  return /^(?<name>\w+) = function\(/.exec(line)?.groups?.name;
}
