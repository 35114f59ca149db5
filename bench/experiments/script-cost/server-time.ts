import type { RedisClient } from "../../harness/redis/client.js";
import { median } from "../../harness/statistics.js";

/** What calls in a row took, each. */
export interface UsedTime {
  /** Microseconds of the server, by kind of command. */
  readonly commands: ReadonlyMap<string, number>;
  /** Milliseconds of the round trip. */
  readonly awaitedMs: number;
}

export async function timeUsed(
  client: RedisClient,
  calls: number,
  call: (index: number) => Promise<unknown>,
): Promise<UsedTime> {
  const before = await commandTimes(client);
  const awaited: number[] = [];
  for (let index = 0; index < calls; index += 1) {
    const started = performance.now();
    await call(index);
    awaited.push(performance.now() - started);
  }
  const after = await commandTimes(client);
  const commands = new Map([...after].map(([kind, time]) => [kind, (time - (before.get(kind) ?? 0)) / calls]));
  commands.delete("info");
  return { commands, awaitedMs: median(awaited) };
}

/** What the commands within a script took. */
export function insideOf({ commands }: UsedTime): number {
  return [...commands].reduce((sum, [kind, time]) => (kind === "evalsha" ? sum : sum + time), 0);
}

/** Microseconds since the server started, by kind of command. */
async function commandTimes(client: RedisClient): Promise<ReadonlyMap<string, number>> {
  const text = await client.info("commandstats");
  return new Map(
    [...text.matchAll(/cmdstat_(\S+?):calls=\d+,usec=(\d+)/g)].map(([, kind = "", time]) => [kind, Number(time)]),
  );
}
