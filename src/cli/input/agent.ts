import { firstAgents, isKnownAgent } from "../../cache/inspecting/agents.js";
import type { PolicyCache } from "../../cache/policy-cache.js";
import { CliError } from "../output/cli-error.js";
import { printable } from "../output/format.js";
import type { Terminal } from "../output/terminal.js";

const SHOWN_AGENTS = 20;

/**
 * The only agent of a store, for a caller who named none.
 *
 * @returns undefined when there is none yet
 * @throws {@link CliError} AGENT_NEEDED when there are several
 */
export async function soleAgent(cache: PolicyCache): Promise<string | undefined> {
  const agents = await agentsToShow(cache);
  if (agents.length < 2) return agents[0];
  throw new CliError("AGENT_NEEDED", `The store holds several agents: ${listText(agents)}. Name one with --agent.`, {
    agents: agents.slice(0, SHOWN_AGENTS),
  });
}

/** Says on stderr when an agent has no evidence: its name may be misspelt. */
export async function warnOfUnknownAgent(cache: PolicyCache, agentId: string, terminal: Terminal): Promise<void> {
  if (await isKnownAgent(cache.store, agentId)) return;
  const agents = await agentsToShow(cache);
  const others = agents.length === 0 ? "nor of any other" : `but of ${listText(agents)}`;
  terminal.warn(`policycache: nothing is recorded of agent ${printable(agentId)}, ${others}`);
}

/** Agents that have evidence, in order of their ids: the first few, and one more to tell that there are more. */
function agentsToShow(cache: PolicyCache): Promise<readonly string[]> {
  return firstAgents(cache.store, SHOWN_AGENTS + 1);
}

function listText(agents: readonly string[]): string {
  const more = agents.length > SHOWN_AGENTS ? ", ..." : "";
  return agents.slice(0, SHOWN_AGENTS).map(printable).join(", ") + more;
}
