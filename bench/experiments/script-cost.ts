// Where the time of a scripted call goes on a Redis server: making its functions and reading its input, the commands it
// calls, and the rest; and what a script costs that calls the same commands and computes nothing.
// docs/benchmarks.md and docs/decisions/0028-what-a-call-costs-on-redis.md.

import { library } from "../harness/library.js";
import { runMeasurement } from "../harness/measurement.js";
import { connectRedis, type RedisClient } from "../harness/redis/client.js";
import { fixed } from "../harness/report/format.js";
import { median } from "../harness/statistics.js";
import { fillStore } from "../harness/stores/sample-store.js";
import { type CollectedCalls, collectCalls } from "./script-cost/collect-calls.js";
import { commandsAlone } from "./script-cost/commands-alone.js";
import { argumentsOf, type SentCall, unused } from "./script-cost/sent-call.js";
import { insideOf, timeUsed } from "./script-cost/server-time.js";

const USAGE = `Usage: npm run bench -- script-cost [options]

  --turns <n>   turns of 20 calls (default 100)
  --json        print the figures as JSON instead of a table
`;

const POLICIES = 2000;
/** Calls in a row of one kind; bare XADDs come between, so that nothing is fresher in the caches than in production. */
const CALLS_PER_TURN = 20;
/** The last line of a script, which reads its input and calls its operation. */
const CALL = /\nreturn cmsgpack\.pack\(.*\n?$/;

/** Microseconds of the server per call; and awaited, multiples of an awaited XADD. */
interface ScriptFigures {
  readonly operation: string;
  readonly inputBytes: number;
  readonly keys: number;
  readonly empty: number;
  readonly functionsAndInput: number;
  readonly commands: number;
  readonly rest: number;
  readonly inAll: number;
  readonly commandsAlone: number;
  readonly xAdd: number;
  readonly aloneAwaited: number;
  readonly allAwaited: number;
}

await runMeasurement({
  usage: USAGE,
  options: { numbers: ["turns"] },
  measure: async ({ turns = 100 }, { startRedis, progress }) => {
    const server = await startRedis();
    if (server === undefined) throw new Error("There is no redis-server or valkey-server on the PATH.");
    const client = await connectRedis(server.url);
    try {
      await fillStore(library, server.url, POLICIES);
      const figures: ScriptFigures[] = [];
      for (const collected of await collectCalls(client, CALLS_PER_TURN * 5)) {
        progress.show(collected.name);
        figures.push(await costOf(client, collected, turns));
      }
      return { turns, figures };
    } finally {
      client.destroy();
    }
  },
  blocks: ({ turns, figures }) => {
    const headings = [
      "operation",
      "bytes",
      "keys",
      "empty",
      "functions, input",
      "commands",
      "the rest",
      "in all",
      "commands alone",
      "XADD",
      "alone, awaited",
      "all, awaited",
    ];
    const rows = figures.map((of) => [
      of.operation,
      String(of.inputBytes),
      String(of.keys),
      ...[of.empty, of.functionsAndInput, of.commands, of.rest, of.inAll, of.commandsAlone, of.xAdd].map((time) =>
        fixed(time, 1),
      ),
      ...[of.aloneAwaited, of.allAwaited].map((ratio) => fixed(ratio, 2)),
    ]);
    return [
      {
        text:
          `Microseconds of the server per call, medians of ${turns} turns;\n` +
          "awaited: round trips of finished scripts and arguments, as multiples of an awaited XADD",
      },
      { table: { headings, rows } },
    ];
  },
});

/** A script with the calls that are made of it, and what they took. */
interface Variant {
  readonly sha1: string;
  readonly call: (turn: number, index: number) => SentCall;
  readonly times: number[];
  readonly commands: number[];
  /** As multiples of an awaited XADD. */
  readonly awaited: number[];
}

async function costOf(
  client: RedisClient,
  { name, calls, lua }: CollectedCalls,
  turns: number,
): Promise<ScriptFigures> {
  const [first] = calls;
  if (first === undefined) throw new Error(`No call of ${name} was collected.`);
  const alone = await commandsAlone(client, calls, lua);
  const fresh = (turn: number, index: number) => unused(calls[index % calls.length] ?? first, turn, index);
  const load = async (text: string, call: Variant["call"]): Promise<Variant> => {
    return { sha1: await client.scriptLoad(text), call, times: [], commands: [], awaited: [] };
  };
  const empty = await load("#!lua\nreturn 1", fresh);
  const input = await load(lua.replace(CALL, "\nlocal input = cmsgpack.unpack(ARGV[2])\nreturn 1"), fresh);
  const same = await load(alone.text, (_turn, index) => alone.calls[index % alone.calls.length] ?? first);
  const whole = await load(lua, fresh);
  const xAdds: number[] = [];
  const entry = { fields: "x".repeat(400) };
  for (let turn = 0; turn < turns; turn += 1) {
    for (const { sha1, call, times, commands, awaited } of [empty, input, same, whole]) {
      const bare = await timeUsed(client, CALLS_PER_TURN, () => client.xAdd("bare", "*", entry));
      const ready = Array.from({ length: CALLS_PER_TURN }, (_, index) => argumentsOf(call(turn, index)));
      const used = await timeUsed(client, CALLS_PER_TURN, (index) =>
        client.sendCommand(["EVALSHA", sha1, ...(ready[index] ?? [])]),
      );
      xAdds.push(bare.commands.get("xadd") ?? Number.NaN);
      times.push(used.commands.get("evalsha") ?? Number.NaN);
      commands.push(insideOf(used));
      awaited.push(used.awaitedMs / bare.awaitedMs);
    }
  }
  const [emptyTime, inputTime, inAll] = [median(empty.times), median(input.times), median(whole.times)];
  const inside = median(whole.commands);
  return {
    operation: name,
    inputBytes: first.others.slice(1).reduce((sum, { length }) => sum + length, 0),
    keys: first.keys.length,
    empty: emptyTime,
    functionsAndInput: inputTime - emptyTime,
    commands: inside,
    rest: inAll - inputTime - inside,
    inAll,
    commandsAlone: median(same.times),
    xAdd: median(xAdds),
    aloneAwaited: median(same.awaited),
    allAwaited: median(whole.awaited),
  };
}
