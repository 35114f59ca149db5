import { expect, it } from "vitest";
import { PolicyCache, PolicyEntry } from "../../src/index.js";
import { confidenceField, defineModel, keyField, openStore, Repository } from "../../src/models.js";
import {
  describeOnDurableEngines,
  describeOnEveryEngine,
  freshLocation,
  openTestStore,
} from "../support/stores/stores.js";

function factModel(evidenceCap: number) {
  return defineModel("Fact", {
    identity: ["name"],
    fields: { name: keyField(), trust: confidenceField({ evidenceCap }), doubt: confidenceField({ evidenceCap: 3 }) },
  });
}

describeOnEveryEngine("the evidence cap of a store", (engine) => {
  it("is changed by a call that knows the old one, and leaves every state as it is", async () => {
    const store = await openTestStore(engine);
    const [before, after] = [factModel(5), factModel(1)].map((model) =>
      new Repository(store, model).confidence("trust"),
    );
    const name = { name: "a" };
    await new Repository(store, factModel(5)).create(name);
    for (let count = 0; count < 9; count += 1) await before?.update(name, 1);
    const state = (await new Repository(store, factModel(5)).get(name))?.trust;

    await expect(after?.update(name, 0)).rejects.toMatchObject({
      code: "INVALID_CONFIGURATION",
      option: "evidenceCap",
    });
    await expect(after?.changeEvidenceCap(20)).rejects.toMatchObject({ option: "from" });
    await expect(after?.changeEvidenceCap(0)).rejects.toMatchObject({ parameter: "from" });
    await expect(after?.update(name, 0)).rejects.toThrow("changeEvidenceCap");

    await after?.changeEvidenceCap(5);
    await after?.changeEvidenceCap(5); // repeated
    expect((await new Repository(store, factModel(1)).get(name))?.trust).toEqual(state);
    expect(await after?.update(name, 0)).toBeCloseTo((state?.value ?? 0) / 2, 12);
  });

  it("may be fixed by the call, when no signal came yet", async () => {
    const store = await openTestStore(engine);
    await new Repository(store, factModel(7)).confidence("trust").changeEvidenceCap(20);
    await new Repository(store, factModel(7)).create({ name: "a" });
    await expect(new Repository(store, factModel(20)).confidence("trust").update({ name: "a" }, 1)).rejects.toThrow(
      "7",
    );
    expect(await new Repository(store, factModel(7)).confidence("trust").update({ name: "a" }, 1)).toBe(0.75);
  });
});

describeOnDurableEngines("the evidence cap of policies", (engine) => {
  it("is changed on the store, before the cache is opened with the new one", async () => {
    const location = freshLocation(engine);
    await (await PolicyCache.open(location)).close();
    const defaults = { evidenceCap: 40 };
    await expect(PolicyCache.open(location, { defaults })).rejects.toMatchObject({ option: "evidenceCap" });
    const store = await openStore(location, { defaults });
    await new Repository(store, PolicyEntry).confidence("confidence").changeEvidenceCap(20);
    await store.close();
    await (await PolicyCache.open(location, { defaults })).close();
    await expect(PolicyCache.open(location)).rejects.toMatchObject({ option: "evidenceCap" });
  });
});
