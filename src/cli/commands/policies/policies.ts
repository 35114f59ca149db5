import { rankAfter } from "../../../cache/inspecting/ranking.js";
import { defineCommand } from "../../command.js";
import { soleAgent, warnOfUnknownAgent } from "../../input/agent.js";
import { withExistingCache } from "../../input/open-cache.js";
import {
  addRuleOptions,
  addStoreOption,
  integerOption,
  type RuleOptionValues,
  rulesGiven,
  type StoreOptionValue,
} from "../../input/options.js";
import { rulesData, rulesLine } from "../../input/rules.js";
import { integer, plural, printable } from "../../output/format.js";
import { policyTable } from "./policy-table.js";

interface PoliciesOptions extends StoreOptionValue, RuleOptionValues {
  readonly agent?: string;
  readonly limit: number;
  readonly offset: number;
}

export const policiesCommand = defineCommand<PoliciesOptions>({
  name: "policies",
  description: "list an agent's policies, best first",
  configure: (command) => {
    command
      .option("--agent <id>", "whose policies (default: the only agent of the store)")
      .option("--limit <n>", "policies to show, 1 to 1000", integerOption("--limit", { min: 1, max: 1000 }), 10)
      .option("--offset <n>", "policies to skip", integerOption("--offset", { min: 0 }), 0);
    addRuleOptions(addStoreOption(command));
  },
  run: async ({ options, terminal }) =>
    withExistingCache(options.store, { defaults: rulesGiven(options), readOnly: true }, async (cache, rules) => {
      const { limit, offset } = options;
      const agentId = options.agent ?? (await soleAgent(cache));
      if (agentId === undefined) {
        return { data: { limit, offset, total: 0, policies: [] }, text: "Nothing was recorded in this store yet." };
      }
      const { total, records: policies } = await cache.ranking({ agentId, limit, after: rankAfter(offset) });
      if (total === 0) await warnOfUnknownAgent(cache, agentId, terminal);
      const data = { agentId, limit, offset, total, policies, rules: rulesData(rules) };
      return {
        data,
        text: `${headingOf(data)}${policies.length === 0 ? "" : `\n\n${policyTable(policies, offset + 1, terminal.screen)}\n\n${rulesLine(rules, terminal.screen)}`}`,
      };
    }),
});

interface ShownPage {
  readonly agentId: string;
  readonly offset: number;
  readonly total: number;
  readonly policies: readonly unknown[];
}

function headingOf({ agentId, offset, total, policies }: ShownPage): string {
  const agent = printable(agentId);
  if (total === 0) return `${agent} has no policy yet.`;
  const all = `${plural(total, "policy", "policies")} of ${agent}`;
  if (policies.length === 0) return `${all}, none after the first ${integer(offset)}`;
  return `${all}, ${integer(offset + 1)} to ${integer(offset + policies.length)}, best first`;
}
