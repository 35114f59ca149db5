import { expect, it, onTestFinished } from "vitest";
import { exportStore } from "../../src/migration/export-store.js";
import { importStore } from "../../src/migration/import-store.js";
import { openStore } from "../../src/store/store.js";
import { ManualClock } from "../../src/testing/manual-clock.js";
import { describeWithCluster } from "../support/redis/describe-with-redis.js";
import { openTestStore } from "../support/stores/stores.js";
import { contentOf, linesOf } from "./export-content.js";
import { fillStore, RICH_DEFAULTS } from "./rich-store.js";

describeWithCluster("a store moved to a Redis cluster and back", (cluster) => {
  it("is the same again", async () => {
    const clock = new ManualClock(1_715_860_800);
    const options = { clock: clock.read, shards: 5, defaults: RICH_DEFAULTS };
    const memory = await openTestStore("memory", options);
    await fillStore(memory, clock);
    const onCluster = await openStore({ nodes: cluster.urls }, options);
    onTestFinished(() => onCluster.close());
    await importStore(onCluster, exportStore(memory));
    const copy = await openTestStore("memory", options);
    await importStore(copy, exportStore(onCluster));
    expect(contentOf(await linesOf(copy))).toEqual(contentOf(await linesOf(memory)));
  });
});
