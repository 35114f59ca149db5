import type { WriteStream } from "node:tty";

/**
 * Whether to use colours on a stream: `FORCE_COLOR` decides, then `NO_COLOR`, then whether it is a terminal that has any.
 * As their conventions say, an empty variable is as good as none. `FORCE_COLOR` of 0 or false means no.
 */
export function wantsColours(stream: Partial<WriteStream>, env: NodeJS.ProcessEnv): boolean {
  const { FORCE_COLOR: forced, NO_COLOR: refused, ...others } = env;
  if (forced) return forced !== "0" && forced !== "false";
  if (refused) return false;
  return stream.isTTY === true && stream.hasColors?.(others) === true;
}
