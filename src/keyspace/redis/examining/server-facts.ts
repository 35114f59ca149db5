import { monotonicMs } from "../../../common/timing.js";
import type { SendCommand } from "../client/connection.js";

/** What a server told of itself. What it does not let this user ask is undefined. */
export interface ServerFacts {
  /** Fields of INFO by name. */
  readonly info: ReadonlyMap<string, string> | undefined;
  /** Settings by name. */
  readonly settings: ReadonlyMap<string, string> | undefined;
  /** Fields of CLUSTER INFO by name; undefined of a single server, too. */
  readonly cluster: ReadonlyMap<string, string> | undefined;
  readonly clock: ServerClock | undefined;
}

export interface ServerClock {
  /** How far the server's clock is ahead of the caller's. */
  readonly aheadSeconds: number;
  /** By how much that may be wrong: half of what the question took. */
  readonly uncertaintySeconds: number;
}

/** Asks a server everything at once: one round trip. */
export async function askServer(send: SendCommand, isCluster: boolean, nowSeconds: () => number): Promise<ServerFacts> {
  const ask = (...command: string[]) => send(command).catch(() => undefined);
  const [clock, info, settings, cluster] = await Promise.all([
    compareClocks(send, nowSeconds).catch(() => undefined),
    ask("INFO"),
    ask("CONFIG", "GET", "save", "appendfsync"),
    isCluster ? ask("CLUSTER", "INFO") : undefined,
  ]);
  return { clock, info: linesOf(info), settings: pairsOf(settings), cluster: linesOf(cluster) };
}

async function compareClocks(send: SendCommand, nowSeconds: () => number): Promise<ServerClock> {
  const [askedSeconds, askedMs] = [nowSeconds(), monotonicMs()];
  const [seconds, microseconds] = (await send(["TIME"])) as readonly unknown[];
  const uncertaintySeconds = (monotonicMs() - askedMs) / 2000;
  const serverSeconds = Number(String(seconds)) + Number(String(microseconds)) / 1e6;
  return { aheadSeconds: serverSeconds - (askedSeconds + uncertaintySeconds), uncertaintySeconds };
}

function linesOf(reply: unknown): ReadonlyMap<string, string> | undefined {
  if (reply === undefined || reply === null) return undefined;
  const lines = String(reply)
    .split(/\r?\n/)
    .filter((line) => line.includes(":") && !line.startsWith("#"));
  return new Map(lines.map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1)]));
}

/** A managed server may answer with nothing instead of refusing. */
function pairsOf(reply: unknown): ReadonlyMap<string, string> | undefined {
  if (!Array.isArray(reply) || reply.length === 0) return undefined;
  const pairs = new Map<string, string>();
  for (let index = 0; index < reply.length; index += 2) pairs.set(String(reply[index]), String(reply[index + 1]));
  return pairs;
}
