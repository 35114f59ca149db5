import { expect, it } from "vitest";
import { OUTCOME_STREAM, type OutcomeEvent, temporalDiscoveryHandler } from "../../../src/index.js";
import { StreamConsumer } from "../../../src/models.js";
import { seededRandom } from "../../support/seeded-random.js";
import { openTestCache } from "../../support/stores/stores.js";

// An agent that runs from Monday to Friday, 8 to 18, with known truth. The full simulation is bench/experiments/rhythms.ts.

const HOUR = 3600;
const DAY = 24 * HOUR;
const WEEK = 7 * DAY;
/** 6 January 2025, 00:00 UTC. */
const MONDAY = 1_736_121_600;
const WEEKS = 26;
const USES_PER_WEEK = 4;

/** How likely policy `task` is used at a time, from 0 to 1. */
type Truth = (task: number, weekday: number, hour: number) => number;

async function discover(policies: number, truth: Truth, seed: number): Promise<Record<"weekly" | "daily", number[]>> {
  const random = seededRandom(seed);
  const events: OutcomeEvent[] = [];
  for (let task = 0; task < policies; task += 1) {
    for (let uses = 0; uses < WEEKS * USES_PER_WEEK; ) {
      const [week, weekday, hour] = [
        Math.floor(random() * WEEKS),
        Math.floor(random() * 5),
        8 + Math.floor(random() * 10),
      ];
      if (random() >= truth(task, weekday, hour)) continue;
      uses += 1;
      const ts = MONDAY + week * WEEK + weekday * DAY + hour * HOUR;
      events.push({ agentId: "agent", state: { task }, action: { type: "do" }, outcome: "success", ts });
    }
  }
  events.sort((left, right) => (left.ts ?? 0) - (right.ts ?? 0));
  const cache = await openTestCache("memory", { workers: "inline" });
  const names = { streamKey: OUTCOME_STREAM, groupName: "rhythms", consumerName: "one" };
  const consumer = new StreamConsumer({ store: cache.store, ...names, handler: temporalDiscoveryHandler });
  for (let start = 0; start < events.length; start += 500) {
    await cache.recordMany(events.slice(start, start + 500));
    while ((await consumer.processBatch({ blockMs: 0 })) > 0);
  }
  const found: Record<"weekly" | "daily", number[]> = { weekly: [], daily: [] };
  const { records } = await cache.policies.query({ agentId: "agent" }, { limit: 1000 });
  expect(records).toHaveLength(policies);
  for (const { stateFeatures, expectedValue } of records) {
    for (const { periodSeconds } of expectedValue.cycles) {
      found[periodSeconds === DAY ? "daily" : "weekly"].push(Number(stateFeatures.task));
    }
  }
  return found;
}

it("finds no rhythm in forty policies without one", async () => {
  expect(await discover(40, () => 1, 1)).toEqual({ weekly: [], daily: [] });
}, 60_000);

it("finds most of those that are ten times as likely on their day or hour, and hardly any other", async () => {
  const truth: Truth = (task, weekday, hour) => {
    if (task % 4 === 0) return weekday === task % 5 ? 1 : 0.1;
    if (task % 4 === 1) return hour === 8 + (task % 10) ? 1 : 0.1;
    return 1;
  };
  const { weekly, daily } = await discover(40, truth, 2);
  const rightly = [...weekly.filter((task) => task % 4 === 0), ...daily.filter((task) => task % 4 === 1)];
  expect(rightly.length).toBeGreaterThanOrEqual(14);
  expect(weekly.length + daily.length - rightly.length).toBeLessThanOrEqual(1);
}, 60_000);
