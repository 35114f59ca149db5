import { RESP_TYPES } from "@redis/client";
import type { RedisClient } from "../../harness/redis/client.js";
import { type Argument, argumentsOf, type SentCall, unused } from "./sent-call.js";

/** Notes the commands of a script and answers with them. */
const NOTING = `
local log, real = {}, redis
local function note(...)
  local command = {...}
  for position = 1, #command do
    if type(command[position]) == "number" then command[position] = string.format("%.17g", command[position]) end
  end
  log[#log + 1] = command
end
local redis = {
  call = function(...) note(...) return real.call(...) end,
  pcall = function(...) note(...) return real.pcall(...) end,
}
local function commands() return log end`;

/** What one call of a script has called. */
interface Log {
  readonly keys: readonly string[];
  readonly commands: readonly (readonly Argument[])[];
}

/** A script with the commands of another and nothing else: no script for the same job can cost less. */
export async function commandsAlone(
  client: RedisClient,
  calls: readonly SentCall[],
  lua: string,
): Promise<{ readonly text: string; readonly calls: readonly SentCall[] }> {
  const logs = await logCommands(client, calls, lua);
  const shapeOf = ({ commands }: Log) => commands.map(([verb, ...others]) => `${verb}${others.length}`).join();
  const [first] = logs;
  if (first === undefined) throw new Error("No call was collected.");
  const alike = logs.filter((log) => shapeOf(log) === shapeOf(first));
  let count = 0;
  const placeOf = (argument: Argument) => {
    const key = first.keys.indexOf(String(argument)) + 1;
    return key > 0 ? `KEYS[${key}]` : `ARGV[${++count}]`;
  };
  const lines = first.commands.map(
    ([verb, ...others]) => `redis.call(${[`"${verb}"`, ...others.map(placeOf)].join(", ")})`,
  );
  return {
    text: `#!lua\n${lines.join("\n")}\nreturn 1`,
    calls: alike.map(({ keys, commands }) => ({ keys, others: commands.flatMap((command) => plain(command, keys)) })),
  };
}

async function logCommands(client: RedisClient, calls: readonly SentCall[], lua: string): Promise<readonly Log[]> {
  const noting = lua.replace("\n", () => `${NOTING}\n`).replace("\nreturn cmsgpack.pack(", "\nreturn commands(");
  const asBytes = { typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer } };
  const logs: Log[] = [];
  for (const [index, call] of calls.entries()) {
    const fresh = unused(call, "noted", index);
    const reply: unknown = await client.sendCommand(["EVAL", noting, ...argumentsOf(fresh)], asBytes);
    logs.push({ keys: fresh.keys, commands: reply as Log["commands"] });
  }
  return logs;
}

/** Arguments that are no keys. The entry of a stream gets the next id, whatever the time is. */
function plain([verb, ...others]: readonly Argument[], keys: readonly string[]): readonly Argument[] {
  const values = others.filter((argument) => !keys.includes(String(argument)));
  return String(verb) === "XADD" ? ["*", ...values.slice(1)] : values;
}
