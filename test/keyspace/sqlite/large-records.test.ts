import { describe, expect, it } from "vitest";
import { openStore } from "../../../src/store/store.js";
import { openSqlite } from "../../support/stores/sqlite-database.js";
import { atomically, freshLocation, openTestStore } from "../../support/stores/stores.js";

const KEY = "records\tmodel\tscope";

describe("records of one key that are longer together than any text can be", () => {
  it("are listed, and end no process", async () => {
    const location = freshLocation("sqlite");
    const store = await openStore(location);
    const database = openSqlite(location);
    // 540 MiB: JavaScript has texts of 512 MiB at most.
    database
      .prepare(
        `INSERT INTO records
         WITH RECURSIVE numbers (number) AS (SELECT 0 UNION ALL SELECT number + 1 FROM numbers WHERE number < 59)
         SELECT ?, format('%04d', number), '{"text":"' || hex(zeroblob(4718592)) || '"}' FROM numbers`,
      )
      .run(KEY);
    database.close();
    const lengths = await atomically(store, (keyspace) =>
      keyspace.listRecords(KEY).map(({ fields }) => String(fields.text).length),
    );
    expect(lengths).toEqual(Array.from({ length: 60 }, () => 9_437_184));
    await store.close();
  }, 60_000);

  it("are moved a few at a time", async () => {
    const store = await openTestStore("sqlite");
    await atomically(store, (keyspace) => {
      for (let index = 0; index < 40; index += 1) {
        keyspace.putRecord(KEY, `${index}`, { text: "x".repeat(index % 10 === 0 ? 3_000_000 : 1000) });
      }
    });
    const pages: number[] = [];
    for await (const page of store.transfer?.readItems(0, () => "records") ?? []) pages.push(page.length);
    expect(pages.reduce((total, length) => total + length, 0)).toBe(40);
    expect(pages.length).toBeGreaterThan(2);
  });
});
