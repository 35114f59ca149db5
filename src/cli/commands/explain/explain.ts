import { defineCommand } from "../../command.js";
import { withExistingCache } from "../../input/open-cache.js";
import {
  addBudgetOptions,
  addStoreOption,
  addThresholdOptions,
  type BudgetOptionValues,
  budgetAsked,
  integerOption,
  rulesGiven,
  type StoreOptionValue,
  type ThresholdOptionValues,
  thresholds,
} from "../../input/options.js";
import { rulesData, rulesText, type UsedRules } from "../../input/rules.js";
import { JSON_FORMS, readJsonArgument } from "../../input/state-argument.js";
import { CliError } from "../../output/cli-error.js";
import { explanationText } from "./explanation-text.js";

interface ExplainOptions extends StoreOptionValue, ThresholdOptionValues, BudgetOptionValues {
  readonly agent: string;
  readonly state?: string;
  readonly fingerprint?: string;
  readonly params?: string;
  readonly all?: boolean;
  readonly events?: number;
}

/** Unless asked for more. */
const SHOWN_EVENTS = 10;

export const explainCommand = defineCommand<ExplainOptions>({
  name: "explain",
  description: "show what is behind the answer to a state",
  configure: (command) => {
    command
      .requiredOption("--agent <id>", "whose policies")
      .option("--state <json>", `features of the state: ${JSON_FORMS}`)
      .option("--fingerprint <id>", "of a state that is on record, as `states` and `decide` print it")
      .option("--params <json>", "what the situation has beside its state: parts of an action may be filled from it")
      .option("--all", "show everything: all policies, predictions, cycles, links and last outcomes")
      .option(
        "--events <n>",
        `show the last outcomes of each action, at most 1000 (default: ${SHOWN_EVENTS} with --all)`,
        integerOption("--events", { min: 0, max: 1000 }),
      );
    addBudgetOptions(addThresholdOptions(addStoreOption(command)));
  },
  run: async ({ options, terminal }) => {
    const asked = await stateAsked(options);
    const { agent: agentId, all = false, events } = options;
    const params = options.params === undefined ? {} : { params: await readJsonArgument("--params", options.params) };
    return withExistingCache(options.store, { defaults: thresholds(options), readOnly: true }, async (cache, rules) => {
      const request = { agentId, ...asked, ...params, events: events ?? SHOWN_EVENTS, ...budgetAsked(options) };
      const explanation = await cache.explain(request);
      const extent = { all, history: all || events !== undefined };
      const used = { ...rules, ...rulesOfCall(options, rules) };
      const data = { ...explanation, rules: rulesData(used) };
      return { data, text: explanationText(explanation, rulesText(used), extent, terminal.screen) };
    });
  },
});

/** A budget is asked for with the request; it is one of the rules all the same. */
function rulesOfCall(options: ExplainOptions, { defaults, from }: UsedRules): Partial<UsedRules> {
  const given = rulesGiven(options);
  return Object.keys(given).length === 0 ? { from } : { defaults: { ...defaults, ...given }, from: "call" };
}

async function stateAsked({ state, fingerprint }: ExplainOptions) {
  if (state !== undefined && fingerprint === undefined) return { state: await readJsonArgument("--state", state) };
  if (state === undefined && fingerprint !== undefined) return { stateFingerprint: fingerprint };
  throw new CliError("USAGE", "explain needs one of --state and --fingerprint.");
}
