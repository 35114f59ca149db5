import { describe, expectTypeOf, it } from "vitest";
import { cachePolicy } from "../../src/evaluation/index.js";
import type { PolicyCache, ReportResult } from "../../src/index.js";

interface Ticket {
  readonly kind: "refund" | "question";
  readonly vip?: boolean;
}
interface Refund {
  readonly type: "refund";
  readonly spec: { readonly percent: number };
}
type Step = Refund | { readonly type: "escalate" };

declare const cache: PolicyCache<{ state: Ticket; action: Step }>;
declare const untyped: PolicyCache;

const TICKET: Ticket = { kind: "refund" };
const REFUND: Refund = { type: "refund", spec: { percent: 100 } };

describe("a cache of typed states and actions", () => {
  it("takes its own states and actions, written as interfaces, and refuses others", () => {
    expectTypeOf(cache.record).toBeCallableWith({ state: TICKET, action: REFUND, outcome: "success" });
    expectTypeOf(cache.record).toBeCallableWith({ state: TICKET, action: { type: "escalate" }, outcome: "failure" });
    // @ts-expect-error no such kind of ticket
    void cache.decide({ state: { kind: "refunds" } });
    // @ts-expect-error no such action
    void cache.record({ state: TICKET, action: { type: "wipe" }, outcome: "success" });
    // @ts-expect-error a refund has a percentage
    void cache.record({ state: TICKET, action: { type: "refund", spec: { share: 1 } }, outcome: "success" });
  });

  it("takes undefined for what is absent", () => {
    const vip: boolean | undefined = undefined;
    void untyped.record({ state: { kind: "a", vip }, action: { type: "b" }, outcome: "success", episodeId: undefined });
    void cache.decide({ state: TICKET, episodeId: undefined, agentId: undefined });
  });

  it("narrows a decision by its kind, and its action by the type", async () => {
    const decision = await cache.decide({ state: TICKET });
    expectTypeOf(decision.kind).toEqualTypeOf<"serve" | "suggest" | "abstain">();
    if (decision.kind === "abstain") {
      expectTypeOf(decision).not.toHaveProperty("action");
      return;
    }
    expectTypeOf(decision.decisionId).toEqualTypeOf<string>();
    if (decision.kind === "serve") expectTypeOf(decision).not.toHaveProperty("missing");
    if (decision.action.type === "refund") expectTypeOf(decision.action.spec.percent).toEqualTypeOf<number>();
    // @ts-expect-error an action of another type has no percentage
    decision.action.spec.percent;
  });

  it("narrows what it explored and what the fallback said alike", async () => {
    const explored = await cache.decide({ state: TICKET, explore: { strategy: "greedy", candidates: [REFUND] } });
    if (explored.kind === "explore" && explored.action.type === "refund") {
      expectTypeOf(explored.action.spec.percent).toEqualTypeOf<number>();
      expectTypeOf(explored.propensity).toEqualTypeOf<number>();
    }
    const decided = await cache.decide({ state: TICKET, fallback: () => REFUND });
    expectTypeOf(decided.kind).toEqualTypeOf<"serve" | "trial" | "fallback">();
    if (decided.action.type === "refund") expectTypeOf(decided.action.spec.percent).toEqualTypeOf<number>();
    // @ts-expect-error not one of its actions
    void cache.decide({ state: TICKET, fallback: () => ({ type: "wipe" }) });
  });

  it("tells listeners what callers get", () => {
    cache.on("served", (decision) => expectTypeOf(decision.kind).toEqualTypeOf<"serve">());
    // @ts-expect-error no such event
    cache.on("server", () => {});
  });

  it("can be evaluated, as one without types can", () => {
    expectTypeOf(cachePolicy(cache)).toEqualTypeOf(cachePolicy(untyped));
  });
});

describe("what a report taught", () => {
  it("has a Q-value only when something was learned", () => {
    const result = {} as ReportResult;
    if (result.status === "learned") expectTypeOf(result.qValue).toEqualTypeOf<number>();
    else expectTypeOf(result).not.toHaveProperty("qValue");
  });
});
