import * as lua from "typescript-to-lua";
import type { LuaLibrary, LuaPart } from "../../../src/keyspace/redis/scripts/lua-library.js";
import { type Declaration, isFunction, isLiteral, isRare } from "../declaration.js";
import { placeOf } from "../sources.js";
import type { CompiledModule } from "./compile.js";
import type { Names } from "./name.js";
import type { Reached } from "./reach.js";

/** Fifth stage: takes the compiled module apart at its top, into parts that know what they need. */
export function cut({ statements, printer }: CompiledModule, reached: Reached, names: Names): LuaLibrary {
  const compiled = new Map(statements.filter(isNoExport).map((statement) => declarationIn(statement, printer)));
  const library: Record<string, LuaPart> = {};
  for (const [declaration, references] of reached) {
    const name = names.get(declaration) ?? "";
    const text = compiled.get(name);
    if (text === undefined || isLiteral(declaration)) continue; // types are gone, literals stand where they are used
    const needs = new Set<string>();
    for (const { target } of references) {
      const needed = names.get(target) ?? "";
      if (target !== declaration && !isLiteral(target) && compiled.has(needed)) needs.add(needed);
    }
    const source = `${declaration.name.text} (${placeOf(declaration)})`;
    library[name] = { lua: text, source, needs: [...needs], kind: kindOf(declaration) };
  }
  return library;
}

function kindOf(declaration: Declaration): LuaPart["kind"] {
  if (!isFunction(declaration)) return "constant";
  return isRare(declaration) ? "rare" : "function";
}

function isNoExport(statement: lua.Statement): boolean {
  if (lua.isReturnStatement(statement)) return false;
  const [name] = lua.isVariableDeclarationStatement(statement) ? statement.left : [];
  return name?.text !== "____exports";
}

/** @returns the name and the text: of a function itself, of a constant its declaration */
function declarationIn(statement: lua.Statement, printer: CompiledModule["printer"]): readonly [string, string] {
  const text = printer.printStatement(statement).toString().trimEnd();
  if (text.includes("__TS__")) throw new Error(`A script cannot have library functions, and this needs one:\n${text}`);
  if (!lua.isVariableDeclarationStatement(statement)) throw new Error(`Not a declaration:\n${text}`);
  const [[name], [value]] = [statement.left, statement.right ?? []];
  if (name === undefined || statement.left.length > 1) throw new Error(`Not a declaration of one name:\n${text}`);
  if (value === undefined || !lua.isFunctionExpression(value)) return [name.text, text];
  return [name.text, printer.printExpression(value).toString()];
}
