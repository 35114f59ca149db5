import { expect, it } from "vitest";
import { seededRandom } from "../../support/seeded-random.js";
import { openTestCache } from "../../support/stores/stores.js";

// Simulated outcomes with known truth. The full simulation is bench/experiments/retirement.ts.

const state = { task: "simulated" };

async function openWorld(seed: number) {
  const cache = await openTestCache("memory", { workers: "inline" });
  const random = seededRandom(seed);
  return async (successRate: number) => {
    const success = random() < successRate;
    await cache.record({ state, action: { type: "act" }, outcome: success ? "success" : "failure" });
    const [policy] = (await cache.decide({ state })).ranked;
    return { success, isRetired: policy?.evidence.retired !== undefined };
  };
}

it("a policy that falls from 0.95 to 0.2 is retired after a few failures", async () => {
  const failures: number[] = [];
  for (let seed = 1; seed <= 60; seed += 1) {
    const live = await openWorld(seed);
    for (let outcome = 0; outcome < 100; outcome += 1) await live(0.95);
    let failed = 0;
    for (let isRetired = false; !isRetired; ) {
      const outcome = await live(0.2);
      if (!outcome.success) failed += 1;
      isRetired = outcome.isRetired;
    }
    failures.push(failed);
  }
  failures.sort((left, right) => left - right);
  expect(failures[30]).toBeLessThanOrEqual(6);
  expect(failures[57]).toBeLessThanOrEqual(10);
});

it("policies that do not change are retired at most as often as stated, once in a thousand outcomes", async () => {
  let retirements = 0;
  for (let seed = 1; seed <= 20; seed += 1) {
    const live = await openWorld(seed);
    for (let outcome = 0; outcome < 1000; outcome += 1) {
      if (!(await live(0.9)).isRetired) continue;
      retirements += 1;
      break;
    }
  }
  // Twenty would be one in a thousand; the bound is cautious, so that it is a few.
  expect(retirements).toBeLessThanOrEqual(5);
});
