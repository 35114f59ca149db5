import { describe, expectTypeOf, it } from "vitest";
import type * as surface from "../../src/index.js";
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
    expectTypeOf<AnyIn<Omit<typeof surface, "jsonField">>>().toBeNever();
    expectTypeOf<AnyIn<ReturnType<typeof surface.jsonField<{ tries: number }>>>>().toBeNever();
  });

  it("has none in a repository, its handles or its records", () => {
    expectTypeOf<AnyIn<surface.Repository<typeof Lesson>>>().toBeNever();
    expectTypeOf<AnyIn<surface.RecordOf<typeof Lesson>>>().toBeNever();
    expectTypeOf<AnyIn<surface.CreateOf<typeof Lesson>>>().toBeNever();
    expectTypeOf<AnyIn<surface.UpdateOf<typeof Lesson>>>().toBeNever();
    expectTypeOf<AnyIn<surface.WhereOf<typeof Lesson>>>().toBeNever();
    expectTypeOf<AnyIn<surface.PolicyEntry>>().toBeNever();
  });

  it("has none in what the cache answers", () => {
    expectTypeOf<AnyIn<surface.PolicyCache>>().toBeNever();
    expectTypeOf<AnyIn<surface.Decision>>().toBeNever();
    expectTypeOf<AnyIn<surface.Explanation>>().toBeNever();
    expectTypeOf<AnyIn<surface.OutcomeEvent>>().toBeNever();
  });
});
