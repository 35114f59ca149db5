import { hash } from "node:crypto";
import type { CompiledOperation, Script } from "./compiled-operation.js";

/** The line of a script that holds what is the same in all of its inputs. */
const NO_CONSTANTS = "local CONSTANTS = {}";

/**
 * Scripts with the constants of their inputs written into them, which costs a server less than reading them each time.
 * There are as many as there are settings in use.
 */
export class ScriptVariants {
  readonly #byConstants = new Map<CompiledOperation, Variant[]>();

  get(compiled: CompiledOperation, constants: Readonly<Record<string, object>>): Script {
    const names = Object.keys(constants);
    if (names.length === 0) return compiled;
    const variants = this.#byConstants.get(compiled) ?? [];
    const known = variants.find((variant) => names.every((name) => variant.constants[name] === constants[name]));
    if (known !== undefined) return known;
    const lua = compiled.lua.replace(NO_CONSTANTS, () => `local CONSTANTS = ${luaText(constants)}`);
    const variant = { constants, lua, sha1: hash("sha1", lua) };
    this.#byConstants.set(compiled, [...variants, variant]);
    return variant;
  }
}

interface Variant extends Script {
  readonly constants: Readonly<Record<string, object>>;
}

/** Plain data as Lua writes it. */
function luaText(value: unknown): string {
  if (typeof value === "string") return luaString(value);
  if (value === Number.POSITIVE_INFINITY) return "math.huge";
  if (value === Number.NEGATIVE_INFINITY) return "-math.huge";
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (typeof value !== "object" || value === null) return "nil";
  if (Array.isArray(value)) return `{${value.map(luaText).join(",")}}`;
  return `{${Object.entries(value).map(([name, member]) => `[${luaString(name)}]=${luaText(member)}`)}}`;
}

function luaString(text: string): string {
  const bytes = text.replace(/[^\x20-\x7e]|["\\]/gu, (character) =>
    [...Buffer.from(character)].map((byte) => `\\${String(byte).padStart(3, "0")}`).join(""),
  );
  return `"${bytes}"`;
}
