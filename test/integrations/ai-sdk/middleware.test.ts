import * as ai6 from "ai6";
import { MockLanguageModelV3 } from "ai6/test";
import * as ai7 from "ai7";
import { MockLanguageModelV4 } from "ai7/test";
import { describe, expect, it, vi } from "vitest";
import { z } from "zod";
import {
  type ModelTurn,
  type PolicyCacheMiddleware,
  type PolicyCacheMiddlewareOptions,
  policyCacheMiddleware,
  toolState,
} from "../../../src/integrations/ai-sdk/index.js";
import { counted, DEPLOY, openCache, openProven, repeat, STATE } from "../support/caches.js";

const deploying = (turn: ModelTurn) => (turn.step === 0 ? STATE : { task: "finish" });

/** What a scripted model answers: a call of a tool, or words. */
type Said = { readonly tool: string; readonly input: object } | string;

const USAGE = {
  inputTokens: { total: 10, noCache: 10, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 5, text: 5, reasoning: 0 },
};

let calls = 0;

function contentOf(said: Said) {
  if (typeof said === "string") return [{ type: "text", text: said }] as const;
  calls += 1;
  return [
    { type: "tool-call", toolCallId: `call_${calls}`, toolName: said.tool, input: JSON.stringify(said.input) },
  ] as const;
}

function generated(said: Said) {
  const unified = typeof said === "string" ? ("stop" as const) : ("tool-calls" as const);
  return { content: [...contentOf(said)], finishReason: { unified, raw: undefined }, usage: USAGE, warnings: [] };
}

function streamed(said: Said) {
  const { content, finishReason, usage } = generated(said);
  const [part] = content;
  const parts =
    part?.type === "text"
      ? [
          { type: "text-start" as const, id: "1" },
          { type: "text-delta" as const, id: "1", delta: part.text },
          { type: "text-end" as const, id: "1" },
        ]
      : content;
  const chunks = [
    { type: "stream-start" as const, warnings: [] },
    ...parts,
    { type: "finish" as const, finishReason, usage },
  ];
  return ai7.simulateReadableStream({ chunks: chunks as never[], initialDelayInMs: null, chunkDelayInMs: null });
}

/** A tool of an agent, which may fail, and what it was called with. */
interface World {
  readonly run: (input: { readonly playbook: string }) => Promise<string>;
  readonly approval?: "denied";
  readonly signal?: AbortSignal;
  readonly listens?: boolean;
}

interface Agent {
  readonly asked: () => number;
  readonly act: (
    world: World,
  ) => Promise<{ readonly text: string; readonly metadata: unknown; readonly steps: number }>;
}

const inputSchema = z.object({ playbook: z.string() });
const prompt = "Deploy it.";

/** An agent of either version, with the script of its model: each run of the agent starts it anew. */
const AGENTS: Record<string, (middleware: PolicyCacheMiddleware, script: (step: number) => Said) => Agent> = {
  "ai 7, generating": (middleware, script) => {
    let step = 0;
    const mock = new MockLanguageModelV4({ doGenerate: async () => generated(script(step)) });
    const model = ai7.wrapLanguageModel({ model: mock, middleware });
    return {
      asked: () => mock.doGenerateCalls.length,
      act: async ({ run, approval, signal, listens }) => {
        step = 0;
        const result = await ai7.generateText({
          model,
          prompt,
          tools: { deploy: ai7.tool({ inputSchema, execute: run }) },
          stopWhen: ai7.stepCountIs(3),
          ...(approval === undefined ? {} : { toolApproval: { deploy: approval } }),
          ...(signal === undefined ? {} : { abortSignal: signal }),
          ...(listens ? { onToolExecutionEnd: middleware.onToolExecutionEnd } : {}),
          onStepEnd: () => {
            step += 1;
          },
        });
        const [first] = result.steps;
        return { text: result.text, metadata: first?.providerMetadata?.policycache, steps: result.steps.length };
      },
    };
  },
  "ai 7, streaming": (middleware, script) => {
    let step = 0;
    const mock = new MockLanguageModelV4({ doStream: async () => ({ stream: streamed(script(step)) }) });
    const model = ai7.wrapLanguageModel({ model: mock, middleware });
    return {
      asked: () => mock.doStreamCalls.length,
      act: async ({ run, approval, signal, listens }) => {
        step = 0;
        const result = ai7.streamText({
          model,
          prompt,
          tools: { deploy: ai7.tool({ inputSchema, execute: run }) },
          stopWhen: ai7.stepCountIs(3),
          onError: () => {},
          ...(approval === undefined ? {} : { toolApproval: { deploy: approval } }),
          ...(signal === undefined ? {} : { abortSignal: signal }),
          ...(listens ? { onToolExecutionEnd: middleware.onToolExecutionEnd } : {}),
          onStepEnd: () => {
            step += 1;
          },
        });
        await result.consumeStream();
        const steps = await result.steps;
        return { text: await result.text, metadata: steps[0]?.providerMetadata?.policycache, steps: steps.length };
      },
    };
  },
  "ai 6, generating": (middleware, script) => {
    let step = 0;
    const mock = new MockLanguageModelV3({ doGenerate: async () => generated(script(step)) });
    const model = ai6.wrapLanguageModel({ model: mock, middleware });
    return {
      asked: () => mock.doGenerateCalls.length,
      act: async ({ run, signal, listens }) => {
        step = 0;
        const result = await ai6.generateText({
          model,
          prompt,
          tools: { deploy: ai6.tool({ inputSchema, execute: run }) },
          stopWhen: ai6.stepCountIs(3),
          ...(signal === undefined ? {} : { abortSignal: signal }),
          ...(listens ? { experimental_onToolCallFinish: middleware.onToolExecutionEnd } : {}),
          onStepFinish: () => {
            step += 1;
          },
        });
        const [first] = result.steps;
        return { text: result.text, metadata: first?.providerMetadata?.policycache, steps: result.steps.length };
      },
    };
  },
  "ai 6, streaming": (middleware, script) => {
    let step = 0;
    const mock = new MockLanguageModelV3({ doStream: async () => ({ stream: streamed(script(step)) }) });
    const model = ai6.wrapLanguageModel({ model: mock, middleware });
    return {
      asked: () => mock.doStreamCalls.length,
      act: async ({ run, signal, listens }) => {
        step = 0;
        const result = ai6.streamText({
          model,
          prompt,
          tools: { deploy: ai6.tool({ inputSchema, execute: run }) },
          stopWhen: ai6.stepCountIs(3),
          onError: () => {},
          ...(signal === undefined ? {} : { abortSignal: signal }),
          ...(listens ? { experimental_onToolCallFinish: middleware.onToolExecutionEnd } : {}),
          onStepFinish: () => {
            step += 1;
          },
        });
        await result.consumeStream();
        const steps = await result.steps;
        return { text: await result.text, metadata: steps[0]?.providerMetadata?.policycache, steps: steps.length };
      },
    };
  },
};

