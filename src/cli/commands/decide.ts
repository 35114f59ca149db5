import type { Decision } from "../../policy-cache/decision.js";
import type { PolicyCache } from "../../policy-cache/policy-cache.js";
import { defineCommand } from "../command.js";
import { compactJson, printable } from "../format.js";
import { withExistingCache } from "../open-cache.js";
import {
  addBudgetOptions,
  addStoreOption,
  addThresholdOptions,
  type BudgetOptionValues,
  budgetAsked,
  type StoreOptionValue,
  type ThresholdOptionValues,
  thresholds,
} from "../options.js";
import { scoreTable } from "../score-table.js";
import { JSON_FORMS, readJsonArgument } from "../state-argument.js";
import { facts } from "../table.js";
import type { Style } from "../terminal.js";

interface DecideOptions extends StoreOptionValue, ThresholdOptionValues, BudgetOptionValues {
  readonly agent: string;
  readonly state: string;
  readonly context?: readonly string[];
}

export const decideCommand = defineCommand<DecideOptions>({
  name: "decide",
  description: "say what to do in a state: serve, suggest or abstain",
  configure: (command) => {
    command
      .requiredOption("--agent <id>", "whose policies")
      .requiredOption("--state <json>", `features of the state: ${JSON_FORMS}`)
      .option("--context <decisionId...>", "decisions made before in the same task, at most 16");
    addBudgetOptions(addThresholdOptions(addStoreOption(command)));
  },
  run: async ({ options, terminal }) => {
    const state = await readJsonArgument("--state", options.state);
    const { agent: agentId, context = [] } = options;
    return withExistingCache(options.store, thresholds(options), async (cache) => {
      const decision = await cache.decide({ agentId, state, context, ...budgetAsked(options) });
      return { data: decision, text: decisionText(decision, cache, terminal.style) };
    });
  },
});

function decisionText(decision: Decision, cache: PolicyCache, style: Style): string {
  const reason = printable(decision.reason);
  if (decision.kind === "abstain") {
    return [`${style.bold("abstain")}  ${reason}`, facts([["state", decision.stateFingerprint]])].join("\n");
  }
  const { action, policy, decisionId } = decision;
  const kind = decision.kind === "serve" ? style.good("serve") : style.bold("suggest");
  return [
    `${kind}  ${style.bold(printable(action.type))}  ${compactJson(action.spec)}`,
    reason,
    "",
    scoreTable(policy, cache.defaults.rankingWeights),
    "",
    facts([
      ["state", decision.stateFingerprint],
      ["decisionId", decisionId],
    ]),
  ].join("\n");
}
