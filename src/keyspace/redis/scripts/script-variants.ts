import { hash } from "node:crypto";
import { constant } from "../../port/constant.js";
import type { CompiledOperation, Script } from "./compiled-operation.js";
import { memberAt } from "./member-at.js";

/** A constant, or a member of one, in the text of a script. */
const CONSTANT = /\bCONSTANTS((?:\.\w+)+)/g;

/**
 * Scripts with the constants of their inputs written into them, which costs a server less than reading them each time.
 * There are as many as there are settings in use.
 */
export class ScriptVariants {
  readonly #byConstants = new Map<CompiledOperation, Variant[]>();

  get(compiled: CompiledOperation, input: unknown): Script {
    if (compiled.constants.length === 0) return compiled;
    const constants = compiled.constants.map((name) => constant(memberAt(input, [name]) as object));
    const variants = this.#byConstants.get(compiled) ?? [];
    const known = variants.find((variant) => constants.every((value, index) => variant.constants[index] === value));
    if (known !== undefined) return known;
    const lua = compiled.lua.replace(CONSTANT, (_, path: string) => luaText(memberAt(input, path.slice(1).split("."))));
    const variant = { constants, lua, sha1: hash("sha1", lua) };
    this.#byConstants.set(compiled, [...variants, variant]);
    return variant;
  }
}

interface Variant extends Script {
  readonly constants: readonly object[];
}

/** Plain data as an operand of Lua. */
function luaText(value: unknown): string {
  if (typeof value === "string") return luaString(value);
  if (value === Number.POSITIVE_INFINITY) return "math.huge";
  if (value === Number.NEGATIVE_INFINITY) return "(-math.huge)";
  if (typeof value === "number") return value < 0 ? `(${value})` : String(value);
  if (typeof value === "boolean") return String(value);
  if (typeof value !== "object" || value === null) return "nil";
  if (Array.isArray(value)) return `({${value.map(luaText).join(",")}})`;
  return `({${Object.entries(value).map(([name, member]) => `[${luaString(name)}]=${luaText(member)}`)}})`;
}

function luaString(text: string): string {
  const bytes = text.replace(/[^\x20-\x7e]|["\\]/gu, (character) =>
    [...Buffer.from(character)].map((byte) => `\\${String(byte).padStart(3, "0")}`).join(""),
  );
  return `"${bytes}"`;
}