const deployThenTalk = (step: number): Said => (step === 0 ? DEPLOY : "It is done.");
const succeed = async () => "deployed";

describe.each(Object.entries(AGENTS))("the middleware, %s", (name, agentOf) => {
  async function start(options: Partial<PolicyCacheMiddlewareOptions> = {}, script = deployThenTalk) {
    const cache = await openCache();
    const middleware = policyCacheMiddleware(cache, { mode: "serve", state: deploying, ...options });
    return { cache, middleware, agent: agentOf(middleware, script) };
  }

  it("serves what is proven: the tool runs, and the model is asked for the words only", async () => {
    const { cache, middleware, agent } = await start();
    const run = vi.fn(succeed);
    await repeat(6, () => agent.act({ run }));
    expect(agent.asked()).toBe(12);
    expect(middleware.counts).toMatchObject({ served: 0, asked: 12 });
    const { text, metadata, steps } = await agent.act({ run });
    expect({ text, metadata, steps }).toEqual({ text: "It is done.", metadata: { kind: "serve" }, steps: 2 });
    expect(agent.asked()).toBe(13);
    expect(run).toHaveBeenCalledTimes(7);
    expect(run.mock.lastCall).toMatchObject([{ playbook: "deploy.yml" }, expect.anything()]);
    expect(await counted(cache)).toEqual([["deploy", 7, 7]]);
  });

  it("hears of a tool that fails", async () => {
    const { cache, agent } = await start();
    const run = () => Promise.reject(new Error("no space left"));
    await repeat(3, () => agent.act({ run }));
    expect(await counted(cache)).toEqual([["deploy", 0, 3]]);
    await repeat(1, () => agent.act({ run: succeed }));
    expect(await counted(cache)).toEqual([["deploy", 1, 4]]);
  });

  it("hears of failures that are returned, where it is told how they look", async () => {
    const { cache, agent } = await start({
      outcome: ({ output }) => ({
        outcome: JSON.stringify(output).includes("failed") ? "failure" : "success",
        reward: 1,
      }),
    });
    await agent.act({ run: async () => "failed: no space left" });
    expect(await counted(cache)).toEqual([["deploy", 0, 1]]);
  });

  it.runIf(name.startsWith("ai 7"))("counts a tool that was denied neither way", async () => {
    const { cache, agent } = await start();
    const run = vi.fn(succeed);
    await agent.act({ run, approval: "denied", listens: true });
    expect(run).not.toHaveBeenCalled();
    expect(await counted(cache)).toEqual([]);
  });

  it("counts a tool that was interrupted neither way", async () => {
    const { cache, agent } = await start();
    const controller = new AbortController();
    const run = async () => {
      controller.abort();
      throw controller.signal.reason;
    };
    await agent.act({ run, signal: controller.signal, listens: true }).catch(() => {});
    expect(await counted(cache)).toEqual([]);
  });

  it("hears at once where it is called when a tool has ended, and counts once", async () => {
    const { cache, agent } = await start();
    await agent.act({ run: succeed, listens: true });
    expect(await counted(cache)).toEqual([["deploy", 1, 1]]);
  });

  it("only watches by default", async () => {
    const { cache, middleware, agent } = await start({ mode: undefined });
    await repeat(8, () => agent.act({ run: succeed }));
    expect(agent.asked()).toBe(16);
    expect(middleware.counts).toMatchObject({ served: 0, couldServe: 2 + 2, agreed: 2 + 2 });
    expect(await counted(cache)).toEqual([["deploy", 8, 8]]);
  });

  it("does not serve a tool that is gone, or takes something else by now", async () => {
    const onRefusal = vi.fn();
    const { cache, agent } = await start({ onRefusal });
    for (const action of [
      { type: "wipe", spec: {} },
      { type: "deploy", spec: { playbook: 3 } },
    ]) {
      await cache.recordMany(Array(9).fill({ state: STATE, action, outcome: "success" }));
      const { metadata } = await agent.act({ run: succeed });
      expect(metadata).toMatchObject({ kind: "own", refused: expect.any(String) });
      await cache.retire({ state: STATE, actionType: action.type } as never, "tested").catch(() => {});
    }
    expect(onRefusal.mock.calls[0]?.[0]).toBe("wipe: there is no such tool now");
  });

  it("passes on what the model throws, and counts nothing", async () => {
    const { cache, agent } = await start({}, () => {
      throw new Error("overloaded");
    });
    await agent.act({ run: succeed }).catch(() => {});
    expect(await counted(cache)).toEqual([]);
  });
});

