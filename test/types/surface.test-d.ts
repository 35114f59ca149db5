import { describe, expectTypeOf, it } from "vitest";
import type * as evaluation from "../../src/evaluation/index.js";
import type * as main from "../../src/index.js";
import type * as migration from "../../src/migration/index.js";
import type * as models from "../../src/models.js";
import type * as statistics from "../../src/statistics.js";
import type { Lesson } from "../support/lesson.js";

type IsAny<Type> = 0 extends 1 & Type ? true : false;

/** How many properties, parameters and results deep to look. */
type Deep = [1, 1, 1, 1, 1];
type Less<Depth extends readonly unknown[]> = Depth extends readonly [unknown, ...infer Rest] ? Rest : [];

/** Types of the language, whose own `any` is not ours. */
type Foreign = AbortSignal | AsyncGenerator;

/** The places where `any` can be reached from a type, as text; never when there are none. */
type AnyIn<Type, Path extends string = "", Depth extends readonly unknown[] = Deep> =
  IsAny<Type> extends true
    ? Path
    : Depth extends readonly []
      ? never
      : Type extends string | number | boolean | bigint | symbol | null | undefined | Foreign
        ? never
        : Type extends (...parameters: infer Parameters) => infer Result
          ? AnyIn<Parameters, `${Path}(...)`, Less<Depth>> | AnyIn<Result, `${Path}()`, Less<Depth>>
          : Type extends abstract new (
                ...parameters: infer Parameters
              ) => infer Instance
            ? AnyIn<Parameters, `new ${Path}(...)`, Less<Depth>> | AnyIn<Instance, `new ${Path}()`, Less<Depth>>
            : Type extends readonly (infer Item)[]
              ? AnyIn<Item, `${Path}[]`, Less<Depth>>
              : Type extends Promise<infer Value>
                ? AnyIn<Value, `await ${Path}`, Less<Depth>>
                : {
                    [Name in keyof Type & string]: AnyIn<Type[Name], `${Path}.${Name}`, Less<Depth>>;
                  }[keyof Type & string];

describe("the public surface", () => {
  it("has a finder of any that finds", () => {
    interface Leaky {
      readonly fine: string;
      // biome-ignore lint/suspicious/noExplicitAny: what is to be found
      find(value: { readonly deep: any }): Promise<any>;
    }
    expectTypeOf<AnyIn<Leaky>>().toEqualTypeOf<".find(...)[].deep" | "await .find()">();
  });

  it("exports no any, at any reachable place", () => {
    // The value of jsonField is bounded by itself, which cannot be looked into without a type argument.
    expectTypeOf<AnyIn<typeof main>>().toBeNever();
    expectTypeOf<AnyIn<Omit<typeof models, "jsonField">>>().toBeNever();
    expectTypeOf<AnyIn<typeof statistics>>().toBeNever();
    expectTypeOf<AnyIn<typeof evaluation>>().toBeNever();
    expectTypeOf<AnyIn<typeof migration>>().toBeNever();
    expectTypeOf<AnyIn<ReturnType<typeof models.jsonField<{ tries: number }>>>>().toBeNever();
  });

  it("has none in a repository, its handles or its records", () => {
    expectTypeOf<AnyIn<models.Repository<typeof Lesson>>>().toBeNever();
    expectTypeOf<AnyIn<models.RecordOf<typeof Lesson>>>().toBeNever();
    expectTypeOf<AnyIn<models.CreateOf<typeof Lesson>>>().toBeNever();
    expectTypeOf<AnyIn<models.UpdateOf<typeof Lesson>>>().toBeNever();
    expectTypeOf<AnyIn<models.WhereOf<typeof Lesson>>>().toBeNever();
    expectTypeOf<AnyIn<main.PolicyEntry>>().toBeNever();
  });

  it("has none in what the cache answers", () => {
    expectTypeOf<AnyIn<main.PolicyCache>>().toBeNever();
    expectTypeOf<AnyIn<main.Decision>>().toBeNever();
    expectTypeOf<AnyIn<main.Explanation>>().toBeNever();
    expectTypeOf<AnyIn<main.OutcomeEvent>>().toBeNever();
  });
});
