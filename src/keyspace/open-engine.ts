import { fileURLToPath } from "node:url";
import { ConfigurationError, InvalidArgumentError } from "../errors.js";
import type { Engine } from "./engine.js";
import type { SqliteOptions } from "./sqlite/engine.js";

export interface EngineOptions extends SqliteOptions {
  /**
   * Shards of a new store: parts that are changed independently of each other, so that a cluster can spread them. An
   * agent belongs to one of them for ever. Integer from 1 to 1024, default 1; a SQLite file has 1.
   */
  readonly shards?: number;
}

/**
 * Opens the engine a location names: `memory:` for this process only, otherwise the path or `file:` URL of a SQLite
 * file. Only the engine that is used is loaded.
 */
export async function openEngine(location: string, options: EngineOptions = {}): Promise<Engine> {
  if (typeof location !== "string" || location.trim() === "") {
    throw new InvalidArgumentError("location", location, `"memory:", or the path of a SQLite file`);
  }
  if (location.includes("\0")) throw new InvalidArgumentError("location", location, "a path without NUL characters");
  if (location === "memory:") {
    if (options.readOnly === true) {
      throw new ConfigurationError("readOnly", true, "false: a store in memory is empty when it is opened");
    }
    const { MemoryEngine } = await import("./memory/engine.js");
    return new MemoryEngine(options.shards);
  }
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(location)?.[1]?.toLowerCase();
  if (scheme !== undefined && scheme !== "file") {
    throw new ConfigurationError("location", location, `"memory:", or the path or file: URL of a SQLite file`);
  }
  if (options.shards !== undefined && options.shards !== 1) {
    throw new ConfigurationError("shards", options.shards, "1: a SQLite file is not divided");
  }
  const { SqliteEngine } = await import("./sqlite/engine.js");
  return SqliteEngine.open(scheme === "file" ? pathOf(location) : location, options);
}

function pathOf(url: string): string {
  try {
    return fileURLToPath(url);
  } catch (cause) {
    throw new ConfigurationError("location", url, "a file: URL of a path on this machine", { cause });
  }
}