describe("a history that a served call would break", () => {
  it.each([
    ["the model thinks", { anthropic: { thinking: { type: "enabled", budgetTokens: 1024 } } }],
    ["the provider keeps the history", { openai: { previousResponseId: "resp_1" } }],
  ])("is left to the model, with the reason: %s", async (reason, providerOptions) => {
    const cache = await openProven();
    const onRefusal = vi.fn();
    const middleware = policyCacheMiddleware(cache, { mode: "try", state: () => STATE, onRefusal });
    const model = ai7.wrapLanguageModel({
      model: new MockLanguageModelV4({ doGenerate: generated("Hello.") }),
      middleware,
    });
    const tools = { deploy: ai7.tool({ inputSchema, execute: succeed }) };
    const { text, providerMetadata } = await ai7.generateText({ model, prompt, tools, providerOptions });
    expect(text).toBe("Hello.");
    expect(providerMetadata?.policycache).toEqual({ kind: "own", refused: expect.stringContaining(reason) });
    expect(onRefusal).toHaveBeenCalledWith(
      expect.stringContaining(reason),
      expect.objectContaining({ step: 0, said: prompt }),
    );
  });
});

describe("a suggestion", () => {
  it("is told to the model among its instructions", async () => {
    const cache = await openProven();
    const middleware = policyCacheMiddleware(cache, { mode: "suggest", state: () => STATE });
    const mock = new MockLanguageModelV4({ doGenerate: generated("Hello.") });
    const model = ai7.wrapLanguageModel({ model: mock, middleware });
    await ai7.generateText({
      model,
      prompt,
      instructions: "You deploy.",
      tools: { deploy: ai7.tool({ inputSchema, execute: succeed }) },
    });
    const [system] = mock.doGenerateCalls[0]?.prompt ?? [];
    expect(system?.content).toMatch(
      /^You deploy\.\n\nIn this situation it has worked before to call deploy with \{"playbook":"deploy.yml"\}/,
    );
  });
});

describe("calls of several tools at once", () => {
  it("are one decision: served together, and a failure where one has failed", async () => {
    const cache = await openCache();
    const middleware = policyCacheMiddleware(cache, { mode: "serve", state: (turn) => toolState(turn, STATE) });
    let step = 0;
    const both = () => [...contentOf({ tool: "test", input: {} }), ...contentOf(DEPLOY)];
    const mock = new MockLanguageModelV4({
      doGenerate: async () => (step === 0 ? { ...generated(DEPLOY), content: both() } : generated("Done.")),
    });
    const model = ai7.wrapLanguageModel({ model: mock, middleware });
    const act = (run: () => Promise<string>) => {
      step = 0;
      return ai7.generateText({
        model,
        prompt,
        tools: {
          deploy: ai7.tool({ inputSchema, execute: succeed }),
          test: ai7.tool({ inputSchema: z.object({}), execute: run }),
        },
        stopWhen: ai7.stepCountIs(2),
        onToolExecutionEnd: middleware.onToolExecutionEnd,
        onStepEnd: () => {
          step += 1;
        },
      });
    };
    await act(() => Promise.reject(new Error("red")));
    await repeat(13, () => act(succeed));
    const result = await act(succeed);
    expect(result.steps[0]?.toolCalls.map(({ toolName }) => toolName)).toEqual(["test", "deploy"]);
    expect(result.steps[0]?.providerMetadata?.policycache).toEqual({ kind: "serve" });
    const { evidence } = await cache.explain({ state: { ...STATE, step: 0 } });
    expect(evidence).toMatchObject([{ actionType: "test+deploy", successes: 14, trials: 15 }]);
  });
});
