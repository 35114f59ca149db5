import { PolicyCacheError, StoreError } from "../../../common/errors.js";
import { foreignData, metForeignData } from "../client/errors.js";
import { functionAt, type Script } from "./assemble-script.js";
import { LUA_LIBRARY } from "./compiled-operations.js";

/** A script that failed names a line; a reader wants the function and its source. */
export function describeScriptError(error: unknown, location: string, operation: string, { lua }: Script): unknown {
  if (PolicyCacheError.isInstance(error)) return error;
  const text = error instanceof Error ? error.message : String(error);
  const line = /user_script:(\d+)/.exec(text)?.[1];
  if (line === undefined) return error;
  const where = `${operation} failed in ${sourceOf(lua, Number(line))}`;
  if (metForeignData(error)) return foreignData(location, error, `; operation ${where}`);
  return new StoreError("SCRIPT_FAILED", `Operation ${where}: ${text}`, {
    hint: "This is a fault of policycache: please report it. What the operation wrote before the fault is kept.",
    cause: error,
  });
}

/** The function that a line of a script belongs to, with its file and line. */
function sourceOf(lua: string, line: number): string {
  const name = lua.split("\n").slice(0, line).map(functionAt).findLast(isFound) ?? "";
  return LUA_LIBRARY[name]?.source ?? `line ${line}`;
}

function isFound(name: string | undefined): boolean {
  return name !== undefined;
}
