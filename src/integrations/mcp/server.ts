import {
  type AnyTypes,
  type CacheTypes,
  InvalidArgumentError,
  type PolicyCache,
  PolicyCacheError,
} from "../../index.js";
import { TOOLS } from "./tools.js";

/** A server of the MCP SDK, version 2. */
export interface ToolServer {
  /** Offers a tool. */
  registerTool(name: string, config: never, callback: never): unknown;
}

/** For whom the tools of a server speak. */
export interface PolicyCacheToolsOptions {
  /**
   * Whose experience it is: a name, or a function of the context of a call, where the server knows who calls. No argument of a tool
   * chooses it. Default "default".
   */
  readonly agentId?: string | ((context: unknown) => string) | undefined;
}

/** What a client is told when it connects: for `instructions` of the server. */
export const POLICY_CACHE_INSTRUCTIONS =
  "PolicyCache remembers which actions worked in which situations. Ask policycache_decide before an action you may have taken " +
  "before, and report how it went with policycache_report. Record what you decide yourself with policycache_record, failures too.";

type Register = (
  name: string,
  config: object,
  callback: (given: never, context: unknown) => Promise<object>,
) => unknown;

/**
 * Gives a server of the MCP SDK the tools of a cache: decide, report, record, explain, policies. Nothing can be deleted or
 * retired by them.
 *
 * @example
 * ```ts
 * import { PolicyCache } from "policycache";
 * import { addPolicyCacheTools } from "policycache/mcp";
 *
 * await using cache = await PolicyCache.open("memory:");
 * const names: string[] = [];
 * const server = { registerTool: (name: string) => names.push(name) }; // new McpServer({ name: "policycache", version: "1.0.0" })
 * addPolicyCacheTools(server, cache, { agentId: "my-agent" });
 * console.log(names[0]);
 * // → policycache_decide
 * ```
 * @returns the server
 */
export function addPolicyCacheTools<Server extends ToolServer, Types extends CacheTypes = AnyTypes>(
  server: Server,
  cache: PolicyCache<Types>,
  options: PolicyCacheToolsOptions = {},
): Server {
  const { agentId = "default" } = options;
  if (typeof agentId !== "string" && typeof agentId !== "function") {
    throw new InvalidArgumentError("agentId", agentId, "a text, or a function");
  }
  const register = server.registerTool.bind(server) as unknown as Register;
  for (const { name, config, run } of TOOLS) {
    register(name, config, async (given, context) => {
      try {
        const agent = typeof agentId === "function" ? agentId(context) : agentId;
        const result = await run(cache as unknown as PolicyCache, agent, given);
        return { content: [{ type: "text", text: JSON.stringify(result) }], structuredContent: result };
      } catch (error) {
        if (!PolicyCacheError.isInstance(error)) throw error;
        return { content: [{ type: "text", text: error.message }], isError: true };
      }
    });
  }
  return server;
}
