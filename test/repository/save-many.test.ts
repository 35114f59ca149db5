import { expect, it } from "vitest";
import { InvalidArgumentError } from "../../src/index.js";
import { keyField, numberField } from "../../src/model/fields.js";
import { Repository } from "../../src/models.js";
import { defineModel } from "../../src/repository/define-model.js";
import { describeOnEveryEngine, openTestStore } from "../support/stores/stores.js";

const Reading = defineModel("Reading", {
  scope: "agentId",
  identity: ["agentId", "id"],
  fields: { agentId: keyField(), id: keyField(), level: numberField({ default: 0 }) },
});

describeOnEveryEngine("saveMany", (engine) => {
  it("creates and overwrites, the last of equal identities winning", async () => {
    const readings = new Repository(await openTestStore(engine), Reading);
    await readings.create({ agentId: "a", id: "1", level: 1 });
    const batch = [
      { agentId: "a", id: "1", level: 2 },
      { agentId: "a", id: "2", level: 3 },
      { agentId: "a", id: "2", level: 4 },
    ];
    expect(await readings.saveMany(batch)).toEqual([true, true, true]);
    const { records } = await readings.query({ agentId: "a" });
    expect(records).toEqual([batch[0], batch[2]]);
    expect(await readings.saveMany([])).toEqual([]);
  });

  it("refuses records of two scopes and what is no list, and saves nothing then", async () => {
    const readings = new Repository(await openTestStore(engine), Reading);
    const mixed = [
      { agentId: "a", id: "1" },
      { agentId: "b", id: "1" },
    ];
    await expect(readings.saveMany(mixed)).rejects.toThrow(InvalidArgumentError);
    await expect(readings.saveMany("a" as never)).rejects.toThrow(InvalidArgumentError);
    expect(await readings.count("a")).toBe(0);
  });
});
