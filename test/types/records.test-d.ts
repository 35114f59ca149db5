import { describe, expectTypeOf, it } from "vitest";
import { PolicyEntry } from "../../src/index.js";
import {
  type CreateOf,
  confidenceField,
  defineModel,
  type IdentityOf,
  type JsonObject,
  jsonField,
  keyField,
  numberField,
  type RecordOf,
  type UpdateOf,
  type Validity,
} from "../../src/models.js";
import type { ConfidenceState } from "../../src/primitives/confidence-field.js";
import type { ClockState } from "../../src/primitives/decay-clock.js";
import type { Lesson } from "../support/lesson.js";

type LessonModel = typeof Lesson;

interface Details {
  source?: string;
  pages?: readonly number[];
}

describe("the types of a model", () => {
  it("give a record the value of each field, and what its mixins add", () => {
    expectTypeOf<RecordOf<LessonModel>>().branded.toEqualTypeOf<{
      readonly id: string;
      readonly agentId: string;
      readonly topic: string;
      readonly lessonId: string;
      readonly author: string;
      readonly text: string;
      readonly importance: number;
      readonly pinned: boolean;
      readonly details: Details;
      readonly rank: number;
      readonly value: number;
      readonly recency: ClockState;
      readonly rhythm: ClockState;
      readonly taught: ClockState;
      readonly trust: ConfidenceState;
      readonly accessCount: number;
      readonly lastAccessedSeconds?: number;
      readonly validity: Validity<IdentityOf<LessonModel>>;
    }>();
  });

  it("leave out what is asked through the repository: links, filters, sketches", () => {
    expectTypeOf<RecordOf<LessonModel>>().not.toHaveProperty("related");
    expectTypeOf<RecordOf<LessonModel>>().not.toHaveProperty("known");
    expectTypeOf<RecordOf<LessonModel>>().not.toHaveProperty("counts");
  });

  it("require exactly the plain fields without a default to create a record", () => {
    expectTypeOf<CreateOf<LessonModel>>().branded.toEqualTypeOf<{
      readonly agentId: string;
      readonly topic: string;
      readonly lessonId: string;
      readonly author: string;
      readonly rank: number;
      readonly text?: string;
      readonly importance?: number;
      readonly pinned?: boolean;
      readonly details?: Details;
    }>();
  });

  it("keep identity and learned fields out of an update", () => {
    expectTypeOf<UpdateOf<LessonModel>>().branded.toEqualTypeOf<{
      readonly author?: string;
      readonly rank?: number;
      readonly text?: string;
      readonly importance?: number;
      readonly pinned?: boolean;
      readonly details?: Details;
    }>();
  });

  it("make an identity of the identity fields alone", () => {
    expectTypeOf<IdentityOf<LessonModel>>().branded.toEqualTypeOf<{
      readonly agentId: string;
      readonly topic: string;
      readonly lessonId: string;
    }>();
  });

  it("hand a write filter the plain values, defaults filled in", () => {
    defineModel("Plain", {
      identity: ["name"],
      fields: { name: keyField(), importance: numberField({ default: 1 }), trust: confidenceField() },
      writeFilter: {
        computeFilterScore: (values) => {
          expectTypeOf(values).branded.toEqualTypeOf<{ readonly name: string; readonly importance: number }>();
          return values.importance;
        },
      },
    });
  });

  it("refuse names that are not among the fields they must come from", () => {
    const fields = { team: keyField(), name: keyField(), size: numberField() };
    // @ts-expect-error: size is no key field
    defineModel("Model", { fields, identity: ["size"] });
    // @ts-expect-error: there is no field nmae
    defineModel("Model", { fields, identity: ["nmae"] });
    // @ts-expect-error: team is not in the identity
    defineModel("Model", { fields, identity: ["name"], scope: "team" });
    // @ts-expect-error: team is not in the identity
    defineModel("Model", { fields, identity: ["name"], group: { name: "group", by: ["team"] } });
    // @ts-expect-error: size is no key field
    defineModel("Model", { fields, identity: ["name"], eventStream: { partitionField: "size" } });
    // @ts-expect-error: there is no field sise
    defineModel("Model", { fields, identity: ["name"], eventStream: { metadataFields: ["sise"] } });
    defineModel("Model", {
      fields,
      identity: ["name"],
      eventStream: { partitionField: "team", metadataFields: ["size"] },
    });
    // @ts-expect-error: nothing is called evntStream
    defineModel("Model", { fields, identity: ["name"], evntStream: {} });
    // @ts-expect-error: there is no field sise
    defineModel("Model", { fields, identity: ["name"], writeFilter: { computeFilterScore: ({ sise }) => sise } });
  });
});

describe("a JSON field", () => {
  it("needs no value when an empty object is one", () => {
    const Model = defineModel("Model", { identity: ["name"], fields: { name: keyField(), notes: jsonField() } });
    expectTypeOf<CreateOf<typeof Model>["notes"]>().toEqualTypeOf<JsonObject | undefined>();
    expectTypeOf<{ readonly name: string }>().toExtend<CreateOf<typeof Model>>();
  });

  it("needs a value when an empty object is none, unless a default is declared", () => {
    interface Limits {
      tries: number;
      tags: readonly string[];
    }
    const Model = defineModel("Model", {
      identity: ["name"],
      fields: {
        name: keyField(),
        given: jsonField<Limits>(),
        defaulted: jsonField<Limits>({ default: { tries: 3, tags: [] } }),
        inferred: jsonField({ default: { tries: 3 } }),
      },
    });
    expectTypeOf<CreateOf<typeof Model>>().branded.toEqualTypeOf<{
      readonly name: string;
      readonly given: Limits;
      readonly defaulted?: Limits;
      readonly inferred?: { tries: number };
    }>();
    expectTypeOf<RecordOf<typeof Model>["given"]>().toEqualTypeOf<Limits>();
  });

  it("refuses what JSON cannot hold", () => {
    // @ts-expect-error: a Date becomes text
    jsonField<{ when: Date }>();
    // @ts-expect-error: a function has no JSON
    jsonField<{ run: () => void }>();
    // @ts-expect-error: a Map becomes {}
    jsonField<{ counts: Map<string, number> }>();
    // @ts-expect-error: an object, not a list
    jsonField<string[]>();
  });
});

describe("PolicyEntry", () => {
  it("is a model like any other", () => {
    expectTypeOf<PolicyEntry>().toEqualTypeOf<RecordOf<typeof PolicyEntry>>();
    expectTypeOf<PolicyEntry["qValue"]>().toBeNumber();
    expectTypeOf<keyof CreateOf<typeof PolicyEntry>>().toEqualTypeOf<
      "agentId" | "stateFingerprint" | "actionType" | "stateFeatures" | "actionSpec"
    >();
  });

  it("can be extended, keeping its types", () => {
    const Tuned = defineModel("Tuned", {
      ...PolicyEntry,
      group: { name: "tuned", by: ["stateFingerprint"] },
      fields: { ...PolicyEntry.fields, team: keyField(), budget: numberField({ default: 0 }) },
    });
    expectTypeOf<RecordOf<typeof Tuned>["budget"]>().toBeNumber();
    expectTypeOf<RecordOf<typeof Tuned>["qValue"]>().toBeNumber();
    expectTypeOf<CreateOf<typeof Tuned>>().toHaveProperty("team");
    expectTypeOf<UpdateOf<typeof Tuned>>().not.toHaveProperty("qValue");
  });
});
