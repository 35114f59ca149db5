import { createClient, RESP_TYPES } from "@redis/client";
import { expect, it, onTestFinished } from "vitest";
import { PolicyCache } from "../../../src/cache/policy-cache.js";
import { constant } from "../../../src/keyspace/port/constant.js";
import { InputEncoder } from "../../../src/keyspace/redis/scripts/encode-input.js";
import { decodeMessagePack } from "../../../src/keyspace/redis/scripts/message-pack.js";
import { ScriptVariants } from "../../../src/keyspace/redis/scripts/script-variants.js";
import { DEPLOY, outcome, successes } from "../../support/events.js";
import { describeWithServer, startRedis } from "../../support/redis/describe-with-redis.js";

const ECHO = {
  access: "write",
  sha1: "",
  usesDeliveries: false,
  mapsInOutput: [],
  functions: [],
  input: [],
  constants: ["settings"],
  lua: "#!lua\nreturn cmsgpack.pack({settings = CONSTANTS.settings, first = CONSTANTS.settings.numbers})",
};

describeWithServer("scripts on Redis", () => {
  async function connect() {
    const { url } = await startRedis();
    const client = await createClient({ url }).connect();
    onTestFinished(() => client.destroy());
    return { url, client };
  }

  it("hold constants exactly, whatever is in them", async () => {
    const settings = constant({
      texts: ['"quoted"\\', "line\nand\ttab", "naïve \u{1F600}", "]]--", ""],
      numbers: [0.1, 1 / 3, -1e-300, 1.7976931348623157e308, 1795382275.929, 0, 9007199254740991],
      "a name": { yes: true, no: false, nested: [{ deep: [1] }] },
      endless: Number.POSITIVE_INFINITY,
    });
    const { client } = await connect();
    const { lua } = new ScriptVariants().get(ECHO, { settings });
    const reply = await client.sendCommand(["EVAL", lua, "0"], { typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer } });
    expect(decodeMessagePack(reply as unknown as Buffer, [])).toEqual({ settings, first: settings.numbers });
  });

  it("are the same for equal constants, and others for other ones", () => {
    const variants = new ScriptVariants();
    const scriptWith = (value: number) => variants.get(ECHO, { settings: { numbers: [value] } });
    expect(scriptWith(1)).toBe(scriptWith(1));
    expect(scriptWith(1).sha1).not.toBe(scriptWith(2).sha1);
    const without = { ...ECHO, constants: [] };
    expect(variants.get(without, {})).toBe(without);
  });

  it("are given keys by their positions, payloads by those of their arguments, and numbers exactly", () => {
    const parts = [
      { path: ["keys", "first"], kind: "key" },
      { path: ["keys", "again"], kind: "optionalKey" },
      { path: ["keys", "absent"], kind: "optionalKey" },
      { path: ["keys", "many"], kind: "keys" },
      { path: ["inner"], kind: "json" },
      { path: ["share"], kind: "number" },
      { path: ["most"], kind: "number" },
      { path: ["note"], kind: "optionalText" },
      { path: ["isDone"], kind: "boolean" },
      { path: ["maybe"], kind: "wrappedJson" },
      { path: ["payloads"], kind: "payloads" },
      { path: ["other", "keys", "last"], kind: "key" },
    ] as const;
    const input = {
      keys: { first: "a\tkey", again: "a\tkey", many: ["d", "c", "d"] },
      inner: [{ keys: { only: "b", known: "c" }, payload: { text: "x" }, least: Number.NEGATIVE_INFINITY }],
      share: 0.1 + 0.2,
      most: Number.POSITIVE_INFINITY,
      note: "",
      isDone: false,
      maybe: true,
      payloads: [{ text: "y" }, { text: "z" }],
      other: { keys: { last: "c" } },
    };
    expect(new InputEncoder(parts, 1, 2).encode(input)).toEqual({
      keys: ["a\tkey", "c", "d", "b"],
      given: [
        "2",
        "",
        "[6,4,6]",
        '[{"keys":{"only":8,"known":4},"payload":11,"least":-1e999}]',
        "0.30000000000000004",
        "Infinity",
        "=",
        "0",
        "[true]",
        "[12,13]",
        '{"text":"x"}',
        '{"text":"y"}',
        '{"text":"z"}',
      ],
    });
    const encoder = new InputEncoder([{ path: ["share"], kind: "number" }], 1);
    expect(() => encoder.encode({ share: Number.NaN })).toThrow("NaN");
  });

  it("are one for all events recorded at the same moment, each counted for its caller", async () => {
    const { url, client } = await connect();
    const cache = await PolicyCache.open(url, { workers: "none" });
    onTestFinished(() => cache.close());
    await client.configResetStat();
    const calls = [
      cache.record(outcome("success", { id: "one" })),
      cache.recordMany([
        outcome("success", { id: "two" }),
        outcome("success", { id: "one" }),
        outcome("success", { id: "three" }),
      ]),
      cache.record(outcome("success", { id: "two" })),
      ...Array.from({ length: 20 }, () => cache.record(outcome("success"))),
    ];
    await expect(cache.record(outcome("success", { reward: Number.NaN }))).rejects.toThrow("reward");
    const [one, many, two, ...others] = await Promise.all(calls);
    expect(one).toMatchObject({ recorded: true });
    expect(many).toMatchObject({ recorded: 2, duplicates: 1 });
    expect(two).toMatchObject({ recorded: false });
    expect(others.every(({ recorded }) => recorded === true)).toBe(true);
    expect(/cmdstat_evalsha:calls=(\d+)/.exec(String(await client.info("commandstats")))?.[1]).toBe("1");
    await cache.flush();
    expect((await cache.statistics()).totals).toMatchObject({ events: 23 });
  });

  it("are three for 60 calls of a moment, which keep their order", async () => {
    const { url, client } = await connect();
    const cache = await PolicyCache.open(url, { workers: "none" });
    onTestFinished(() => cache.close());
    await client.configResetStat();
    const ids = Array.from({ length: 60 }, (_, index) => (index === 59 ? "event 0" : `event ${index}`));
    const results = await Promise.all(ids.map((id) => cache.record(outcome("success", { id }))));
    expect(results.map(({ recorded }) => recorded)).toEqual(ids.map((_, index) => index < 59));
    expect(/cmdstat_evalsha:calls=(\d+)/.exec(String(await client.info("commandstats")))?.[1]).toBe("3");
    const entries = await client.xRange("{policycache:0}:stream:policy_mutations", "-", "+");
    expect(entries?.map(({ message }) => JSON.parse(message.fields ?? "").eventId)).toEqual(ids.slice(0, 59));
  });

  it("are repeated with what creating a policy takes when one is created or gone", async () => {
    const { url } = await connect();
    const cache = await PolicyCache.open(url, { workers: "inline" });
    onTestFinished(() => cache.close());
    expect(await cache.recordMany(successes(8))).toMatchObject({ crystallized: 1 });
    const decision = await cache.decide({ agentId: "agent-1", state: DEPLOY });
    if (decision.kind !== "serve") throw new Error(decision.reason);
    await cache.policies.delete({ ...decision, actionType: decision.action.type });
    expect(await cache.report(decision.decisionId, { outcome: "success" })).toMatchObject({ status: "gone" });
    for (let more = 0; more < 5; more += 1) await cache.record(outcome("success"));
    expect((await cache.decide({ agentId: "agent-1", state: DEPLOY })).kind).toBe("serve");
  });
});
