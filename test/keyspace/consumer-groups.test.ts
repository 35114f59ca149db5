import { expect, it } from "vitest";
import type { Keyspace } from "../../src/keyspace/port/keyspace.js";
import { atomically, describeOnEveryEngine, openTestStore } from "../support/stores/stores.js";

const NOW_MS = 1_715_803_200_000;
/** Redis also frees what has been idle for so long by its own clock: longer than a test takes. */
const MINUTE_MS = 60_000;

function append(keyspace: Keyspace, count: number, from = 0): string[] {
  return Array.from({ length: count }, (_, index) => keyspace.appendToStream("s", { n: from + index }, NOW_MS));
}

function deliver(keyspace: Keyspace, limit: number, consumer = "c", group = "g", nowMs = NOW_MS): unknown[] {
  return keyspace.deliverNew("s", group, consumer, limit, nowMs).map(({ fields }) => fields.n);
}

function takeOver(keyspace: Keyspace, minIdleMs: number, limit: number, nowMs: number): unknown[] {
  return keyspace.takeOver("s", "g", "taker", minIdleMs, limit, nowMs).map(({ fields }) => fields?.n);
}

describeOnEveryEngine("consumer groups", (engine) => {
  it("that were never created get nothing and are never caught up", async () => {
    const store = await openTestStore(engine);
    await atomically(store, (keyspace) => {
      const [id = ""] = append(keyspace, 1);
      expect(deliver(keyspace, 5)).toEqual([]);
      expect(takeOver(keyspace, 0, 5, NOW_MS)).toEqual([]);
      expect(keyspace.acknowledge("s", "g", id)).toBe(false);
      expect(keyspace.isPending("s", "g", id)).toBe(false);
      expect(keyspace.oldestPending("s", "g")).toBeUndefined();
      expect(keyspace.addFailure("s", "g", id)).toBe(0);
      expect(keyspace.isCaughtUp("s", "g")).toBe(false);
      keyspace.passNewest("s", "g", 1);
      expect(keyspace.describeGroups("s")).toEqual([]);
    });
  });

  it("start at the beginning, also of a stream that does not exist yet, and are created once", async () => {
    const store = await openTestStore(engine);
    await atomically(store, (keyspace) => {
      keyspace.createGroup("s", "g");
      expect(keyspace.isCaughtUp("s", "g")).toBe(true);
      expect(keyspace.describeStream("s")).toEqual({ length: 0, appended: 0 });
      append(keyspace, 3);
      expect(keyspace.isCaughtUp("s", "g")).toBe(false);
      expect(deliver(keyspace, 2)).toEqual([0, 1]);
      keyspace.createGroup("s", "g");
      expect(deliver(keyspace, 2)).toEqual([2]);
    });
  });

  it("created after a trim lag by what is left", async () => {
    const store = await openTestStore(engine);
    await atomically(store, (keyspace) => {
      append(keyspace, 20);
      keyspace.trimStream("s", 5);
      keyspace.createGroup("s", "g");
      expect(keyspace.describeGroups("s")).toEqual([{ name: "g", pending: 0, lag: 5 }]);
      expect(deliver(keyspace, 100)).toEqual([15, 16, 17, 18, 19]);
      expect(keyspace.describeGroups("s")).toEqual([{ name: "g", pending: 5, lag: 0 }]);
    });
  });

  it("each see every entry, and hand each entry to one consumer only", async () => {
    const store = await openTestStore(engine);
    await atomically(store, (keyspace) => {
      append(keyspace, 6);
      keyspace.createGroup("s", "g");
      keyspace.createGroup("s", "h");
      expect(deliver(keyspace, 3, "one")).toEqual([0, 1, 2]);
      expect(deliver(keyspace, 3, "two")).toEqual([3, 4, 5]);
      expect(deliver(keyspace, 3, "one")).toEqual([]);
      expect(deliver(keyspace, 100, "one", "h")).toEqual([0, 1, 2, 3, 4, 5]);
      expect(deliver(keyspace, 0)).toEqual([]);
    });
  });

  it("acknowledge each entry for exactly one caller", async () => {
    const store = await openTestStore(engine);
    const ids = await atomically(store, (keyspace) => {
      const appended = append(keyspace, 3);
      keyspace.createGroup("s", "g");
      keyspace.createGroup("s", "h");
      expect(keyspace.acknowledge("s", "g", appended[0] ?? ""), "not delivered yet").toBe(false);
      deliver(keyspace, 3);
      return appended;
    });
    const answers = await Promise.all(
      ids.flatMap((id) => [1, 2, 3].map(() => atomically(store, (keyspace) => keyspace.acknowledge("s", "g", id)))),
    );
    expect(answers.filter(Boolean)).toHaveLength(ids.length);
    await atomically(store, (keyspace) => {
      expect(keyspace.isCaughtUp("s", "g")).toBe(true);
      expect(keyspace.acknowledge("s", "g", ids[0] ?? "")).toBe(false);
      expect(keyspace.acknowledge("s", "g", "999-0")).toBe(false);
      expect(keyspace.acknowledge("s", "h", ids[0] ?? "")).toBe(false);
    });
  });

  it("know what is pending and which entry is the oldest of it, whoever holds it", async () => {
    const store = await openTestStore(engine);
    await atomically(store, (keyspace) => {
      const [first = "", second = "", third = ""] = append(keyspace, 3);
      keyspace.createGroup("s", "g");
      expect(keyspace.oldestPending("s", "g")).toBeUndefined();
      deliver(keyspace, 1, "one");
      deliver(keyspace, 1, "two");
      expect(keyspace.oldestPending("s", "g")).toBe(first);
      expect(keyspace.isPending("s", "g", second)).toBe(true);
      expect(keyspace.isPending("s", "g", third)).toBe(false);
      keyspace.acknowledge("s", "g", first);
      expect(keyspace.oldestPending("s", "g")).toBe(second);
      expect(keyspace.isPending("s", "g", first)).toBe(false);
    });
  });

  it("order pending entries by position, not by the text of their ids", async () => {
    const store = await openTestStore(engine);
    await atomically(store, (keyspace) => {
      const ids = [9, 10, 10, 100].map((nowMs) => keyspace.appendToStream("s", {}, nowMs));
      keyspace.createGroup("s", "g");
      keyspace.deliverNew("s", "g", "c", 10, NOW_MS);
      for (const id of ids) {
        expect(keyspace.oldestPending("s", "g")).toBe(id);
        keyspace.acknowledge("s", "g", id);
      }
    });
  });

  it("count pending and lag through delivery, acknowledgement and new entries", async () => {
    const store = await openTestStore(engine);
    await atomically(store, (keyspace) => {
      keyspace.createGroup("s", "g");
      keyspace.createGroup("s", "a");
      const ids = append(keyspace, 4);
      deliver(keyspace, 3);
      keyspace.acknowledge("s", "g", ids[1] ?? "");
      append(keyspace, 2, 4);
      expect(keyspace.describeGroups("s")).toEqual([
        { name: "a", pending: 0, lag: 6 },
        { name: "g", pending: 2, lag: 3 },
      ]);
    });
  });

  it("let a consumer take over what has been idle for long enough, oldest first", async () => {
    const store = await openTestStore(engine);
    await atomically(store, (keyspace) => {
      append(keyspace, 4);
      keyspace.createGroup("s", "g");
      deliver(keyspace, 2, "dead", "g", NOW_MS);
      deliver(keyspace, 2, "slow", "g", NOW_MS + MINUTE_MS / 2);
      expect(takeOver(keyspace, MINUTE_MS, 10, NOW_MS + MINUTE_MS - 1)).toEqual([]);
      expect(takeOver(keyspace, MINUTE_MS, 10, NOW_MS + MINUTE_MS)).toEqual([0, 1]);
      expect(takeOver(keyspace, MINUTE_MS, 10, NOW_MS + 1.5 * MINUTE_MS), "the others are in new hands").toEqual([
        2, 3,
      ]);
      expect(takeOver(keyspace, 0, 3, NOW_MS + 1.5 * MINUTE_MS)).toEqual([0, 1, 2]);
      expect(takeOver(keyspace, 0, 0, NOW_MS + 1.5 * MINUTE_MS)).toEqual([]);
      expect(keyspace.describeGroups("s")[0]?.pending).toBe(4);
    });
  });

  it("measure idle time when the clock has fractions of a millisecond", async () => {
    const store = await openTestStore(engine);
    await atomically(store, (keyspace) => {
      append(keyspace, 1);
      keyspace.createGroup("s", "g");
      expect(deliver(keyspace, 1, "dead", "g", NOW_MS + 0.75)).toEqual([0]);
      expect(takeOver(keyspace, MINUTE_MS, 5, NOW_MS + MINUTE_MS - 0.75)).toEqual([]);
      expect(takeOver(keyspace, MINUTE_MS, 5, NOW_MS + MINUTE_MS + 1.25)).toEqual([0]);
      expect(takeOver(keyspace, MINUTE_MS, 5, NOW_MS + MINUTE_MS + 2.5)).toEqual([]);
    });
  });

  it("let a consumer take over anything at once when asked to, even when the clock went back", async () => {
    const store = await openTestStore(engine);
    await atomically(store, (keyspace) => {
      append(keyspace, 2);
      keyspace.createGroup("s", "g");
      deliver(keyspace, 2, "dead", "g", NOW_MS + 5000);
      expect(takeOver(keyspace, MINUTE_MS, 5, NOW_MS)).toEqual([]);
      expect(takeOver(keyspace, 0, 5, NOW_MS)).toEqual([0, 1]);
    });
  });

  it("hand a taken-over entry without fields when it is gone from the stream", async () => {
    const store = await openTestStore(engine);
    await atomically(store, (keyspace) => {
      const ids = append(keyspace, 2);
      keyspace.createGroup("s", "g");
      deliver(keyspace, 2);
      expect(keyspace.takeOver("s", "g", "d", 0, 5, NOW_MS)).toEqual(ids.map((id, n) => ({ id, fields: { n } })));
    });
  });

  it("count failures of an entry through every change of hands, until it is acknowledged", async () => {
    const store = await openTestStore(engine);
    await atomically(store, (keyspace) => {
      const [first = "", second = ""] = append(keyspace, 2);
      keyspace.createGroup("s", "g");
      expect(keyspace.addFailure("s", "g", first), "not delivered yet").toBe(0);
      deliver(keyspace, 2);
      expect(keyspace.addFailure("s", "g", first)).toBe(1);
      takeOver(keyspace, 0, 5, NOW_MS);
      expect(keyspace.addFailure("s", "g", first)).toBe(2);
      expect(keyspace.addFailure("s", "g", second)).toBe(1);
      keyspace.acknowledge("s", "g", first);
      expect(keyspace.addFailure("s", "g", first)).toBe(0);
    });
  });

  it("pass the newest entries as if they had been delivered and acknowledged", async () => {
    const store = await openTestStore(engine);
    await atomically(store, (keyspace) => {
      keyspace.createGroup("s", "g");
      keyspace.createGroup("s", "h");
      append(keyspace, 3);
      keyspace.passNewest("s", "g", 3);
      expect(keyspace.isCaughtUp("s", "g")).toBe(true);
      expect(keyspace.describeGroups("s")).toEqual([
        { name: "g", pending: 0, lag: 0 },
        { name: "h", pending: 0, lag: 3 },
      ]);
      append(keyspace, 1, 3);
      expect(deliver(keyspace, 10)).toEqual([3]);
    });
  });

  it("are caught up only when nothing is new and nothing pending", async () => {
    const store = await openTestStore(engine);
    await atomically(store, (keyspace) => {
      keyspace.createGroup("s", "g");
      const [id = ""] = append(keyspace, 1);
      expect(keyspace.isCaughtUp("s", "g")).toBe(false);
      deliver(keyspace, 1);
      expect(keyspace.isCaughtUp("s", "g")).toBe(false);
      keyspace.acknowledge("s", "g", id);
      expect(keyspace.isCaughtUp("s", "g")).toBe(true);
    });
  });

  it("tell since when something waits, and who holds what", async () => {
    const store = await openTestStore(engine);
    await atomically(store, (keyspace) => {
      expect(keyspace.describeBacklog("s", "g", 10)).toEqual({ held: [] });
      keyspace.createGroup("s", "g");
      expect(keyspace.describeBacklog("s", "g", 10)).toEqual({ held: [] });
      const [first = "", second = ""] = append(keyspace, 3);
      keyspace.appendToStream("s", { n: 3 }, NOW_MS + 5000);
      const times = { newestAtMs: NOW_MS + 5000, waitingSinceMs: NOW_MS };
      expect(keyspace.describeBacklog("s", "g", 10)).toEqual({ ...times, held: [] });
      deliver(keyspace, 2, "one", "g", NOW_MS + 1000);
      deliver(keyspace, 1, "two", "g", NOW_MS + 2000);
      const held = [
        { consumer: "one", sinceMs: NOW_MS + 1000 },
        { consumer: "one", sinceMs: NOW_MS + 1000 },
        { consumer: "two", sinceMs: NOW_MS + 2000 },
      ];
      expect(keyspace.describeBacklog("s", "g", 10)).toEqual({ ...times, held });
      expect(keyspace.describeBacklog("s", "g", 1)).toEqual({ ...times, held: held.slice(0, 1) });
      expect(keyspace.describeBacklog("s", "g", 0)).toEqual({ ...times, held: [] });
      keyspace.acknowledge("s", "g", first);
      keyspace.acknowledge("s", "g", second);
      takeOver(keyspace, 0, 5, NOW_MS + 3000);
      const taken = [{ consumer: "taker", sinceMs: NOW_MS + 3000 }];
      expect(keyspace.describeBacklog("s", "g", 10)).toEqual({ ...times, held: taken });
      const [entry] = keyspace.readStream("s", second, 1);
      keyspace.acknowledge("s", "g", entry?.id ?? "");
      const last = { newestAtMs: NOW_MS + 5000, waitingSinceMs: NOW_MS + 5000, held: [] };
      expect(keyspace.describeBacklog("s", "g", 10)).toEqual(last);
      deliver(keyspace, 5);
      const rest = keyspace.oldestPending("s", "g") ?? "";
      keyspace.acknowledge("s", "g", rest);
      expect(keyspace.describeBacklog("s", "g", 10)).toEqual({ newestAtMs: NOW_MS + 5000, held: [] });
    });
  });
});
