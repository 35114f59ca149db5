import { expect, it } from "vitest";
import {
  coOccurrenceField,
  decayingSortedField,
  defineModel,
  keyField,
  numberField,
  Repository,
} from "../../src/models.js";
import { ManualClock } from "../../src/testing/manual-clock.js";
import { describeOnEveryEngine, openTestStore } from "../support/stores/stores.js";

const Task = defineModel("Task", {
  identity: ["name"],
  fields: {
    name: keyField(),
    urgency: numberField({ default: 0 }),
    impact: numberField({ default: 0 }),
    related: coOccurrenceField(),
  },
  writeFilter: { computeFilterScore: ({ urgency, impact }) => urgency + impact, minThreshold: 0 },
});

describeOnEveryEngine("a repository", (engine) => {
  it("judges two updates of different fields at the same time by what both leave behind", async () => {
    const tasks = new Repository(await openTestStore(engine), Task);
    const task = { name: "restart" };
    await tasks.create(task);
    await Promise.all([tasks.update(task, { urgency: 0.5 }), tasks.update(task, { impact: 0.4 })]);
    expect(await tasks.get(task)).toMatchObject({ urgency: 0.5, impact: 0.4 });
    expect(await tasks.priorities()).toEqual([{ identity: task, score: 0.9 }]);
  });

  it("says on the last page that there is no other, also when it is full", async () => {
    const tasks = new Repository(await openTestStore(engine), Task);
    for (const name of ["a", "b", "c", "d"]) await tasks.create({ name });
    const first = await tasks.query({}, { limit: 2 });
    expect(first.records.map(({ name }) => name)).toEqual(["a", "b"]);
    const last = await tasks.query({}, { limit: 2, ...(first.next === undefined ? {} : { after: first.next }) });
    expect(last.records.map(({ name }) => name)).toEqual(["c", "d"]);
    expect(last).not.toHaveProperty("next");
  });

  it("does not link a record to itself that is acted on twice", async () => {
    const tasks = new Repository(await openTestStore(engine), Task);
    const [first, second] = [{ name: "a" }, { name: "b" }];
    for (const task of [first, second]) await tasks.create(task);
    const acted = [first, second, first].map((record) => ({ record, outcome: "acted" as const }));
    await tasks.observations.onContextUsed(acted, { linkActed: true });
    expect(await tasks.links("related").getLinked(first)).toEqual([{ identity: second, weight: 0.05 }]);
  });

  it("lists a clock's members backwards, those of equal times still in order, for any ranks", async () => {
    const clock = new ManualClock(1_000_000);
    const Note = defineModel("Note", {
      identity: ["name"],
      fields: { name: keyField(), recency: decayingSortedField() },
    });
    const notes = new Repository(await openTestStore(engine, { clock: clock.read }), Note);
    // Runs of equal times, one of them longer than what is looked at in one go.
    const runs = [1, 3, 130, 2, 1];
    const inOrder: string[][] = [];
    for (const [run, length] of runs.entries()) {
      const names = Array.from({ length }, (_, index) => `${run} ${String(index).padStart(3, "0")}`);
      await notes.saveMany(names.toReversed().map((name) => ({ name })));
      inOrder.unshift(names);
      clock.advance(1);
    }
    const all = inOrder.flat();
    const members = async (start: number, stop: number) =>
      (await notes.clock("recency").members({}, { start, stop, reverse: true })).map(({ identity }) => identity.name);
    expect(await members(0, -1)).toEqual(all);
    for (const [start, stop] of [
      [0, 0],
      [2, 2],
      [3, 60],
      [50, 134],
      [132, 136],
      [-3, -1],
      [-200, 4],
      [130, 500],
    ] as const) {
      const from = start < 0 ? Math.max(all.length + start, 0) : start;
      const to = stop < 0 ? all.length + stop : stop;
      expect(await members(start, stop)).toEqual(all.slice(from, to + 1));
    }
    expect([await members(5, 4), await members(200, 300), await members(0, -200)]).toEqual([[], [], []]);
  });

  it("lists a priority of zero as zero", async () => {
    const Listed = defineModel("Listed", {
      identity: ["name"],
      fields: { name: keyField() },
      writeFilter: { computeFilterScore: () => 0, minThreshold: 0, priorityThreshold: 0 },
    });
    const listed = new Repository(await openTestStore(engine), Listed);
    await listed.create({ name: "a" });
    expect(await listed.priorities()).toEqual([{ identity: { name: "a" }, score: 0 }]);
  });
});
