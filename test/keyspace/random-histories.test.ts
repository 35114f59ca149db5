import fc from "fast-check";
import { expect, it } from "vitest";
import type { Store } from "../../src/store/store.js";
import { atomically, openTestStore } from "../support/stores/stores.js";
import { history, type Transaction } from "./random-calls.js";

// Every call must return the same on both engines, and a transaction that fails must leave nothing behind on either.

class Abandoned extends Error {}

/** What each call returned, in order, under its name. */
async function replay(store: Store, transactions: readonly Transaction[]): Promise<readonly unknown[]> {
  const returned: unknown[] = [];
  for (const transaction of transactions) {
    const done = atomically(store, (keyspace) => {
      for (const [name, invoke] of transaction.calls) returned.push([name, invoke(keyspace)]);
      if (transaction.fails) throw new Abandoned();
    });
    await done.catch((error: unknown) => {
      if (!(error instanceof Abandoned)) throw error;
    });
  }
  return returned;
}

it("engines return the same for random calls in transactions, some of which fail", async () => {
  await fc.assert(
    fc.asyncProperty(history, async (transactions) => {
      const memory = await openTestStore("memory");
      const sqlite = await openTestStore("sqlite");
      expect(await replay(sqlite, transactions)).toEqual(await replay(memory, transactions));
      await Promise.all([memory.close(), sqlite.close()]);
    }),
    { numRuns: 150 },
  );
});
