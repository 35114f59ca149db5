import { describe, expect, it, vi } from "vitest";
import type { PolicyCache } from "../../src/cache/policy-cache.js";
import { InvalidArgumentError } from "../../src/common/errors.js";
import { reflex } from "../../src/reflex/reflex.js";
import { describeOnEveryEngine, openTestCache } from "../support/stores/stores.js";

interface Ticket {
  readonly subject: string;
  readonly text: string;
}

const TICKET: Ticket = { subject: "broken", text: "It does not start." };
const STATE = { subject: "broken" };
const REFUND = { type: "refund", spec: { percent: 100 } };

const stateOf = ({ subject }: Ticket) => ({ subject });

async function repeat(times: number, work: () => Promise<unknown>): Promise<void> {
  for (let time = 0; time < times; time += 1) await work();
}

/** Outcomes of the actions of a state, as they were counted. */
async function countedIn(cache: PolicyCache): Promise<readonly (readonly [string, number, number])[]> {
  const { evidence } = await cache.explain({ state: STATE });
  return evidence.map(({ actionType, successes, trials }) => [actionType, successes, trials] as const);
}

describeOnEveryEngine("a reflex", (engine) => {
  it("calls its function until the cache serves, and carries out either alike", async () => {
    const cache = await openTestCache(engine, { workers: "inline" });
    const askModel = vi.fn(async (_ticket: Ticket) => REFUND);
    const act = vi.fn(async ({ spec }: typeof REFUND, { text }: Ticket) => `${spec.percent} % for: ${text}`);
    const route = reflex(cache, { mode: "serve", state: stateOf, act }, askModel);
    const kinds: string[] = [];
    await repeat(8, async () => {
      const { kind, result, id } = await route.run(TICKET);
      kinds.push(kind);
      expect(result).toBe("100 % for: It does not start.");
      expect(id).toEqual(expect.any(String));
    });
    expect(kinds).toEqual([...Array(6).fill("own"), "serve", "serve"]);
    expect(askModel).toHaveBeenCalledTimes(6);
    expect(act).toHaveBeenCalledTimes(8);
    expect(route.counts).toEqual({ served: 2, tried: 0, asked: 6, couldServe: 0, agreed: 0, unaided: 0 });
    expect(await countedIn(cache)).toEqual([["refund", 8, 8]]);
  });

  it("hears of failures as of successes, whoever decided, and passes on what was thrown", async () => {
    const cache = await openTestCache(engine, { workers: "inline" });
    const failure = new Error("the playbook failed");
    let isBroken = false;
    const act = async () => {
      if (isBroken) throw failure;
      return "done";
    };
    const route = reflex(cache, { mode: "serve", state: stateOf, act }, async (_ticket: Ticket) => REFUND);
    await repeat(5, () => route(TICKET));
    isBroken = true;
    await expect(route(TICKET)).rejects.toBe(failure);
    expect(await countedIn(cache)).toEqual([["refund", 5, 6]]);
    isBroken = false;
    await repeat(10, () => route(TICKET));
    expect(route.counts.served).toBeGreaterThan(0);
    isBroken = true;
    await expect(route(TICKET)).rejects.toBe(failure);
    expect(await countedIn(cache)).toEqual([["refund", 15, 17]]);
  });

  it("counts what was denied or interrupted neither way", async () => {
    const cache = await openTestCache(engine, { workers: "inline" });
    let ends: () => Promise<string> = async () => "done";
    const controller = new AbortController();
    const route = reflex(
      cache,
      {
        mode: "serve",
        state: stateOf,
        signal: () => controller.signal,
        act: () => ends(),
        outcome: (result) => (result === "denied" ? "neither" : "success"),
      },
      async (_ticket: Ticket) => REFUND,
    );
    await repeat(6, () => route(TICKET));
    ends = async () => "denied";
    expect(await route(TICKET)).toBe("denied");
    ends = () => Promise.reject(new DOMException("stopped", "AbortError"));
    await expect(route(TICKET)).rejects.toThrow("stopped");
    ends = () => {
      controller.abort(new Error("the user left"));
      return new Promise(() => {});
    };
    await expect(route(TICKET)).rejects.toThrow("the user left");
    expect(await countedIn(cache)).toEqual([["refund", 6, 6]]);
    await expect(route(TICKET)).rejects.toThrow("the user left");
  });

  it("only watches unless told otherwise, and learns what the function does where the cache would have served", async () => {
    const cache = await openTestCache(engine, { workers: "inline" });
    let chosen = REFUND;
    const askModel = vi.fn(async (_ticket: Ticket) => chosen);
    const route = reflex(cache, { state: stateOf, act: async () => "done" }, askModel);
    await repeat(8, () => route(TICKET));
    chosen = { type: "refund", spec: { percent: 50 } };
    expect((await route.run(TICKET)).kind).toBe("own");
    expect(askModel).toHaveBeenCalledTimes(9);
    expect(route.counts).toMatchObject({ served: 0, asked: 9, couldServe: 3, agreed: 2 });
    const { evidence } = await cache.explain({ state: STATE });
    expect(evidence[0]?.actions?.map(({ spec, trials }) => [spec, trials])).toEqual(
      expect.arrayContaining([
        [{ percent: 100 }, 8],
        [{ percent: 50 }, 1],
      ]),
    );
  });

  it("tells the function what the cache would do", async () => {
    const cache = await openTestCache(engine, { workers: "inline" });
    const askModel = vi.fn(async (_ticket: Ticket, _hint?: string) => REFUND);
    const route = reflex(
      cache,
      {
        mode: "suggest",
        state: stateOf,
        act: async () => "done",
        suggest: ({ action, reason }, ticket) => [ticket, `${action.type}: ${reason}`],
      },
      askModel,
    );
    await repeat(7, () => route(TICKET));
    expect(askModel.mock.calls[5]).toEqual([TICKET]);
    expect(askModel.mock.calls[6]).toEqual([TICKET, expect.stringContaining("refund: 6 of 6 outcomes were successes")]);
    expect(route.counts).toMatchObject({ served: 0, asked: 7, couldServe: 1, agreed: 1 });
  });

  it("tries, when it may, what the function's own record cannot prove", async () => {
    const cache = await openTestCache(engine, { workers: "inline" });
    let turn = 0;
    const askModel = async (_ticket: Ticket) => (turn++ % 2 === 0 ? REFUND : { type: "escalate", spec: {} });
    const options = { state: stateOf, act: async () => "done", errorBudget: 0.2, trials: { rate: 1 } } as const;
    const careful = reflex(cache, { ...options, mode: "serve" }, askModel);
    await repeat(20, () => careful(TICKET));
    expect(careful.counts).toMatchObject({ tried: 0, asked: 20 });
    const bold = reflex(cache, { ...options, mode: "try" }, askModel);
    await repeat(3, () => bold(TICKET));
    expect(bold.counts).toMatchObject({ tried: 3, asked: 0 });
  });

  it("learns late, from whatever process has the id, and once", async () => {
    const cache = await openTestCache(engine, { workers: "inline" });
    const askModel = async (_ticket: Ticket) => "refund";
    const options = {
      state: stateOf,
      action: (answer: string) => ({ type: answer }),
      answer: ({ type }: { readonly type: string }) => type,
    };
    const route = reflex(cache, options, askModel);
    const ids: string[] = [];
    await repeat(8, async () => {
      const { result, id = "" } = await route.run(TICKET);
      expect(result).toBe("refund");
      ids.push(id);
    });
    expect(await countedIn(cache)).toEqual([]);
    const elsewhere = reflex(cache, options, askModel);
    for (const id of ids.slice(0, 6)) await elsewhere.settle(id, "success");
    const { id: watched = "" } = await route.run(TICKET);
    expect(route.counts.couldServe).toBe(1);
    expect(await elsewhere.settle(watched, { outcome: "failure", reward: -1 })).toMatchObject({ status: "learned" });
    expect(await route.settle(watched, "failure")).toMatchObject({ status: "repeated" });
    expect(await route.settle(ids[6] ?? "", "neither")).toBeUndefined();
    expect(await countedIn(cache)).toEqual([["refund", 6, 7]]);
    await expect(route.settle("not an id", "success")).rejects.toThrow(InvalidArgumentError);
    await expect(route.settle(watched, "later" as never)).rejects.toThrow("ending is");
  });

  it("keeps calls apart that run at the same time", async () => {
    const cache = await openTestCache(engine, { workers: "inline" });
    const askModel = async ({ text }: Ticket) => ({ type: "answer", spec: { text } });
    const route = reflex(
      cache,
      { state: stateOf, params: ({ text }) => ({ text }), act: async ({ spec }) => spec.text },
      askModel,
    );
    const texts = Array.from({ length: 20 }, (_, index) => `text ${index}`);
    expect(await Promise.all(texts.map((text) => route({ ...TICKET, text })))).toEqual(texts);
    expect(await countedIn(cache)).toEqual([["answer", 20, 20]]);
    expect(await route({ ...TICKET, text: "another" })).toBe("another");
  });
});

