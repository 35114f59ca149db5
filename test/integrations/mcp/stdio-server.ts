import { McpServer } from "@modelcontextprotocol/server";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { PolicyCache } from "../../../src/index.js";
import { addPolicyCacheTools } from "../../../src/integrations/mcp/index.js";

const cache = await PolicyCache.open(process.argv[2] ?? "memory:");
serveStdio(() => addPolicyCacheTools(new McpServer({ name: "policycache", version: "0.1.0" }), cache));
process.stdin.once("end", () => cache.close());
