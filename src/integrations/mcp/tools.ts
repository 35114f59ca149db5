import type { PolicyCache, ScoredPolicy } from "../../index.js";
import type { JsonObject } from "../shared/index.js";
import {
  ACTION,
  ANY_OBJECT,
  NUMBER,
  type ObjectSchema,
  OUTCOME,
  objectSchema,
  REWARD,
  STATE,
  TEXT,
} from "./schemas.js";

/** A tool of the server: what it says of itself, and what it does for an agent. */
export interface McpTool {
  readonly name: string;
  readonly config: {
    readonly title: string;
    readonly description: string;
    readonly inputSchema: ObjectSchema;
    readonly outputSchema: ObjectSchema;
    readonly annotations: Readonly<
      Record<"readOnlyHint" | "destructiveHint" | "idempotentHint" | "openWorldHint", boolean>
    >;
  };
  readonly run: (cache: PolicyCache, agentId: string, given: never) => Promise<object>;
}

const READS = { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false };
const LEARNS = { ...READS, readOnlyHint: false };

interface Situation {
  readonly state: JsonObject;
  readonly params?: JsonObject;
  readonly episodeId?: string;
}

const SITUATION = { state: STATE, params: ANY_OBJECT, episodeId: TEXT };

const decide: McpTool = {
  name: "policycache_decide",
  config: {
    title: "What has worked here",
    description:
      "Ask before choosing an action in a situation that may have come before. serve: take the action. suggest: it may work. " +
      "abstain: decide for yourself, and record how it went. Report how a served or suggested action went, failures too.",
    inputSchema: objectSchema({ ...SITUATION, errorBudget: NUMBER }, ["state"]),
    outputSchema: objectSchema(
      {
        kind: { type: "string", enum: ["serve", "suggest", "abstain"] },
        reason: TEXT,
        action: ACTION,
        decision: TEXT,
        missing: TEXT,
      },
      ["kind", "reason"],
    ),
    annotations: READS,
  },
  run: async (cache, agentId, given: Situation & { readonly errorBudget?: number }) => {
    const decision = await cache.decide({ ...given, agentId });
    const { kind, reason } = decision;
    const missing = "missing" in decision && decision.missing !== undefined ? { missing: decision.missing } : {};
    if (decision.kind === "abstain") return { kind, reason, ...missing };
    return { kind, reason, action: decision.action, decision: decision.decisionId, ...missing };
  },
};

const report: McpTool = {
  name: "policycache_report",
  config: {
    title: "How a decision went",
    description:
      "Tell how the action of policycache_decide went, once, failures as faithfully as successes. Say nothing of one that was not " +
      "carried out. taken: what was done instead, where it was something else.",
    inputSchema: objectSchema({ decision: TEXT, outcome: OUTCOME, reward: REWARD, taken: ACTION }, [
      "decision",
      "outcome",
    ]),
    outputSchema: objectSchema({ status: { type: "string", enum: ["learned", "repeated", "gone"] } }, ["status"]),
    annotations: LEARNS,
  },
  run: async (cache, agentId, given: { readonly decision: string; readonly outcome: "success" | "failure" }) => {
    const { decision, ...told } = given;
    const { status } = await cache.report(decision, { ...told, agentId });
    return { status };
  },
};

const record: McpTool = {
  name: "policycache_record",
  config: {
    title: "What was done, and how it went",
    description:
      "Record an action that you chose yourself, and how it went, failures as faithfully as successes. With an id, recording it " +
      "again does nothing.",
    inputSchema: objectSchema({ ...SITUATION, action: ACTION, outcome: OUTCOME, reward: REWARD, id: TEXT }, [
      "state",
      "action",
      "outcome",
    ]),
    outputSchema: objectSchema({ recorded: { type: "boolean" } }, ["recorded"]),
    annotations: LEARNS,
  },
  run: async (cache, agentId, given: Parameters<PolicyCache["record"]>[0]) => {
    const { recorded } = await cache.record({ ...given, agentId });
    return { recorded };
  },
};

const explain: McpTool = {
  name: "policycache_explain",
  config: {
    title: "What is known of a situation",
    description: "Show the evidence of every action known in a state, with what is missing to serve it.",
    inputSchema: objectSchema({ state: STATE }, ["state"]),
    outputSchema: objectSchema({}, [], true),
    annotations: READS,
  },
  run: async (cache, agentId, given: Situation) => {
    return JSON.parse(JSON.stringify(await cache.explain({ ...given, agentId }))) as object;
  },
};

const MOST_POLICIES = 100;

const policies: McpTool = {
  name: "policycache_policies",
  config: {
    title: "What was learned",
    description: "List the policies of the agent, best first.",
    inputSchema: objectSchema({ limit: { type: "integer", minimum: 1, maximum: MOST_POLICIES } }, []),
    outputSchema: objectSchema({ policies: { type: "array", items: ANY_OBJECT } }, ["policies"]),
    annotations: READS,
  },
  run: async (cache, agentId, { limit = 20 }: { readonly limit?: number }) => {
    const page = await cache.ranking({ agentId, limit: Math.min(limit, MOST_POLICIES) });
    return { policies: page.records.map(described) };
  },
};

function described({ entry, score, evidence }: ScoredPolicy): object {
  const { successes, trials } = evidence;
  return {
    state: entry.stateFeatures,
    action: { type: entry.actionType, spec: entry.actionSpec },
    score,
    successes,
    trials,
  };
}

/** All tools, in the order in which they are used. */
export const TOOLS: readonly McpTool[] = [decide, report, record, explain, policies];
