import { expect, it } from "vitest";
import { checkEvent } from "../../../../src/cache/events/check-event.js";
import { PolicyCache } from "../../../../src/cache/policy-cache.js";
import { EventBatch } from "../../../../src/cli/commands/learn/event-batch.js";

const MEBIBYTE = 1_048_576;

const entry = checkEvent({ state: { s: 1 }, action: { type: "t" }, outcome: "success" }, 1_750_000_000);

it("is full at its size, or earlier when its lines are 8 MiB in all, and starts anew once recorded", async () => {
  const cache = await PolicyCache.open("memory:", { workers: "inline" });
  const batch = new EventBatch(cache, 3);
  expect([batch.add(entry, 100), batch.add(entry, 100), batch.add(entry, 100)]).toEqual([false, false, true]);
  await batch.record();
  expect([batch.add(entry, 4 * MEBIBYTE), batch.add(entry, 4 * MEBIBYTE)]).toEqual([false, true]);
  await batch.record();
  expect(batch.add(entry, 4 * MEBIBYTE)).toBe(false);
  await batch.record();
  await batch.record();
  expect({ recorded: batch.recorded, duplicates: batch.duplicates, crystallized: batch.crystallized }).toEqual({
    recorded: 6,
    duplicates: 0,
    crystallized: 1,
  });
  await cache.close();
});
