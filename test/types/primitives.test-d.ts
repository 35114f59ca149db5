import { describe, expectTypeOf, it } from "vitest";
import {
  type AccessTracker,
  type Confidence,
  type CoOccurrence,
  confidenceField,
  type DecayClock,
  defineModel,
  type EventLog,
  type ExistenceFilter,
  type FrequencySketch,
  type IdentityOf,
  keyField,
  type ObservationProtocol,
  type PredictionLedger,
  type Repository,
  type TdValue,
} from "../../src/models.js";
import type { Lesson } from "../support/lesson.js";

type Identity = IdentityOf<typeof Lesson>;

const _Bare = defineModel("Bare", { identity: ["name"], fields: { name: keyField(), trust: confidenceField() } });

declare const lessons: Repository<typeof Lesson>;
declare const bare: Repository<typeof _Bare>;

describe("the handles of a repository", () => {
  it("are of the kind of their field and know the model's identity", () => {
    expectTypeOf(lessons.clock("recency")).toEqualTypeOf<DecayClock<Identity>>();
    expectTypeOf(lessons.confidence("trust")).toEqualTypeOf<Confidence<Identity>>();
    expectTypeOf(lessons.qValue("value")).toEqualTypeOf<TdValue<Identity>>();
    expectTypeOf(lessons.links("related")).toEqualTypeOf<CoOccurrence<Identity>>();
    expectTypeOf(lessons.filter("known")).toEqualTypeOf<ExistenceFilter<Identity>>();
    expectTypeOf(lessons.sketch("counts")).toEqualTypeOf<FrequencySketch<Identity>>();
    expectTypeOf(lessons.accesses).toEqualTypeOf<AccessTracker<Identity>>();
    expectTypeOf(lessons.predictions).toEqualTypeOf<PredictionLedger<Identity>>();
    expectTypeOf(lessons.events).toEqualTypeOf<EventLog<Identity>>();
    expectTypeOf(lessons.observations).toEqualTypeOf<ObservationProtocol<Identity>>();
  });

  it("refuse a field of another kind", () => {
    // @ts-expect-error: trust is a confidence field
    lessons.clock("trust");
    // @ts-expect-error: recency is a clock
    lessons.confidence("recency");
    // @ts-expect-error: importance is a plain number
    lessons.qValue("importance");
    // @ts-expect-error: known is a filter
    lessons.links("known");
    // @ts-expect-error: counts is a sketch
    lessons.filter("counts");
    // @ts-expect-error: words is a filter
    lessons.sketch("words");
    // @ts-expect-error: there is no field nope
    lessons.clock("nope");
  });

  it("refuse every field where the model has none of the kind", () => {
    expectTypeOf(bare.clock).parameter(0).toBeNever();
    expectTypeOf(bare.qValue).parameter(0).toBeNever();
    expectTypeOf(bare.links).parameter(0).toBeNever();
  });

  it("do not compile without their mixin", () => {
    // @ts-expect-error: the model declares no access tracker
    bare.accesses.onRead([{ name: "a" }]);
    // @ts-expect-error: the model declares no access tracker
    bare.accesses.log({ name: "a" });
    // @ts-expect-error: the model declares no prediction ledger
    bare.predictions.recordPrediction({ name: "a" }, { reward: 1 });
    // @ts-expect-error: the model declares no event stream
    bare.events.read();
    expectTypeOf(bare.accesses.missing).toEqualTypeOf<"accessTracker">();
    expectTypeOf(bare.predictions.missing).toEqualTypeOf<"predictionLedger">();
  });

  it("take the identity of their own model", () => {
    // @ts-expect-error: of another model
    lessons.confidence("trust").update({ name: "a" }, 1);
    // @ts-expect-error: a part is missing
    lessons.clock("recency").touch({ agentId: "a", topic: "b" });
    // @ts-expect-error: the outcomes are a closed set
    bare.observations.onContextUsed([{ record: { name: "a" }, outcome: "liked" }]);
    // @ts-expect-error: deferred resolves no prediction
    lessons.predictions.autoResolve({ agentId: "a", topic: "b", lessonId: "c" }, "deferred");
  });
});
