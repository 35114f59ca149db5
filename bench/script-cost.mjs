// Where the time of a scripted call goes on a Redis server: making its functions and reading its input, the commands it
// calls, and the rest; and what a script costs that calls the same commands and computes nothing.
// docs/benchmarks.md and docs/decisions/0028-what-a-call-costs-on-redis.md.

import { createClient, RESP_TYPES } from "@redis/client";
import { encodeInput } from "../dist/keyspace/redis/scripts/encode-input.js";
import { decodeMessagePack } from "../dist/keyspace/redis/scripts/message-pack.js";
import * as library from "./library.mjs";
import { findRedisServer, startRedisServer } from "./redis-server.mjs";
import { sampleEvent } from "./sample-events.mjs";
import { fillStore, SAMPLE_DEFAULTS } from "./sample-store.mjs";
import { median } from "./statistics.mjs";
import { renderTable } from "./table.mjs";

const POLICIES = 2000;
/** Calls in a row of one kind; bare XADDs come between, so that nothing is fresher in the caches than in production. */
const CALLS_PER_TURN = 20;
const TURNS = Number(process.argv[2] ?? 100);
/** The last line of a script, which reads its input and calls its operation. */
const CALL = /\nreturn cmsgpack\.pack\(.*\n?$/;

/** What ids of events and decisions begin with here, so that they can be told from other arguments. */
const ID = "id-of-";

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

const found = findRedisServer();
if (found === undefined) throw new Error("There is no redis-server or valkey-server on the PATH.");
const { url, stop } = await startRedisServer(found);
const bare = await createClient({ url }).connect();
try {
  await fillStore(library, url, POLICIES, () => {});
  const rows = [];
  for (const [name, calls] of Object.entries(await collectCalls())) rows.push(await costOf(name, calls));
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
  process.stdout.write(`${found.version}; microseconds of the server per call, medians of ${TURNS} turns;\n`);
  process.stdout.write("awaited: round trips of finished scripts and arguments, as multiples of an awaited XADD\n\n");
  process.stdout.write(`${renderTable(headings, rows)}\n`);
} finally {
  bare.destroy();
  await stop();
}

/** Scripted calls as they are sent, with the text of their script. */
async function collectCalls() {
  const calls = {};
  const client = recordingClient(calls);
  let decisions = 0;
  const createId = () => `${ID}decision-${++decisions}`;
  const open = (workers) => library.PolicyCache.open({ client }, { workers, defaults: SAMPLE_DEFAULTS, createId });
  const [inline, none] = [await open("inline"), await open("none")];
  for (let pair = 0; pair < CALLS_PER_TURN * 5; pair += 1) {
    const event = sampleEvent(pair, { id: `${ID}event-${pair}` });
    const { decisionId } = await none.decide(event);
    calls.name = "report";
    await none.report(decisionId, { outcome: "success", reward: 0.8 });
    calls.name = "record, workers: inline";
    await inline.record({ ...event, id: `${ID}inline-${pair}` });
    calls.name = "record, workers: none";
    await none.record(event);
    calls.name = undefined;
    await none.flush();
  }
  await inline.close();
  await none.close();
  delete calls.name;
  return calls;
}

/** A client that notes the scripts called, as the one given to the library. */
function recordingClient(calls) {
  return new Proxy(bare, {
    get(target, property) {
      if (property !== "sendCommand") {
        const value = target[property];
        return typeof value === "function" ? value.bind(target) : value;
      }
      return async (command, options) => {
        const [verb, script, ...given] = command;
        if (calls.name === undefined || !/^EVAL/.test(verb) || given[0] === "1")
          return target.sendCommand(command, options);
        calls[calls.name] ??= { given: [] };
        calls[calls.name].given.push(given);
        if (calls[calls.name].lua === undefined && verb === "EVALSHA") throw new Error("NOSCRIPT No matching script.");
        if (verb === "EVAL") calls[calls.name].lua = script;
        return target.sendCommand(command, options);
      };
    },
  });
}

async function costOf(name, { given, lua }) {
  const alone = await commandsAlone(given, lua);
  const fresh = (turn, call) => unused(given[call % given.length], turn, call);
  const variants = [
    { text: "#!lua\nreturn 1", given: fresh },
    { text: lua.replace(CALL, "\nlocal input = cmsgpack.unpack(ARGV[2])\nreturn 1"), given: fresh },
    { text: alone.text, awaited: "alone", given: (_, call) => alone.given[call % alone.given.length] },
    { text: lua, awaited: "all", given: fresh },
  ];
  for (const variant of variants) {
    variant.sha1 = await bare.sendCommand(["SCRIPT", "LOAD", variant.text]);
    variant.times = [];
  }
  const [commands, xAdds, ratios] = [[], [], { alone: [], all: [] }];
  const entry = { fields: "x".repeat(400) };
  for (let turn = 0; turn < TURNS; turn += 1) {
    for (const variant of variants) {
      const bareTime = await usedBy(async () => bare.xAdd("bare", "*", entry));
      xAdds.push(bareTime.xadd);
      const used = await usedBy((call) => bare.sendCommand(["EVALSHA", variant.sha1, ...variant.given(turn, call)]));
      variant.times.push(used.evalsha);
      if (variant.awaited !== undefined) ratios[variant.awaited].push(used.awaited / bareTime.awaited);
      if (variant.text === lua) commands.push(insideOf(used));
    }
  }
  const [empty, input, same, whole] = variants.map(({ times }) => median(times));
  const inside = median(commands);
  const parts = [empty, input - empty, inside, whole - input - inside, whole, same, median(xAdds)];
  const [keys, ...others] = given[0];
  const bytes = others.slice(Number(keys) + 1).reduce((sum, { length }) => sum + length, 0);
  const awaited = [ratios.alone, ratios.all].map((values) => median(values).toFixed(2));
  return [name, `${bytes}`, keys, ...parts.map((time) => time.toFixed(1)), ...awaited];
}

/** A script with the commands of another and nothing else: no script for the same job can cost less. */
async function commandsAlone(given, lua) {
  const noting = lua.replace("\n", () => `${NOTING}\n`).replace("\nreturn cmsgpack.pack(", "\nreturn commands(");
  const asBytes = { typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer } };
  const logs = [];
  for (const [index, call] of given.entries()) {
    const fresh = unused(call, "noted", index);
    logs.push({
      keys: fresh.slice(1, Number(fresh[0]) + 1),
      commands: await bare.sendCommand(["EVAL", noting, ...fresh], asBytes),
    });
  }
  const shapeOf = ({ commands }) => commands.map(([verb, ...others]) => `${verb}${others.length}`).join();
  const alike = logs.filter((log) => shapeOf(log) === shapeOf(logs[0]));
  const [{ keys, commands }] = alike;
  let count = 0;
  const placeOf = (argument) => {
    const key = keys.indexOf(String(argument)) + 1;
    return key > 0 ? `KEYS[${key}]` : `ARGV[${++count}]`;
  };
  const lines = commands.map(([verb, ...others]) => `redis.call(${[`"${verb}"`, ...others.map(placeOf)].join(", ")})`);
  return {
    text: `#!lua\n${lines.join("\n")}\nreturn 1`,
    given: alike.map((log) => [
      String(log.keys.length),
      ...log.keys,
      ...log.commands.flatMap(plainArguments(log.keys)),
    ]),
  };
}

