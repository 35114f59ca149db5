import { Agent, type Model, Runner, tool } from "@openai/agents-core";
import { assistantMessage, functionCall, ScriptedModel } from "@openai/agents-core/testing";
import { describe, expect, it, vi } from "vitest";
import { z } from "zod";
import type { PolicyCache } from "../../../src/index.js";
import {
  type AgentTurn,
  type PolicyCacheModelOptions,
  policyCacheModel,
  toolState,
} from "../../../src/integrations/openai-agents/index.js";
import { counted, DEPLOY, openCache, openProven, repeat, STATE } from "../support/caches.js";

const deploying = (turn: AgentTurn) => (turn.step === 0 ? STATE : { task: "finish" });
const succeed = async () => "deployed";
const runner = new Runner({ tracingDisabled: true });

type Run = (input: { readonly playbook: string }) => Promise<string>;

const parameters = z.object({ playbook: z.string() });

function deployTool(
  execute: Run,
  options: { readonly needsApproval?: boolean; readonly errorFunction?: () => string } = {},
) {
  return tool({ name: "deploy", description: "Deploys.", parameters, execute, ...options });
}

let calls = 0;

const word = () => [assistantMessage("It is done.")];

/** Calls the tool, and says a word about it. */
function deployThenTalk() {
  calls += 1;
  return [[functionCall(DEPLOY.tool, DEPLOY.input, { callId: `call_${calls}` })], word()];
}

function agentWith(model: Model, run: Run, options: Parameters<typeof deployTool>[1] = {}) {
  return new Agent({ name: "Deployer", model, tools: [deployTool(run, options)] });
}

describe.each([false, true])("a model that learns, streaming: %s", (stream) => {
  async function start(options: Partial<PolicyCacheModelOptions> = {}) {
    const cache = await openCache();
    const script = new ScriptedModel();
    const model = policyCacheModel(cache, script, { mode: "serve", state: deploying, ...options });
    const act = async (run: Run, tools: Parameters<typeof deployTool>[1] = {}, steps = deployThenTalk()) => {
      script.enqueue(...steps);
      const agent = agentWith(model, run, tools);
      if (!stream) return runner.run(agent, "Deploy it.");
      const result = await runner.run(agent, "Deploy it.", { stream: true });
      await result.completed;
      return result;
    };
    return { cache, model, script, act };
  }

  it("serves what is proven: the tool runs, and the model is asked for the words only", async () => {
    const { cache, model, script, act } = await start();
    const run = vi.fn(succeed);
    await repeat(6, () => act(run));
    expect(model.counts).toMatchObject({ served: 0, asked: 12 });
    const result = await act(run, {}, [word()]);
    expect(result.finalOutput).toBe("It is done.");
    expect(script.calls).toHaveLength(13);
    expect(model.counts).toMatchObject({ served: 1, asked: 13 });
    expect(run).toHaveBeenCalledTimes(7);
    expect(run.mock.lastCall?.at(0)).toEqual(DEPLOY.input);
    expect(await counted(cache)).toEqual([["deploy", 7, 7]]);
  });

  it("hears of a tool that fails, which to the model looks like a result", async () => {
    const { cache, act } = await start();
    await act(() => Promise.reject(new Error("no space left")));
    expect(await counted(cache)).toEqual([["deploy", 0, 1]]);
  });

  it("hears of failures in words of one's own, where it is told how they look", async () => {
    const { cache, act } = await start({
      outcome: ({ output }) => (JSON.stringify(output).includes("Sorry") ? "failure" : "success"),
    });
    await act(() => Promise.reject(new Error("no space left")), { errorFunction: () => "Sorry." });
    expect(await counted(cache)).toEqual([["deploy", 0, 1]]);
  });

  it("counts a tool that a person rejects neither way", async () => {
    const { cache, model, script, act } = await start();
    const run = vi.fn(succeed);
    const paused = await act(run, { needsApproval: true });
    for (const item of paused.interruptions) paused.state.reject(item);
    const resumed = await runner.run(agentWith(model, run, { needsApproval: true }), paused.state as never);
    expect((resumed as typeof paused).finalOutput).toBe("It is done.");
    script.assertComplete();
    expect(run).not.toHaveBeenCalled();
    expect(await counted(cache)).toEqual([]);
  });

  it("only watches by default", async () => {
    const { cache, model, act } = await start({ mode: undefined });
    await repeat(8, () => act(succeed));
    expect(model.counts).toMatchObject({ served: 0, asked: 16, couldServe: 4, agreed: 4 });
    expect(await counted(cache)).toEqual([["deploy", 8, 8]]);
  });
});

describe("a model that learns", () => {
  const ask = (cache: PolicyCache, script: ScriptedModel, onRefusal = vi.fn()) =>
    policyCacheModel(cache, script, { mode: "serve", state: (turn) => toolState(turn, STATE), onRefusal });

  it("counts a tool that was interrupted neither way", async () => {
    const cache = await openCache();
    const model = ask(cache, new ScriptedModel(deployThenTalk()));
    const controller = new AbortController();
    const run = async () => {
      controller.abort();
      throw new DOMException("stopped", "AbortError");
    };
    await runner.run(agentWith(model, run), "Deploy it.", { signal: controller.signal }).catch(() => {});
    expect(await counted(cache, { ...STATE, step: 0 })).toEqual([]);
  });

  it("leaves a history to the model that the provider keeps, with the reason", async () => {
    const cache = await openProven();
    const script = new ScriptedModel([word()]);
    const onRefusal = vi.fn();
    const model = policyCacheModel(cache, script, { mode: "serve", state: () => STATE, onRefusal });
    const agent = agentWith(model, succeed);
    const { finalOutput } = await runner.run(agent, "Deploy it.", { previousResponseId: "resp_1" });
    expect(finalOutput).toBe("It is done.");
    expect(onRefusal.mock.calls[0]?.[0]).toContain("the provider keeps the history (previousResponseId)");
    expect(model.counts).toMatchObject({ served: 0, couldServe: 1 });
  });

  it("passes on what the model throws, and is a model in everything else", async () => {
    const script = new ScriptedModel();
    const model = ask(await openCache(), script);
    await expect(runner.run(agentWith(model, succeed), "Deploy it.")).rejects.toThrow();
    expect(model.calls).toEqual(script.calls);
    expect(model.remainingSteps).toBe(0);
  });
});