describe("a reflex", () => {
  it("counts nothing when its function throws, unless the function carries out what it decides", async () => {
    const cache = await openTestCache("memory", { workers: "inline" });
    const failure = new Error("the model is down");
    const askModel = async (_ticket: Ticket): Promise<typeof REFUND> => {
      throw failure;
    };
    const route = reflex(cache, { state: stateOf }, askModel);
    await expect(route(TICKET)).rejects.toBe(failure);
    expect(await countedIn(cache)).toEqual([]);
    const doing = reflex(cache, { state: stateOf, failedAction: () => REFUND }, askModel);
    await expect(doing(TICKET)).rejects.toBe(failure);
    expect(await countedIn(cache)).toEqual([["refund", 0, 1]]);
    const forgiving = reflex(cache, { state: stateOf, failedAction: () => REFUND, thrown: () => "neither" }, askModel);
    await expect(forgiving(TICKET)).rejects.toBe(failure);
    expect(await countedIn(cache)).toEqual([["refund", 0, 1]]);
  });

  it("goes without the cache where there is no state, or the cache fails, and says so once", async () => {
    const cache = await openTestCache("memory", { workers: "inline" });
    const onError = vi.fn();
    const route = reflex(
      cache,
      { mode: "serve", state: (ticket) => (ticket.subject === "" ? undefined : stateOf(ticket)), onError },
      async (_ticket: Ticket) => REFUND,
    );
    expect(await route.run({ subject: "", text: "" })).toEqual({ result: REFUND, id: undefined, kind: "own" });
    expect(onError).not.toHaveBeenCalled();
    await cache.close();
    expect(await route(TICKET)).toBe(REFUND);
    expect(onError).toHaveBeenCalledWith(expect.objectContaining({ code: "STORE_CLOSED" }));
    expect(route.counts).toMatchObject({ asked: 2, unaided: 2 });
  });

  it("goes on when one of its own functions fails", async () => {
    const cache = await openTestCache("memory", { workers: "inline" });
    await cache.recordMany(Array(6).fill({ state: STATE, action: REFUND, outcome: "success" }));
    const wrong = () => {
      throw new Error("wrong");
    };
    const askModel = vi.fn(async (_ticket: Ticket) => REFUND);
    const onError = vi.fn();
    const usual = { mode: "serve", state: stateOf, act: async () => "done", onError } as const;
    for (const part of ["state", "params", "answer", "outcome", "signal", "agentId", "mode"] as const) {
      onError.mockClear();
      expect(await reflex(cache, { ...usual, [part]: wrong }, askModel)(TICKET)).toBe("done");
      expect(onError, part).toHaveBeenCalledTimes(1);
    }
    expect(await reflex(cache, { ...usual, outcome: () => undefined as never }, askModel)(TICKET)).toBe("done");
    expect(onError).toHaveBeenLastCalledWith(expect.any(InvalidArgumentError));
  });

  it("learns nothing of an answer that is no action, and serves no action that has no answer", async () => {
    const cache = await openTestCache("memory", { workers: "inline" });
    let answer = "I do not know";
    const onError = vi.fn();
    const route = reflex(
      cache,
      {
        mode: "serve",
        state: stateOf,
        action: (text) => (text === "refund" ? REFUND : undefined),
        answer: () => undefined,
        act: async (text) => text,
        onError,
      },
      async (_ticket: Ticket) => answer,
    );
    expect(await route.run(TICKET)).toEqual({ result: answer, id: undefined, kind: "own" });
    expect(await countedIn(cache)).toEqual([]);
    answer = "refund";
    await repeat(7, () => route(TICKET));
    expect(route.counts).toMatchObject({ served: 0, asked: 8, couldServe: 1, agreed: 1 });
    expect(await countedIn(cache)).toEqual([["refund", 7, 7]]);
    expect(onError).not.toHaveBeenCalled();
  });

  it("takes the time that its signal leaves for a failure, and an abort for none", async () => {
    const cache = await openTestCache("memory", { workers: "inline" });
    const act = () => new Promise<never>(() => {});
    const late = reflex(
      cache,
      { state: stateOf, act, signal: () => AbortSignal.timeout(20) },
      async (_ticket: Ticket) => REFUND,
    );
    await expect(late(TICKET)).rejects.toThrow("timeout");
    expect(await countedIn(cache)).toEqual([["refund", 0, 1]]);
  });

  it("refuses options that no call could use", async () => {
    const cache = await openTestCache("memory");
    const askModel = async (_ticket: Ticket) => REFUND;
    const refused = (options: object) => () => reflex(cache, { state: stateOf, ...options }, askModel);
    expect(refused({ stat: 1 })).toThrow("Did you mean state?");
    expect(refused({ state: {} })).toThrow("state is an object, expected a function");
    expect(refused({ act: "refund" })).toThrow("act is");
    expect(refused({ mode: "active" })).toThrow(`expected "watch", "suggest", "serve" or "try"`);
    expect(refused({ errorBudget: 2 })).toThrow("errorBudget");
    expect(refused({ trials: { rate: 0 } })).toThrow("trials.rate");
    expect(refused({ timeoutMs: 0 })).toThrow("timeoutMs");
    expect(() => reflex(cache, { state: stateOf }, "askModel" as never)).toThrow("decide is");
  });
});