/** Arguments that are no keys. The entry of a stream gets the next id, whatever the time is. */
function plainArguments(keys) {
  return ([verb, ...others]) => {
    const plain = others.filter((argument) => !keys.includes(String(argument)));
    return String(verb) === "XADD" ? ["*", ...plain.slice(1)] : plain;
  };
}

/** The same call at this moment, with ids that nobody has used, so that it does its work again. */
function unused(given, turn, call) {
  const fresh = (value) => {
    if (typeof value === "string") return value.replaceAll(ID, (beginning) => `${beginning}${turn}-${call}-`);
    if (Array.isArray(value)) return value.map(fresh);
    if (typeof value !== "object") return value;
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, fresh(member)]));
  };
  const input = { ...fresh(decodeMessagePack(given.at(-1), [])), nowSeconds: Date.now() / 1000 };
  return [...given.slice(0, -1), encodeInput(input).packed];
}

/** Microseconds each kind of command took the server, per call, and what a call took from here, awaited. */
async function usedBy(call) {
  const before = await commandTimes();
  const awaited = [];
  for (let index = 0; index < CALLS_PER_TURN; index += 1) {
    const started = performance.now();
    await call(index);
    awaited.push(performance.now() - started);
  }
  const after = await commandTimes();
  const used = Object.entries(after).map(([kind, time]) => [kind, (time - (before[kind] ?? 0)) / CALLS_PER_TURN]);
  return { ...Object.fromEntries(used.filter(([kind]) => kind !== "info")), awaited: median(awaited) };
}

/** What the commands within a script took. */
function insideOf({ evalsha: _script, awaited: _roundTrip, ...commands }) {
  return Object.values(commands).reduce((sum, time) => sum + time, 0);
}

async function commandTimes() {
  const text = String(await bare.info("commandstats"));
  return Object.fromEntries(
    [...text.matchAll(/cmdstat_(\S+?):calls=\d+,usec=(\d+)/g)].map(([, kind, time]) => [kind, Number(time)]),
  );
}
