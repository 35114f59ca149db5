import { createClient, RESP_TYPES } from "@redis/client";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { encodeInput } from "../../../src/keyspace/redis/scripts/encode-input.js";
import { decodeMessagePack } from "../../../src/keyspace/redis/scripts/message-pack.js";
import { describeWithRedis } from "../../support/redis/describe-with-redis.js";

describe("the input of an operation", () => {
  it("names keys by their positions, and carries payloads as texts that nobody reads", () => {
    const input = {
      keys: { first: "a\tkey", again: "a\tkey", absent: undefined, many: ["d", "c", "d"], stream: "s" },
      inner: [{ keys: { only: "b", known: "c" }, payload: { text: "x", least: -1.5 } }],
      payloads: [{ text: "y" }, { text: "z" }],
      other: { keys: { last: "c", none: [] } },
    };
    const { keys, streams, packed } = encodeInput(input);
    expect(keys).toEqual(["a\tkey", "d", "c", "s", "b"]);
    expect(streams).toEqual(["s"]);
    expect(decodeMessagePack(packed, [])).toEqual({
      keys: { first: 1, again: 1, many: [2, 3, 2], stream: 4 },
      inner: [{ keys: { only: 5, known: 3 }, payload: '{"text":"x","least":-1.5}' }],
      payloads: ['{"text":"y"}', '{"text":"z"}'],
      other: { keys: { last: 3, none: [] } },
    });
  });

  it("may hold fields that are called as what has a meaning elsewhere", () => {
    const fields = { keys: ["a", "b"], payload: "text", payloads: ["c"], stream: "d" };
    const { keys, packed } = encodeInput({ fields });
    expect(keys).toEqual([]);
    expect(decodeMessagePack(packed, [])).toEqual({ fields: { ...fields, payloads: ['"c"'] } });
  });

  it("holds frozen settings as they were written first, among other things than then", () => {
    const settings = Object.freeze({ rate: 0.1, names: ["a", "b"], limits: { most: 300 } });
    for (const before of ["", "x".repeat(5000)]) {
      const input = { before, settings, keys: { after: "key" } };
      expect(decodeMessagePack(encodeInput(input).packed, [])).toEqual({ ...input, keys: { after: 1 } });
    }
  });

  it("cannot be NaN anywhere", () => {
    expect(() => encodeInput({ deep: [{ share: Number.NaN }] })).toThrow("NaN");
    expect(decodeMessagePack(encodeInput({ share: 1 }).packed, [])).toEqual({ share: 1 });
  });
});

const edgeNumbers = fc.constantFrom(
  ...[0, -0, 31, 32, 127, 128, -32, -33, 255, 256, 65_535, 65_536, 2 ** 31, 2 ** 32 - 1, 2 ** 32, -(2 ** 31)],
  ...[-(2 ** 31) - 1, 2 ** 53, -(2 ** 53), 2 ** 63, -(2 ** 63), 2 ** 64, 1e300, 5e-324, 0.1, 1 / 3],
  ...[Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
);
const numbers = fc.oneof(fc.double({ noNaN: true }), fc.integer(), fc.maxSafeInteger(), edgeNumbers);
const texts = fc.oneof(fc.string({ unit: "grapheme" }), fc.string({ minLength: 25, maxLength: 40 }));
/** Names that mean nothing to the encoder. */
const names = texts.map((name) => `=${name}`);

/** A list of what is not a list: nothing in it can be an empty table, which Lua has one kind of only. */
const scalars = fc.oneof(numbers, texts, fc.boolean());
const lists = fc.oneof(fc.array(scalars), fc.array(scalars, { minLength: 14, maxLength: 18 }));
const { value: values } = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 4 }, scalars, lists, tie("map"), tie("listOfMaps")),
  map: fc.oneof(
    fc.dictionary(names, tie("value"), { maxKeys: 4 }),
    fc.dictionary(names, scalars, { minKeys: 15, maxKeys: 17 }),
  ),
  listOfMaps: fc.array(tie("map"), { maxLength: 3 }),
}));

describeWithRedis("MessagePack between here and a script", (server) => {
  const connect = () => createClient({ url: server.url }).connect();
  let client: Awaited<ReturnType<typeof connect>>;
  beforeAll(async () => {
    client = await connect();
  });
  afterAll(() => client.destroy());

  async function evaluate(lua: string, input: unknown): Promise<unknown> {
    const asBytes = { typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer } };
    const command = ["EVAL", `return cmsgpack.pack(${lua})`, "0", encodeInput(input).packed];
    return decodeMessagePack((await client.sendCommand(command, asBytes)) as unknown as Buffer, []);
  }

  it("keeps every value", async () => {
    await fc.assert(
      fc.asyncProperty(values, async (value) => {
        expect(await evaluate("cmsgpack.unpack(ARGV[1])", { value })).toEqual(asLuaKeeps({ value }));
      }),
      { numRuns: 300 },
    );
  });

  it("keeps long texts, lists and maps", async () => {
    for (const length of [31, 32, 255, 256, 65_535, 65_536, 200_000]) {
      const list = Array.from({ length }, (_, index) => index);
      const map = Object.fromEntries(list.map((index) => [`=${index}`, index]));
      const input = { text: "x".repeat(length), wide: "\u{1F600}é".repeat(length / 2), list, map };
      expect(await evaluate("cmsgpack.unpack(ARGV[1])", input)).toEqual(input);
    }
  });

  it("brings every bit of a number to the script", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(numbers, { minLength: 1, maxLength: 20 }), async (list) => {
        const lua = "(function(l) for i, n in ipairs(l) do l[i] = string.format('%.17g', n) end return l end)";
        const written = (await evaluate(`${lua}(cmsgpack.unpack(ARGV[1]))`, list)) as readonly string[];
        expect(written.map((text) => Number(text.replace("inf", "Infinity")))).toEqual(list);
      }),
    );
  });

  it("tells an empty map from an empty list where it is told that there may be one", async () => {
    const input = { list: [], map: {}, items: [{ fields: {} }, { fields: { a: [] } }] };
    expect(await evaluate("cmsgpack.unpack(ARGV[1])", input)).toEqual({
      list: [],
      map: [],
      items: [{ fields: [] }, { fields: { a: [] } }],
    });
    const { packed } = encodeInput(asLuaKeeps(input));
    expect(decodeMessagePack(packed, ["map.", "items.*.fields."])).toEqual(input);
  });
});

/** What a value is after a script had it: an empty map has become an empty list, and -0 is written as 0. */
function asLuaKeeps(value: unknown): unknown {
  if (Object.is(value, -0)) return 0;
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(asLuaKeeps);
  const entries = Object.entries(value).map(([name, member]) => [name, asLuaKeeps(member)]);
  return entries.length === 0 ? [] : Object.fromEntries(entries);
}
