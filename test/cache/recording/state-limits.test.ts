import { expect, it } from "vitest";
import { MOST_ACTIONS_OF_STATE, MOST_BYTES_OF_STATE } from "../../../src/cache/recording/state-limits.js";
import { DEPLOY, outcome } from "../../support/events.js";
import { describeOnEveryEngine, openTestCache } from "../../support/stores/stores.js";

const LARGE = "x".repeat(1_040_000);

const large = (index: number) =>
  outcome("success", { action: { type: `action-${index}`, spec: { text: LARGE, index } }, id: `large-${index}` });

const small = (index: number) => outcome("success", { action: { type: `action-${index}` } });

describeOnEveryEngine("the limits of a state", (engine) => {
  it.each(["inline", "background", "none"] as const)(
    "refuse what there is no room for by name, one event at a time, workers %s",
    async (workers) => {
      const cache = await openTestCache(engine, { workers });
      let recorded = 0;
      let error: unknown;
      while (error === undefined && recorded < 265) {
        error = await cache.record(large(recorded)).then(
          () => undefined,
          (thrown: unknown) => thrown,
        );
        if (error === undefined) recorded += 1;
      }
      expect(error).toMatchObject({ code: "LIMIT_REACHED", retryable: false });
      expect(String(error)).toMatch(
        /has no room for another action: it has \d+ in about \d+ bytes.*keep large texts out/,
      );
      expect(recorded).toBeGreaterThan(3);
      expect(recorded * LARGE.length).toBeLessThan(MOST_BYTES_OF_STATE);
      if (workers === "none") return;
      await cache.flush();
      expect((await cache.statistics()).totals).toMatchObject({ events: recorded, pairs: recorded });
      expect((await cache.decide({ agentId: "agent-1", state: DEPLOY })).kind).not.toBe("serve");
      // What is known goes on learning, another state has room, and so has another agent.
      expect((await cache.record({ ...large(0), id: "again" })).recorded).toBe(true);
      expect((await cache.record({ ...large(300), state: { other: true } })).recorded).toBe(true);
      expect((await cache.record({ ...large(300), agentId: "agent-2" })).recorded).toBe(true);
    },
    60_000,
  );

  it("refuse a whole batch, and nothing of it is recorded", async () => {
    const cache = await openTestCache(engine, { workers: "inline" });
    const batch = Array.from({ length: 40 }, (_, index) => large(index));
    await expect(cache.recordMany(batch)).rejects.toMatchObject({ code: "LIMIT_REACHED" });
    expect((await cache.statistics()).totals.events).toBe(0);
    expect(await cache.recordMany(batch.slice(0, 4))).toMatchObject({ recorded: 4 });
  }, 60_000);

  it("count actions", async () => {
    const cache = await openTestCache(engine, { workers: "inline" });
    for (let start = 0; start < MOST_ACTIONS_OF_STATE; start += 25) {
      await cache.recordMany(Array.from({ length: 25 }, (_, index) => small(start + index)));
    }
    await expect(cache.record(small(MOST_ACTIONS_OF_STATE))).rejects.toMatchObject({ code: "LIMIT_REACHED" });
    expect((await cache.record(small(7))).recorded).toBe(true);
    expect((await cache.statistics()).totals.pairs).toBe(MOST_ACTIONS_OF_STATE);
  }, 60_000);

  it("hold over caches that are opened one after the other", async () => {
    const cache = await openTestCache(engine, { workers: "inline" });
    const { PolicyCache } = await import("../../../src/cache/policy-cache.js");
    let recorded = 0;
    let refusals = 0;
    for (let index = 0; index < 16; index += 1) {
      const again = await PolicyCache.open(cache.store, { workers: "inline" });
      const done = await again.record(large(index)).then(
        () => true,
        () => false,
      );
      await again.close();
      if (done) recorded += 1;
      else refusals += 1;
    }
    expect(refusals).toBeGreaterThan(5);
    expect(recorded * LARGE.length).toBeLessThan(MOST_BYTES_OF_STATE + 2 * LARGE.length);
  }, 60_000);
});
