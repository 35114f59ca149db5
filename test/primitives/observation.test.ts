import { expect, it } from "vitest";
import { confidenceField, defineModel, keyField, Repository, tdValueField } from "../../src/models.js";
import { ManualClock } from "../../src/testing/manual-clock.js";
import { Lesson } from "../support/lesson.js";
import { describeOnEveryEngine, type EngineName, openTestStore } from "../support/stores/stores.js";

const AGENT = "agent-1";
const first = { agentId: AGENT, topic: "deploy", lessonId: "1" };
const second = { ...first, lessonId: "2" };
const absent = { ...first, lessonId: "absent" };

async function twoLessons(engine: EngineName) {
  const clock = new ManualClock(1_715_860_800);
  const lessons = new Repository(await openTestStore(engine, { clock: clock.read }), Lesson);
  for (const lesson of [first, second]) await lessons.create({ ...lesson, author: "ann", rank: 1 });
  return lessons;
}

/** What the stream says since an entry, without what every event has. */
async function eventsSince(lessons: Repository<typeof Lesson>, count: number) {
  const events = (await lessons.events.read({ partition: AGENT })).slice(count);
  return events.map(({ fields: { model, ts, changed_fields, topic, author, rank, ...rest } }) => rest);
}

describeOnEveryEngine("observing", (engine) => {
  it("tells the stream of each signal and each prediction it resolves, and of each link", async () => {
    const lessons = await twoLessons(engine);
    await lessons.predictions.recordPrediction(first, { reward: 1 });
    await lessons.observations.onContextUsed(
      [
        { record: first, outcome: "acted", reward: 0.5 },
        { record: second, outcome: "acted" },
      ],
      { linkActed: true },
    );
    expect(await eventsSince(lessons, 2)).toEqual([
      { op: "observe", pk: "deploy\t1", outcome: "acted", reward: 0.5, td_error: 0.5 },
      { op: "confidence_update", pk: "deploy\t1", field: "trust", signal: 0.9, confidence: 0.7 },
      { op: "prediction_resolved", pk: "deploy\t1", prediction_error: 0.5, mode: "observed" },
      { op: "observe", pk: "deploy\t2", outcome: "acted" },
      { op: "confidence_update", pk: "deploy\t2", field: "trust", signal: 0.9, confidence: 0.7 },
      { op: "strengthen", pk: "deploy\t1", source: "deploy\t1", target: "deploy\t2", delta: 0.05 },
    ]);
  });

  it("tells of the low signal that a prediction sends, and of nothing that did not happen", async () => {
    const lessons = await twoLessons(engine);
    await lessons.predictions.recordPrediction(first, { reward: 1 });
    await lessons.observations.onContextUsed([
      { record: first, outcome: "used", reward: -1 },
      { record: second, outcome: "dismissed" },
    ]);
    expect(await eventsSince(lessons, 2)).toEqual([
      { op: "observe", pk: "deploy\t1", outcome: "used", reward: -1, td_error: -1 },
      { op: "confidence_update", pk: "deploy\t1", field: "trust", signal: 0.2, confidence: 0.35 },
      { op: "prediction_resolved", pk: "deploy\t1", prediction_error: 1, mode: "observed" },
      { op: "observe", pk: "deploy\t2", outcome: "dismissed" },
    ]);
    await lessons.predictions.recordPrediction(second, { reward: 1 });
    await lessons.predictions.resolvePrediction(second, { reward: -1 });
    expect(await eventsSince(lessons, 6)).toEqual([
      { op: "prediction_resolved", pk: "deploy\t2", prediction_error: 1, mode: "explicit" },
      { op: "confidence_update", pk: "deploy\t2", field: "trust", signal: 0.2, confidence: 0.35 },
    ]);
  });

  it("skips records that are not stored when they are read or surfaced", async () => {
    const lessons = await twoLessons(engine);
    expect(await lessons.observations.onRead([first, absent], "me")).toBe(1);
    expect(await lessons.accesses.onRead([absent])).toBe(0);
    expect(await lessons.observations.onSurfaced([absent, second], "why")).toBe(1);
    await lessons.create({ ...absent, author: "ann", rank: 1 });
    expect(await lessons.accesses.confirmAccess(absent, "me")).toBe(0);
    expect(await lessons.accesses.confirmAccess(first, "me")).toBe(1);
    const pending = await lessons.observations.proposals.getPending({ scope: AGENT });
    expect(pending.map(({ identity }) => identity)).toEqual([second]);
  });

  it("stages nothing on a model without an access tracker", async () => {
    const Plain = defineModel("Plain", { identity: ["name"], fields: { name: keyField() } });
    const plain = new Repository(await openTestStore(engine), Plain);
    await plain.create({ name: "a" });
    expect(await plain.observations.onRead([{ name: "a" }])).toBe(0);
  });

  it("forgets the proposals of a deleted record in every partition, and those of no other", async () => {
    const lessons = await twoLessons(engine);
    const { proposals } = lessons.observations;
    for (const partition of ["default", "sidebar", "mail"])
      await proposals.onSurfaced([first, second], "why", partition);
    await proposals.resolve(first, "mail");
    expect(await lessons.delete(first)).toBe(true);
    await lessons.create({ ...first, author: "ann", rank: 1 });
    for (const partition of ["default", "sidebar", "mail"]) {
      const pending = await proposals.getPending({ scope: AGENT, partition });
      expect(pending).toMatchObject([{ identity: second, reason: "why" }]);
      expect(await proposals.resolve(first, partition)).toBe(0);
    }
  });
});

describeOnEveryEngine("a confidence that was never stored", (engine) => {
  it("is the store's initial one, wherever it is read", async () => {
    const store = await openTestStore(engine, { defaults: { initialConfidence: 0.3 } });
    const Old = defineModel("Fact", { identity: ["name"], fields: { name: keyField(), value: tdValueField() } });
    const New = defineModel("Fact", {
      identity: ["name"],
      fields: { name: keyField(), value: tdValueField(), trust: confidenceField() },
    });
    const fact = { name: "a" };
    await new Repository(store, Old).create(fact);
    const facts = new Repository(store, New);
    expect((await facts.get(fact))?.trust).toEqual({
      value: 0.3,
      evidenceCount: 0,
      corroborations: 0,
      contradictions: 0,
    });
    expect((await facts.compositeScore({}, { indexes: { trust: 1 } }))[0]?.score).toBe(0.3);
    expect(await facts.confidence("trust").update(fact, 0.9)).toBeCloseTo(0.6, 12);
  });
});
