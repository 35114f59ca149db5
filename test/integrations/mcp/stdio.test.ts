import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { expect, it, onTestFinished } from "vitest";
import { PolicyCache } from "../../../src/index.js";
import { counted, DEPLOY, STATE } from "../support/caches.js";

const SERVER = ["--import", "tsx", join(import.meta.dirname, "stdio-server.ts")];
const event = { state: STATE, action: { type: DEPLOY.tool, spec: DEPLOY.input }, outcome: "failure" };

function temporaryFile(): string {
  const folder = mkdtempSync(join(tmpdir(), "policycache-mcp-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, "policies.db");
}

it.each(["legacy", "auto"] as const)("a process keeps what a client of the %s protocol records", async (mode) => {
  const file = temporaryFile();
  const client = new Client({ name: "test", version: "0.1.0" }, { versionNegotiation: { mode } });
  await client.connect(new StdioClientTransport({ command: process.execPath, args: [...SERVER, file] }));
  const result = await client.callTool({ name: "policycache_record", arguments: event });
  expect(result.structuredContent).toEqual({ recorded: true });
  await client.close();
  const cache = await PolicyCache.open(file);
  onTestFinished(() => cache.close());
  await cache.flush();
  expect(await counted(cache)).toEqual([["deploy", 0, 1]]);
});

it("writes nothing but messages to its output, and ends when its input does", async () => {
  const server = spawn(process.execPath, SERVER);
  onTestFinished(() => void server.kill());
  let written = "";
  server.stdout.on("data", (chunk: Buffer) => {
    written += chunk.toString();
  });
  const params = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "test", version: "0.1.0" } };
  const say = (message: object) => server.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
  say({ id: 1, method: "initialize", params });
  await once(server.stdout, "data");
  say({ method: "notifications/initialized" });
  say({ id: 2, method: "tools/call", params: { name: "policycache_decide", arguments: { state: STATE } } });
  await once(server.stdout, "data");
  server.stdin.end();
  expect(await once(server, "exit")).toEqual([0, null]);
  const ids = written
    .trim()
    .split("\n")
    .map((line) => (JSON.parse(line) as { readonly id?: number }).id);
  expect(ids).toEqual([1, 2]);
});
