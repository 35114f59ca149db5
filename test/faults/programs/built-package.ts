import { env } from "node:process";
import type { PolicyCacheOptions } from "../../../src/index.js";

/** The package as it was built, which is what users run; its types are those of the sources. */
export const built: typeof import("../../../src/index.js") & typeof import("../../../src/models.js") = {
  ...(await import(env.POLICYCACHE_INDEX ?? "policycache")),
  ...(await import(env.POLICYCACHE_MODELS ?? "policycache/models")),
};

/** @throws when a parameter names no kind of workers */
export function workersNamed(name: string | undefined): NonNullable<PolicyCacheOptions["workers"]> {
  if (name === "background" || name === "inline" || name === "none") return name;
  throw new Error(`The workers are ${name}, expected background, inline or none.`);
}
