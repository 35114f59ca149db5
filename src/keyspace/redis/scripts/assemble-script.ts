import { hash } from "node:crypto";
import type { LuaLibrary } from "./lua-library.js";

/** A Lua script. */
export interface Script {
  readonly lua: string;
  /** What Redis calls it. */
  readonly sha1: string;
  /** Names of the functions and constants in it. */
  readonly parts: ReadonlySet<string>;
  /** Lines at which functions begin, with the source of each. */
  readonly functions: readonly (readonly [line: number, source: string])[];
}

/** Arguments of a script: the prefix of all keys, and what its main function is given. */
export const CALL_WITH_INPUT = "nil, cmsgpack.unpack(ARGV[2])";

/**
 * Puts a script together that calls one function and answers with what it returns, as MessagePack.
 *
 * Redis runs the whole body at each call of the script and makes its functions anew. So a script holds only the functions
 * that its main function needs, and what only rare ones need is made when one of them is called.
 *
 * @param call - what the main function is given, in Lua
 */
export function assembleScript(library: LuaLibrary, main: string, isRead: boolean, call = CALL_WITH_INPUT): Script {
  const parts = reach(library, main, () => true);
  const often = reach(library, main, (name) => library[name]?.kind !== "rare");
  const text = new ScriptText(library);
  text.add(isRead ? "#!lua flags=no-writes" : "#!lua");
  const inOrder = Object.keys(library).filter((name) => parts.has(name));
  const functions = inOrder.filter((name) => library[name]?.kind !== "constant");
  for (const name of inOrder) if (library[name]?.kind === "constant") text.add(library[name].lua);
  text.add("local F", "F = {");
  for (const name of functions) if (often.has(name)) text.addFunction(name);
  text.add("}");
  if (functions.some((name) => !often.has(name))) {
    text.add("setmetatable(F, {__index = function(_, name)", "for made, f in pairs({");
    for (const name of functions) if (!often.has(name)) text.addFunction(name);
    text.add("}) do rawset(F, made, f) end", "return rawget(F, name)", "end})");
  }
  text.add(`return cmsgpack.pack((F.${main}(${call})))`); // in braces, nothing becomes nil
  const lua = text.toString();
  return { lua, sha1: hash("sha1", lua), parts, functions: text.functions };
}

/** What a part needs, directly or not, and itself. */
function reach(library: LuaLibrary, main: string, isFollowed: (name: string) => boolean): ReadonlySet<string> {
  const reached = new Set([main]);
  for (const name of reached) {
    for (const needed of library[name]?.needs ?? []) if (isFollowed(needed)) reached.add(needed);
  }
  return reached;
}

/** A script as it grows. */
class ScriptText {
  readonly functions: (readonly [line: number, source: string])[] = [];
  readonly #library: LuaLibrary;
  #text = "";
  #line = 1;

  constructor(library: LuaLibrary) {
    this.#library = library;
  }

  add(...texts: readonly string[]): void {
    for (const text of texts) {
      this.#text += `${text}\n`;
      this.#line += text.split("\n").length;
    }
  }

  addFunction(name: string): void {
    const { lua = "nil", source = name } = this.#library[name] ?? {};
    this.functions.push([this.#line, source]);
    this.add(`${name} = ${lua},`);
  }

  toString(): string {
    return this.#text;
  }
}
