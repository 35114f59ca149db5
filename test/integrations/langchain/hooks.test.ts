import { AIMessage, type BaseMessage, HumanMessage } from "@langchain/core/messages";
import { Command, MemorySaver, MessagesAnnotation, StateGraph } from "@langchain/langgraph";
import { ToolNode, toolsCondition } from "@langchain/langgraph/prebuilt";
import { createAgent, createMiddleware, fakeModel, humanInTheLoopMiddleware, tool } from "langchain";
import { describe, expect, it, vi } from "vitest";
import { z } from "zod";
import {
  type ChatTurn,
  type PolicyCacheHooks,
  type PolicyCacheHooksOptions,
  policyCacheHooks,
} from "../../../src/integrations/langchain/index.js";
import { counted, DEPLOY, openCache, openProven, repeat, STATE } from "../support/caches.js";

const deploying = (turn: ChatTurn) => (turn.step === 0 ? STATE : { task: "finish" });
const succeed = async () => "deployed";

let calls = 0;

/** Calls the tool, and says a word about it. */
function deployThenTalk() {
  calls += 1;
  const call = { name: DEPLOY.tool, args: DEPLOY.input, id: `call_${calls}` };
  return fakeModel().respondWithTools([call]).respond(new AIMessage("It is done."));
}

/** Says the word only. */
const talk = () => fakeModel().respond(new AIMessage("It is done."));

type Run = (input: { readonly playbook: string }) => Promise<string>;

function deployTool(run: Run) {
  const schema = z.object({ playbook: z.string() });
  return tool(run, { name: "deploy", description: "Deploys.", schema });
}

// Its own types do not hold under exactOptionalPropertyTypes.
const rejecting = Object.assign(
  createMiddleware({ name: "rejecting" }),
  humanInTheLoopMiddleware({ interruptOn: { deploy: { allowedDecisions: ["reject"] } } } as never) as object,
);

const messages = [new HumanMessage("Deploy it.")];

async function act(hooks: PolicyCacheHooks, run: Run, model = deployThenTalk()): Promise<readonly BaseMessage[]> {
  const agent = createAgent({ model, tools: [deployTool(run)], middleware: [createMiddleware(hooks)] });
  return (await agent.invoke({ messages })).messages;
}

async function start(options: Partial<PolicyCacheHooksOptions> = {}) {
  const cache = await openCache();
  return { cache, hooks: policyCacheHooks(cache, { mode: "serve", state: deploying, ...options }) };
}

