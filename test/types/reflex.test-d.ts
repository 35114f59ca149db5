import { describe, expectTypeOf, it } from "vitest";
import { type PolicyCache, reflex } from "../../src/index.js";

interface Ticket {
  readonly kind: "refund" | "question";
}
type Step = { readonly type: "refund"; readonly spec: { readonly percent: number } } | { readonly type: "escalate" };
interface Types {
  readonly state: Ticket;
  readonly action: Step;
}

declare const cache: PolicyCache<Types>;
declare const untyped: PolicyCache;
declare function askModel(ticket: Ticket, retries?: number): Promise<Step>;
declare function classify(ticket: Ticket): Promise<"billing" | "technical">;

describe("a reflex", () => {
  it("is called like its function, and returns what it returns", () => {
    const route = reflex(cache, { state: (ticket) => ticket }, askModel);
    expectTypeOf(route).toBeCallableWith({ kind: "refund" }, 3);
    expectTypeOf(route).returns.toEqualTypeOf<Promise<Step>>();
    expectTypeOf(route.run).returns.resolves.toHaveProperty("id").toEqualTypeOf<string | undefined>();
    // @ts-expect-error not what the function takes
    void route("refund");
  });

  it("returns what comes of carrying an answer out", () => {
    const options = {
      state: (ticket: Ticket) => ticket,
      act: async (step: Step, ticket: Ticket) => step.type + ticket.kind,
    };
    expectTypeOf(reflex(cache, options, askModel)).returns.toEqualTypeOf<Promise<string>>();
    const counted = reflex(
      cache,
      {
        state: (ticket) => ticket,
        act: async ({ type }) => type.length,
        outcome: (length) => (length > 1 ? "success" : "failure"),
      },
      askModel,
    );
    expectTypeOf(counted).returns.toEqualTypeOf<Promise<number>>();
  });

  it("has an answer that is no action translated both ways", () => {
    const route = reflex(
      untyped,
      {
        state: ({ kind }) => ({ kind }),
        action: (queue) => ({ type: queue }),
        answer: ({ type }) => (type === "billing" ? "billing" : "technical"),
      },
      classify,
    );
    expectTypeOf(route).returns.toEqualTypeOf<Promise<"billing" | "technical">>();
    // @ts-expect-error a text is no action
    reflex(untyped, { state: ({ kind }: Ticket) => ({ kind }) }, classify);
  });

  it("takes states and actions of its cache only", () => {
    // @ts-expect-error no such kind
    reflex(cache, { state: () => ({ kind: "wipe" }) }, askModel);
    // @ts-expect-error no such action
    reflex(cache, { state: (ticket: Ticket) => ticket }, async (_ticket: Ticket) => ({ type: "wipe" }));
  });
});
