import type { Decision } from "../../../cache/deciding/decision.js";
import type { ExploredDecision } from "../../../cache/deciding/exploring/explore.js";
import type { ExplorationStrategy, ExploreOptions } from "../../../cache/deciding/exploring/explore-options.js";
import type { PolicyCache } from "../../../cache/policy-cache.js";
import { defineCommand } from "../../command.js";
import { withExistingCache } from "../../input/open-cache.js";
import {
  addBudgetOptions,
  addStoreOption,
  addThresholdOptions,
  type BudgetOptionValues,
  budgetAsked,
  choiceOption,
  numberOption,
  type StoreOptionValue,
  type ThresholdOptionValues,
  thresholds,
} from "../../input/options.js";
import { JSON_FORMS, readJsonArgument } from "../../input/state-argument.js";
import { compactJson, decimal, integer, printable } from "../../output/format.js";
import type { Screen } from "../../output/layout/screen.js";
import { facts, table } from "../../output/layout/table.js";
import { wrap } from "../../output/layout/wrap.js";
import { scoreTable } from "../../output/score-table.js";

interface DecideOptions extends StoreOptionValue, ThresholdOptionValues, BudgetOptionValues {
  readonly agent: string;
  readonly state: string;
  readonly params?: string;
  readonly context?: readonly string[];
  readonly explore?: ExplorationStrategy;
  readonly candidates?: readonly string[];
  readonly epsilon?: number;
  readonly temperature?: number;
  readonly episode?: string;
}

const STRATEGIES: readonly ExplorationStrategy[] = ["greedy", "epsilon-greedy", "softmax", "ucb1", "thompson"];

export const decideCommand = defineCommand<DecideOptions>({
  name: "decide",
  description: "say what to do in a state: serve, suggest or abstain",
  configure: (command) => {
    command
      .requiredOption("--agent <id>", "whose policies")
      .requiredOption("--state <json>", `features of the state: ${JSON_FORMS}`)
      .option("--params <json>", "what the situation has beside its state: parts of an action may be filled from it")
      .option("--context <decisionId...>", "decisions made before in the same task, at most 16")
      .option(
        "--explore <strategy>",
        `draw an action instead: ${STRATEGIES.join(", ")}`,
        choiceOption("--explore", STRATEGIES),
      )
      .option("--candidates <type...>", "the actions to draw from (default: all known in the state)")
      .option("--epsilon <x>", "for epsilon-greedy, 0 to 1", numberOption("--epsilon", { min: 0, max: 1 }))
      .option("--temperature <x>", "for softmax, above 0", numberOption("--temperature"))
      .option("--episode <id>", "the episode that this decision is a step of");
    addBudgetOptions(addThresholdOptions(addStoreOption(command)));
  },
  run: async ({ options, terminal }) => {
    const state = await readJsonArgument("--state", options.state);
    const params = options.params === undefined ? {} : { params: await readJsonArgument("--params", options.params) };
    const { agent: agentId, context = [] } = options;
    const explore = exploreOptions(options);
    return withExistingCache(options.store, { defaults: thresholds(options), readOnly: true }, async (cache) => {
      const episode = options.episode === undefined ? {} : { episodeId: options.episode };
      const request = { agentId, state, context, ...params, ...episode, ...budgetAsked(options) };
      const decision = await (explore === undefined ? cache.decide(request) : cache.decide({ ...request, explore }));
      return { data: decision, text: decisionText(decision, cache, terminal.screen) };
    });
  },
});

function exploreOptions({ explore, candidates, epsilon, temperature, episode }: DecideOptions) {
  if (explore === undefined) return undefined;
  const options: ExploreOptions = {
    strategy: explore,
    ...(candidates === undefined ? {} : { candidates: candidates.map((type) => ({ type })) }),
    ...(epsilon === undefined ? {} : { epsilon }),
    ...(temperature === undefined ? {} : { temperature }),
    ...(episode === undefined ? {} : { episodeId: episode }),
  };
  return options;
}

function decisionText(decision: Decision | ExploredDecision, cache: PolicyCache, screen: Screen): string {
  const reason = printable(decision.reason);
  if (decision.kind === "explore") return exploredText(decision, screen);
  if (decision.kind === "abstain") {
    return [
      ...wrap(`${screen.bold("abstain")}  ${reason}`, screen.width),
      facts([["state", decision.stateFingerprint]], screen),
    ].join("\n");
  }
  const { action, policy, decisionId } = decision;
  const kind = decision.kind === "serve" ? screen.good("serve") : screen.bold("suggest");
  return [
    ...wrap(`${kind}  ${screen.bold(printable(action.type))}  ${compactJson(action.spec)}`, screen.width),
    ...wrap(reason, screen.width),
    "",
    scoreTable(policy, cache.defaults.rankingWeights, screen),
    "",
    facts(
      [
        ["state", decision.stateFingerprint],
        ["decisionId", decisionId],
      ],
      screen,
    ),
  ].join("\n");
}

function exploredText(decision: ExploredDecision, screen: Screen): string {
  const { action, reason, candidates, stateFingerprint, decisionId } = decision;
  return [
    ...wrap(
      `${screen.bold("explore")}  ${screen.bold(printable(action.type))}  ${compactJson(action.spec)}`,
      screen.width,
    ),
    ...wrap(printable(reason), screen.width),
    "",
    table(
      candidates,
      [
        { title: "action", cell: ({ type }) => printable(type) },
        { title: "propensity", cell: ({ propensity }) => decimal(propensity), align: "right" },
        { title: "value", cell: ({ value }) => decimal(value), align: "right" },
        { title: "successes", cell: ({ successes }) => integer(successes), align: "right" },
        { title: "trials", cell: ({ trials }) => integer(trials), align: "right" },
      ],
      screen,
    ),
    "",
    facts(
      [
        ["state", stateFingerprint],
        ["decisionId", decisionId],
      ],
      screen,
    ),
  ].join("\n");
}