describe("the hooks of an agent", () => {
  it("serve what is proven: the tool runs, and the model is asked for the words only", async () => {
    const { cache, hooks } = await start();
    const run = vi.fn(succeed);
    await repeat(6, () => act(hooks, run));
    expect(hooks.counts).toMatchObject({ served: 0, asked: 12 });
    const said = await act(hooks, run, talk());
    expect(said.map(({ type }) => type)).toEqual(["human", "ai", "tool", "ai"]);
    expect(said.at(1)?.response_metadata).toMatchObject({ policycache: { kind: "serve" } });
    expect(said.at(-1)?.content).toBe("It is done.");
    expect(hooks.counts).toMatchObject({ served: 1, asked: 13 });
    expect(run).toHaveBeenCalledTimes(7);
    expect(await counted(cache)).toEqual([["deploy", 7, 7]]);
  });

  it("hear of a tool that fails, and leave it to the model as before", async () => {
    const { cache, hooks } = await start();
    const said = await act(hooks, () => Promise.reject(new Error("no space left")));
    expect(said.at(2)).toMatchObject({ type: "tool", status: "error" });
    expect(await counted(cache)).toEqual([["deploy", 0, 1]]);
  });

  it.each([undefined, "Not on a Friday."])("count a tool that a person rejects neither way: %s", async (message) => {
    const { cache, hooks } = await start({
      outcome: ({ status, output }) => (output === message ? "neither" : status === "denied" ? "neither" : "success"),
    });
    const run = vi.fn(succeed);
    const agent = createAgent({
      model: deployThenTalk(),
      tools: [deployTool(run)],
      middleware: [createMiddleware(hooks), rejecting],
      checkpointer: new MemorySaver(),
    });
    const config = { configurable: { thread_id: "1" } };
    await agent.invoke({ messages }, config);
    const decision = message === undefined ? { type: "reject" } : { type: "reject", message };
    await agent.invoke(new Command({ resume: { decisions: [decision] } }), config);
    expect(run).not.toHaveBeenCalled();
    expect(hooks.counts.asked).toBe(2);
    expect(await counted(cache)).toEqual([]);
  });

  it("count a tool that was interrupted neither way", async () => {
    const { cache, hooks } = await start();
    const controller = new AbortController();
    const run = async () => {
      controller.abort();
      throw new DOMException("stopped", "AbortError");
    };
    const middleware = [createMiddleware(hooks), createMiddleware(hooks.toolHooks)];
    const agent = createAgent({ model: deployThenTalk(), tools: [deployTool(run)], middleware });
    await expect(agent.invoke({ messages }, { signal: controller.signal })).rejects.toThrow();
    expect(await counted(cache)).toEqual([]);
  });

  it("hear at once of a tool whose error ends the run, where tools are wrapped, and pass the error on", async () => {
    const { cache, hooks } = await start();
    const failure = new Error("no space left");
    const middleware = [createMiddleware(hooks), createMiddleware(hooks.toolHooks)];
    const agent = createAgent({
      model: deployThenTalk(),
      tools: [deployTool(() => Promise.reject(failure))],
      middleware,
    });
    await expect(agent.invoke({ messages })).rejects.toThrow("no space left");
    expect(await counted(cache)).toEqual([["deploy", 0, 1]]);
  });

  it("only watch by default, and know the thread", async () => {
    const threads = new Set<string | undefined>();
    const { cache, hooks } = await start({
      mode: undefined,
      episodeId: ({ threadId }) => {
        threads.add(threadId);
        return threadId;
      },
    });
    const agent = () =>
      createAgent({ model: deployThenTalk(), tools: [deployTool(succeed)], middleware: [createMiddleware(hooks)] });
    for (const thread_id of ["1", "2", "3", "4", "5", "6", "7", "8"]) {
      await agent().invoke({ messages }, { configurable: { thread_id } });
    }
    expect(threads).toEqual(new Set(["1", "2", "3", "4", "5", "6", "7", "8"]));
    expect(hooks.counts).toMatchObject({ served: 0, asked: 16, couldServe: 4, agreed: 4 });
    expect(await counted(cache)).toEqual([["deploy", 8, 8]]);
  });

  it("suggest among the instructions of the system", async () => {
    const hooks = policyCacheHooks(await openProven(), { mode: "suggest", state: deploying });
    const model = talk();
    await act(hooks, succeed, model);
    expect(JSON.stringify(model.calls[0]?.messages[0])).toContain("it has worked before to call deploy");
  });

  it("leave a turn to the model in which it thinks, with the reason", async () => {
    const onRefusal = vi.fn();
    const hooks = policyCacheHooks(await openProven(), { mode: "serve", state: () => STATE, onRefusal });
    const model = Object.assign(talk(), { thinking: { type: "enabled" } });
    await act(hooks, succeed, model);
    expect(hooks.counts).toMatchObject({ served: 0, asked: 1 });
    expect(onRefusal.mock.calls[0]?.[0]).toContain("the model thinks");
  });
});

describe("a node of a graph", () => {
  it("serves in place of the model, and hears from the messages", async () => {
    const cache = await openCache();
    const hooks = policyCacheHooks(cache, { mode: "serve", state: deploying });
    const tools = [deployTool(succeed)];
    const actInGraph = async (model: ReturnType<typeof talk>) => {
      const graph = new StateGraph(MessagesAnnotation)
        .addNode("model", hooks.node(model, tools))
        .addNode("tools", new ToolNode(tools))
        .addEdge("__start__", "model")
        .addConditionalEdges("model", toolsCondition)
        .addEdge("tools", "model")
        .compile();
      return (await graph.invoke({ messages })).messages;
    };
    await repeat(6, () => actInGraph(deployThenTalk()));
    const said = await actInGraph(talk());
    expect(said.map(({ type }) => type)).toEqual(["human", "ai", "tool", "ai"]);
    expect(hooks.counts).toMatchObject({ served: 1, asked: 13 });
    expect(await counted(cache)).toEqual([["deploy", 7, 7]]);
  });
});
