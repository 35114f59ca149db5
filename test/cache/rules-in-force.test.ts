import { expect, it } from "vitest";
import { readRules } from "../../src/cache/opening/rules-in-force.js";
import { PolicyCache } from "../../src/cache/policy-cache.js";
import { openStore } from "../../src/store/store.js";
import {
  describeOnDurableEngines,
  describeOnEveryEngine,
  freshLocation,
  openTestCache,
} from "../support/stores/stores.js";

describeOnEveryEngine("the rules in force", (engine) => {
  it("are those of the cache, with the budgets of its actions and nothing else of them", async () => {
    const cache = await openTestCache(engine, {
      defaults: { ciThreshold: 0.7, errorBudget: 0.1, tdAlpha: 0.5 },
      actions: { wipe: { errorBudget: 0.01 }, ask: { guard: () => true }, call: { confidence: 0.99 } },
    });
    expect(await readRules(cache.store)).toEqual({
      defaults: {
        ciThreshold: 0.7,
        minEvents: 3,
        wilsonZ: expect.any(Number),
        errorBudget: 0.1,
        budgetConfidence: 0.95,
        worseThanAgent: "none",
      },
      actions: { wipe: { errorBudget: 0.01 }, call: { confidence: 0.99 } },
    });
  });
});

describeOnDurableEngines("the rules in force", (engine) => {
  it("are those of whoever opened the store last for writing; who only reads changes nothing", async () => {
    const location = await freshLocation(engine);
    const openWith = async (ciThreshold: number, readOnly: boolean) => {
      const cache = await PolicyCache.open(location, { defaults: { ciThreshold }, readOnly, workers: "none" });
      await cache.close();
    };
    const threshold = async () => {
      const store = await openStore(location, { readOnly: true });
      const rules = await readRules(store);
      await store.close();
      return rules?.defaults.ciThreshold;
    };
    await openWith(0.7, false);
    expect(await threshold()).toBe(0.7);
    await openWith(0.8, true);
    expect(await threshold()).toBe(0.7);
    await openWith(0.9, false);
    expect(await threshold()).toBe(0.9);
  });

  it("are none in a store that no cache has used", async () => {
    const location = await freshLocation(engine);
    const store = await openStore(location);
    expect(await readRules(store)).toBeUndefined();
    await store.close();
  });
});
