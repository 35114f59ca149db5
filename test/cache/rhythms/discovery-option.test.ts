import { expect, it } from "vitest";
import { type OutcomeEvent, PolicyCache } from "../../../src/index.js";
import { TemporalPeriod } from "../../../src/models.js";
import { ManualClock } from "../../support/manual-clock.js";
import { describeOnEveryEngine, openTestCache } from "../../support/stores/stores.js";

const WEEK = TemporalPeriod.weekly;
/** 6 January 2025, 00:00 UTC. */
const MONDAY = 1_736_121_600;
const MONDAY_PHASE = 388_800;

const state = { task: "report" };
const event: OutcomeEvent = { agentId: "agent-1", state, action: { type: "send" }, outcome: "success" };
const hourOf = (week: number) => ((week * 7) % 24) * 3600;

async function cyclesOf(cache: PolicyCache): Promise<readonly unknown[]> {
  const { records } = await cache.policies.query({ agentId: "agent-1" });
  return records.flatMap(({ expectedValue }) => expectedValue.cycles);
}

describeOnEveryEngine("a cache opened with discovery", (engine) => {
  it.each(["background", "inline"] as const)("finds rhythms by itself, workers %s", async (workers) => {
    const cache = await openTestCache(engine, { workers, discovery: true, clock: () => MONDAY + 30 * WEEK });
    for (let week = 0; week < 20; week += 1) {
      await cache.record({ ...event, ts: MONDAY + week * WEEK + hourOf(week) });
      await cache.flush();
    }
    expect(await cyclesOf(cache)).toMatchObject([{ periodSeconds: WEEK, phaseSeconds: MONDAY_PHASE }]);
  });

  it("sees decisions that are reported, each once", async () => {
    const clock = new ManualClock();
    clock.set(MONDAY - WEEK);
    const cache = await openTestCache(engine, { workers: "inline", discovery: true, clock: clock.read });
    for (let time = 0; time < 6; time += 1) await cache.record(event);
    for (let week = 0; week < 20; week += 1) {
      clock.set(MONDAY + week * WEEK + hourOf(week));
      const decision = await cache.decide({ agentId: "agent-1", state });
      if (decision.kind === "abstain") throw new Error("There should be a policy.");
      expect(await cache.report(decision.decisionId, { outcome: "success" })).toMatchObject({ status: "learned" });
      expect(await cache.report(decision.decisionId, { outcome: "success" })).toMatchObject({ status: "repeated" });
    }
    expect(await cyclesOf(cache)).toMatchObject([{ periodSeconds: WEEK, phaseSeconds: MONDAY_PHASE }]);
  });

  it("does nothing of that kind otherwise", async () => {
    const cache = await openTestCache(engine, { workers: "inline" });
    await cache.record(event);
    expect((await cache.statistics()).stream.groups.map(({ name }) => name)).toEqual(["crystallizer"]);
  });
});

it("refuses a discovery that is neither true nor false", async () => {
  await expect(PolicyCache.open("memory:", { discovery: "yes" as never })).rejects.toThrow("discovery");
});
