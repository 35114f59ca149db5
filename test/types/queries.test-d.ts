import { describe, expectTypeOf, it } from "vitest";
import { defineModel, keyField, numberField, type RecordOf, type Repository, type WhereOf } from "../../src/models.js";
import type { Lesson } from "../support/lesson.js";

type LessonRecord = RecordOf<typeof Lesson>;

const _Plain = defineModel("Plain", { identity: ["name"], fields: { name: keyField(), size: numberField() } });

declare const lessons: Repository<typeof Lesson>;
declare const plain: Repository<typeof _Plain>;

const agentId = "agent-1";
const identity = { agentId, topic: "deploy", lessonId: "1" };

describe("a query", () => {
  it("names key fields, and must name the scope", () => {
    expectTypeOf<WhereOf<typeof Lesson>>().branded.toEqualTypeOf<{
      readonly agentId: string;
      readonly topic?: string;
      readonly lessonId?: string;
      readonly author?: string;
      readonly id?: string;
    }>();
    expectTypeOf(lessons.query({ agentId, author: "me" })).resolves.toHaveProperty("records");
    expectTypeOf(plain.query({})).resolves.toHaveProperty("records");
    // @ts-expect-error: the scope is missing
    lessons.query({ topic: "deploy" });
    // @ts-expect-error: there is no field colour
    lessons.query({ agentId, colour: "red" });
    // @ts-expect-error: text is not a key field
    lessons.query({ agentId, text: "hello" });
    // @ts-expect-error: a learned field is no key field
    lessons.query({ agentId, value: 1 });
    // @ts-expect-error: keys are text
    lessons.query({ agentId: 1 });
  });

  it("gives records of the model", () => {
    expectTypeOf(lessons.get(identity)).resolves.toEqualTypeOf<LessonRecord | undefined>();
    expectTypeOf(lessons.topByDecay({ agentId })).resolves.items.toHaveProperty("score");
    expectTypeOf<Awaited<ReturnType<typeof lessons.topByDecay>>[number]["record"]>().toEqualTypeOf<LessonRecord>();
    expectTypeOf<Awaited<ReturnType<typeof lessons.query>>["records"][number]>().toEqualTypeOf<LessonRecord>();
  });

  it("needs the whole identity where one record is meant", () => {
    // @ts-expect-error: two parts are missing
    lessons.get({ agentId });
    // @ts-expect-error: two parts are missing
    lessons.delete({ agentId });
    // @ts-expect-error: two parts are missing
    lessons.update({ agentId }, {});
  });

  it("reads a group by the scope and what it groups by, on a model that has groups", () => {
    expectTypeOf(lessons.group({ agentId, topic: "deploy" })).resolves.items.toEqualTypeOf<LessonRecord>();
    // @ts-expect-error: the topic is missing
    lessons.group({ agentId });
    // @ts-expect-error: the model declares no group
    plain.group({ name: "a" });
  });

  it("counts within a scope, where there is one", () => {
    expectTypeOf(lessons.count(agentId)).resolves.toBeNumber();
    expectTypeOf(plain.count()).resolves.toBeNumber();
    // @ts-expect-error: the scope is missing
    lessons.count();
    // @ts-expect-error: the model has no scope
    plain.count("agent-1");
  });
});

describe("create, save and update", () => {
  const values = { ...identity, author: "me", rank: 1 };

  it("take exactly the fields of the model", () => {
    expectTypeOf(lessons.create({ ...values, text: "hello" })).resolves.toEqualTypeOf<LessonRecord>();
    // @ts-expect-error: author and rank are missing
    lessons.create({ ...identity });
    // @ts-expect-error: there is no field colour
    lessons.create({ ...values, colour: "red" });
    // @ts-expect-error: a learned field is not written
    lessons.create({ ...values, value: 1 });
    // @ts-expect-error: rank is a number
    lessons.save({ ...values, rank: "1" });
    // @ts-expect-error: details has no such property
    lessons.save({ ...values, details: { author: "me" } });
  });

  it("take several records of the model at once", () => {
    expectTypeOf(lessons.saveMany([values, { ...values, lessonId: "2" }])).resolves.items.toBeBoolean();
    // @ts-expect-error: author and rank are missing
    lessons.saveMany([values, identity]);
  });

  it("leave identity and learned fields alone", () => {
    expectTypeOf(lessons.update(identity, { text: "hello", pinned: true })).resolves.toEqualTypeOf<LessonRecord>();
    // @ts-expect-error: part of the identity
    lessons.update(identity, { topic: "other" });
    // @ts-expect-error: learned
    lessons.update(identity, { value: 1 });
    // @ts-expect-error: learned
    lessons.update(identity, { trust: { value: 1 } });
    // @ts-expect-error: derived from the identity
    lessons.update(identity, { id: "1" });
  });
});

describe("a ranking", () => {
  it("is by clocks, sorted and confidence fields, and by what the mixins measure", () => {
    const indexes = { recency: 1, rhythm: 1, rank: 1, trust: 1, accessCount: 1, priority: 1 };
    expectTypeOf(lessons.compositeScore({ agentId }, { indexes })).resolves.items.toHaveProperty("parts");
    // @ts-expect-error: importance is a plain number
    lessons.compositeScore({ agentId }, { indexes: { importance: 1 } });
    // @ts-expect-error: there is no field colour
    lessons.compositeScore({ agentId }, { indexes: { colour: 1 } });
    // @ts-expect-error: weights are numbers
    lessons.compositeScore({ agentId }, { indexes: { trust: "1" } });
    // @ts-expect-error: AVG is no aggregate
    lessons.compositeScore({ agentId }, { indexes: { trust: 1 }, aggregate: "AVG" });
    // @ts-expect-error: without indexes there is nothing to rank by
    lessons.compositeScore({ agentId }, {});
  });

  it("is not by a primitive the model lacks", () => {
    // @ts-expect-error: the model has no access tracker
    plain.compositeScore({}, { indexes: { accessCount: 1 } });
    // @ts-expect-error: the model has no write filter
    plain.compositeScore({}, { indexes: { priority: 1 } });
  });

  it("by decay is of a clock, over a number", () => {
    lessons.topByDecay({ agentId }, 5, { field: "rhythm", baseScoreField: "value" });
    // @ts-expect-error: trust is no clock
    lessons.topByDecay({ agentId }, 5, { field: "trust" });
    // @ts-expect-error: text is no number
    lessons.topByDecay({ agentId }, 5, { baseScoreField: "text" });
    // @ts-expect-error: the scope is missing
    lessons.topByDecay({}, 5);
  });
});
