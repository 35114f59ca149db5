import type { RedisConnection } from "../client/connection.js";
import { isUnknownScript } from "../client/errors.js";
import { allScripts, type OperationScript } from "./operation-scripts.js";

/**
 * Calls a script by its hash, and by its text when the server does not know it.
 *
 * @param key - one of its keys: decides on the node
 * @param given - the number of its keys, the keys, and its other arguments
 */
export async function evaluateScript(
  connection: RedisConnection,
  { sha1, lua, isRead }: OperationScript,
  key: string,
  given: readonly (string | Buffer)[],
): Promise<unknown> {
  const readOnly = isRead ? "_RO" : "";
  try {
    return await connection.send(key, [`EVALSHA${readOnly}`, sha1, ...given]);
  } catch (error) {
    if (!isUnknownScript(error)) throw error;
    return connection.send(key, [`EVAL${readOnly}`, lua, ...given]);
  }
}

/** Puts the operations that the server does not know yet into its cache of scripts. */
export async function loadScripts(connection: RedisConnection): Promise<void> {
  const scripts = allScripts();
  const known = await connection.send("", ["SCRIPT", "EXISTS", ...scripts.map(({ sha1 }) => sha1)]);
  const missing = scripts.filter((_, index) => (known as readonly number[])[index] === 0);
  await Promise.all(missing.map(({ lua }) => connection.send("", ["SCRIPT", "LOAD", lua])));
}
