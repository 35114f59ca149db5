import { Client, InMemoryTransport } from "@modelcontextprotocol/client";
import { McpServer } from "@modelcontextprotocol/server";
import { describe, expect, it, onTestFinished } from "vitest";
import type { PolicyCache } from "../../../src/index.js";
import { addPolicyCacheTools, type PolicyCacheToolsOptions } from "../../../src/integrations/mcp/index.js";
import { counted, DEPLOY, openCache, STATE } from "../support/caches.js";

const ACTION = { type: DEPLOY.tool, spec: DEPLOY.input };

async function connect(cache: PolicyCache, options?: PolicyCacheToolsOptions) {
  const server = addPolicyCacheTools(new McpServer({ name: "policycache", version: "0.1.0" }), cache, options);
  const client = new Client({ name: "test", version: "0.1.0" });
  const [here, there] = InMemoryTransport.createLinkedPair();
  await Promise.all([server.connect(there), client.connect(here)]);
  onTestFinished(() => client.close());
  const call = async (name: string, given: object) => {
    const { structuredContent, isError, content } = await client.callTool({ name, arguments: { ...given } });
    return { structuredContent: structuredContent as Record<string, unknown>, isError, content };
  };
  return { client, call };
}

describe("the tools of a server", () => {
  it("record, decide, report, explain and list", async () => {
    const cache = await openCache();
    const { call } = await connect(cache);
    for (let run = 0; run < 6; run += 1) {
      const { structuredContent } = await call("policycache_record", {
        state: STATE,
        action: ACTION,
        outcome: "success",
      });
      expect(structuredContent).toEqual({ recorded: true });
    }
    const decided = await call("policycache_decide", { state: STATE });
    expect(decided.structuredContent).toMatchObject({ kind: "serve", action: ACTION, reason: expect.any(String) });
    expect(decided.content).toEqual([{ type: "text", text: JSON.stringify(decided.structuredContent) }]);
    const { decision } = decided.structuredContent;
    expect((await call("policycache_report", { decision, outcome: "failure" })).structuredContent).toEqual({
      status: "learned",
    });
    expect((await call("policycache_report", { decision, outcome: "failure" })).structuredContent).toEqual({
      status: "repeated",
    });
    expect(await counted(cache)).toEqual([["deploy", 6, 7]]);
    const explained = await call("policycache_explain", { state: STATE });
    expect(explained.structuredContent.evidence).toMatchObject([{ successes: 6, trials: 7 }]);
    const listed = await call("policycache_policies", { limit: 5 });
    expect(listed.structuredContent).toMatchObject({
      policies: [{ state: STATE, action: ACTION, successes: 6, trials: 7 }],
    });
    expect((await call("policycache_decide", { state: { task: "other" } })).structuredContent.kind).toBe("abstain");
  });

  it("say what is wrong with an argument, and change nothing", async () => {
    const cache = await openCache();
    const { call } = await connect(cache);
    const textOf = async (name: string, given: object) => {
      const { isError, content } = await call(name, given);
      expect(isError).toBe(true);
      return JSON.stringify(content);
    };
    expect(await textOf("policycache_decide", {})).toContain("state is missing");
    expect(await textOf("policycache_decide", { state: STATE, agentId: "somebody" })).toContain("agentId is not known");
    expect(await textOf("policycache_record", { state: STATE, action: ACTION, outcome: "good" })).toContain(
      "outcome is",
    );
    expect(await textOf("policycache_report", { decision: "made up", outcome: "success" })).toContain("decisionId is");
    expect(await counted(cache)).toEqual([]);
  });

  it("speak for the agent that the server names, and for no other", async () => {
    const cache = await openCache();
    const one = await connect(cache, { agentId: "one" });
    const two = await connect(cache, { agentId: () => "two" });
    for (let run = 0; run < 6; run += 1) {
      await one.call("policycache_record", { state: STATE, action: ACTION, outcome: "success" });
    }
    const { decision } = (await one.call("policycache_decide", { state: STATE })).structuredContent;
    expect((await two.call("policycache_decide", { state: STATE })).structuredContent.kind).toBe("abstain");
    expect((await two.call("policycache_report", { decision, outcome: "success" })).isError).toBe(true);
  });

  it("list their schemas and say which of them write", async () => {
    const { client } = await connect(await openCache());
    const { tools } = await client.listTools();
    expect(tools.map(({ name, annotations }) => [name, annotations?.readOnlyHint])).toEqual([
      ["policycache_decide", true],
      ["policycache_report", false],
      ["policycache_record", false],
      ["policycache_explain", true],
      ["policycache_policies", true],
    ]);
    for (const { inputSchema, outputSchema } of tools) {
      expect(inputSchema).toMatchObject({ type: "object", additionalProperties: false });
      expect(outputSchema).toMatchObject({ type: "object" });
    }
  });
});
