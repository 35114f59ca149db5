import { describe, expect, it } from "vitest";
import { exportStore } from "../../src/migration/export-store.js";
import { readExport } from "../../src/migration/read-export.js";
import { scopeOfEntry } from "../../src/migration/scope-of.js";
import { scopeOfKey } from "../../src/store/stored-key.js";
import { ManualClock } from "../../src/testing/manual-clock.js";
import { openTestStore } from "../support/stores/stores.js";
import { fillStore } from "./rich-store.js";

// A new kind of key? src/store/storage-keys.ts says where the scope is in it.
describe.each([3, 8])("everything in %d shards", (shards) => {
  it("lies in the shard of its scope, as an import from another number of shards would put it", async () => {
    const clock = new ManualClock(1_715_860_800);
    const store = await openTestStore("memory", { clock: clock.read, shards });
    await fillStore(store, clock);
    const misplaced: unknown[] = [];
    for await (const line of readExport(exportStore(store))) {
      if (line.kind === "header" || line.kind === "stream") continue;
      const scope =
        line.kind === "entry"
          ? scopeOfEntry(line.stream, line.fields ?? {})
          : scopeOfKey(line.key, "member" in line ? line.member : "");
      const expected = scope === undefined ? [0, line.shard] : [store.shardOf(scope)];
      if (!expected.includes(line.shard)) misplaced.push({ scope, line });
    }
    expect(misplaced).toEqual([]);
  });
});
