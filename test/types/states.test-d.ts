import { describe, expectTypeOf, it } from "vitest";
import type { JsonValue } from "../../src/maths/json/json-value.js";
import type { StateDeclaration, StateOf } from "../../src/maths/states/declaration.js";

const DECLARATION = {
  features: { amount: { edges: [50, 200] }, hour: "number", region: "gate", userId: "slot" },
  levels: [["tool", "tier"], ["tool"]],
} as const satisfies StateDeclaration;

type State = StateOf<typeof DECLARATION>;

declare function decide(state: State): void;

describe("the type of a declared state", () => {
  it("has numbers where numbers are declared, and any JSON elsewhere", () => {
    expectTypeOf<State["amount"]>().toEqualTypeOf<number | null | undefined>();
    expectTypeOf<State["hour"]>().toEqualTypeOf<number | null | undefined>();
    expectTypeOf<State["region"]>().toEqualTypeOf<JsonValue | undefined>();
    decide({ amount: 12, region: "eu", tool: "pay", tier: { level: 2 } });
    decide({});
    // @ts-expect-error a number is declared
    decide({ amount: "12" });
    // @ts-expect-error no JSON
    decide({ tool: new Date() });
  });

  it("is any JSON object without declared features", () => {
    expectTypeOf<StateOf<{ levels: "learned" }>["anything"]>().toEqualTypeOf<JsonValue | undefined>();
  });

  it("is declared with known kinds of features only", () => {
    // @ts-expect-error no such kind
    ({ features: { amount: "numbers" } }) satisfies StateDeclaration;
    // @ts-expect-error edges are numbers
    ({ features: { amount: { edges: ["50"] } } }) satisfies StateDeclaration;
  });
});
