import { PolicyCacheError, StoreError } from "../../../common/errors.js";
import type { Script } from "./assemble-script.js";

/** A script that failed names a line; a reader wants the function and its source. */
export function describeScriptError(error: unknown, operation: string, { functions }: Script): unknown {
  if (PolicyCacheError.isInstance(error)) return error;
  const text = error instanceof Error ? error.message : String(error);
  const line = /user_script:(\d+)/.exec(text)?.[1];
  if (line === undefined) return error;
  const [, source = operation] = functions.filter(([first]) => first <= Number(line)).at(-1) ?? [];
  return new StoreError("SCRIPT_FAILED", `Operation ${operation} failed in ${source}: ${text}`, {
    hint: "This is a fault of policycache: please report it. What the operation wrote before the fault is kept.",
    cause: error,
  });
}
