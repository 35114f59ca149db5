import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Keyspace } from "../../../src/keyspace/port/keyspace.js";
import { describeWithRedis } from "../../support/redis/describe-with-redis.js";
import { RedisKeyspaceBridge } from "../../support/redis/redis-keyspace.js";
import { atomically, openTestStore } from "../../support/stores/stores.js";
import { BYTE_ORDERED, shuffled } from "../byte-order.js";
import { history, type Transaction } from "../random-calls.js";

/** The same key may hold several structures in the other engines; in Redis a key has one type. */
const STRUCTURES: readonly (readonly [RegExp, string])[] = [
  [/Record/, "records"],
  [/Score|Rank/, "scores"],
  [/Set$/, "set"],
  [/Bits/, "bits"],
  [/Counter/, "counter"],
];

function keyOf(method: string, key: string): string {
  return `${STRUCTURES.find(([pattern]) => pattern.test(method))?.[1] ?? "stream"}\t${key}`;
}

describeWithRedis("the keyspace inside Redis", (server) => {
  let bridge: RedisKeyspaceBridge;
  let keyspace: Keyspace;
  beforeAll(() => {
    bridge = new RedisKeyspaceBridge(server.url, "{test}:", keyOf);
    keyspace = bridge.keyspace;
  }, 60_000);
  afterAll(() => bridge.close());

  it("returns the same as memory for random calls", async () => {
    await fc.assert(
      fc.asyncProperty(history, async (transactions) => {
        await server.command("FLUSHALL");
        const memory = await openTestStore("memory");
        const whole = transactions.filter(({ fails }) => !fails); // what failed in a script stays: none of ours fails
        const expected = await atomically(memory, (inMemory) => replay(inMemory, whole));
        expect(replay(keyspace, whole)).toEqual(expected);
        await memory.close();
      }),
      { numRuns: 60 },
    );
  }, 60_000);

  it("keeps every bit of a number and every kind of value", async () => {
    const fields = {
      text: 'é\u{1F600}"\\\t',
      numbers: [1 / 3, 0.1 + 0.2, -0, Number.MIN_VALUE, Number.MAX_VALUE, 2 ** 53 - 1, -(2 ** 31), 128, -33, 65_536],
      none: [],
      no: false,
      empty: "",
    };
    keyspace.putRecord("k", "id", fields);
    const expected = { ...fields, numbers: fields.numbers.map((number) => (number === 0 ? 0 : number)) };
    expect(keyspace.getRecord("k", "id")).toEqual(expected);
    keyspace.putRecord("k", "nothing", {});
    expect(keyspace.getRecord("k", "nothing")).toEqual({});
    for (const [index, number] of fields.numbers.entries()) {
      keyspace.putScore("k", `m${index}`, number);
      expect(keyspace.getScore("k", `m${index}`)).toBe(number === 0 ? 0 : number);
    }
  });

  it("orders records and members by their bytes, whatever the server's locale", () => {
    for (const name of shuffled(BYTE_ORDERED)) {
      keyspace.putRecord("order", name, { name });
      keyspace.addToSet("order", name);
      keyspace.putScore("order", name, 0.5);
    }
    expect(keyspace.listRecords("order").map(({ id }) => id)).toEqual(BYTE_ORDERED);
    expect(keyspace.pageOfSet("order", "", "", 100)).toEqual(BYTE_ORDERED);
    expect(keyspace.rangeByRank("order", 0, -1).map(({ member }) => member)).toEqual(BYTE_ORDERED);
  });

  it("trims a stream behind a group that has been given nothing, without reading it", async () => {
    keyspace.createGroup("long", "g");
    for (let index = 0; index < 50; index += 1) keyspace.appendToStream("long", { index }, 1000 + index);
    expect(keyspace.trimStream("long", 5)).toBe(0);
    const entries = keyspace.deliverNew("long", "g", "c", 30, 2000);
    for (const { id } of entries.slice(0, 20)) keyspace.acknowledge("long", "g", id);
    expect(keyspace.trimStream("long", 5)).toBe(20);
    expect(keyspace.describeStream("long")).toEqual({ length: 30, appended: 50 });
    expect(keyspace.describeGroups("long")).toEqual([{ name: "g", pending: 10, lag: 20 }]);
  });

  it("counts an entry that was deleted before it was delivered as delivered", () => {
    keyspace.createGroup("shortened", "g");
    const [first = "", , , fourth = ""] = [1, 2, 3, 4].map((n) => keyspace.appendToStream("shortened", { n }, 1000));
    keyspace.deleteEntry("shortened", first);
    expect(keyspace.describeGroups("shortened")).toEqual([{ name: "g", pending: 0, lag: 3 }]);
    keyspace.deliverNew("shortened", "g", "c", 1, 1000);
    expect(keyspace.describeGroups("shortened")).toEqual([{ name: "g", pending: 1, lag: 2 }]);
    keyspace.deleteEntry("shortened", fourth);
    keyspace.appendToStream("shortened", { n: 5 }, 1000);
    expect(keyspace.describeGroups("shortened")).toEqual([{ name: "g", pending: 1, lag: 2 }]);
  });

  it("hands an entry that was deleted over without fields, and lets it be acknowledged", () => {
    const id = keyspace.appendToStream("gone", { n: 1 }, 1000);
    keyspace.createGroup("gone", "g");
    keyspace.deliverNew("gone", "g", "c", 5, 1000);
    keyspace.deleteEntry("gone", id);
    expect(keyspace.takeOver("gone", "g", "d", 0, 5, 1000)).toEqual([{ id, fields: undefined }]);
    expect(keyspace.acknowledge("gone", "g", id)).toBe(true);
    expect(keyspace.isCaughtUp("gone", "g")).toBe(true);
  });
});

/** What each call returned, in order, under its name. */
function replay(keyspace: Keyspace, transactions: readonly Transaction[]): readonly unknown[] {
  return transactions.flatMap(({ calls }) => calls.map(([name, invoke]) => [name, invoke(keyspace)]));
}
