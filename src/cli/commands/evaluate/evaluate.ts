import { InvalidArgumentError } from "../../../common/errors.js";
import { evaluateChecked } from "../../../evaluation/evaluate-policy.js";
import { readDecisionLog } from "../../../evaluation/log/decision-log.js";
import type { PropensitySource } from "../../../evaluation/log/log-survey.js";
import { cachePolicy } from "../../../evaluation/policies/cache-policy.js";
import { type PolicyTable, tablePolicy } from "../../../evaluation/policies/table-policy.js";
import { greedyPolicy, type TargetPolicy, uniformPolicy } from "../../../evaluation/policies/target-policy.js";
import { seededRandom } from "../../../maths/learning/seeded-random.js";
import { type CommandResult, defineCommand } from "../../command.js";
import { withExistingCache } from "../../input/open-cache.js";
import {
  addStoreOption,
  addThresholdOptions,
  choiceOption,
  integerOption,
  numberOption,
  thresholds,
} from "../../input/options.js";
import { readJsonArgument } from "../../input/state-argument.js";
import type { Terminal } from "../../output/terminal.js";
import { type EventSource, findSources } from "../learn/event-source.js";
import { evaluationText } from "./evaluation-text.js";
import { DecisionFile, type DecisionSource, ESTIMATING, RememberedDecisions } from "./read-decisions.js";
import { addWhatIfOptions, replayLog, type WhatIfOptionValues } from "./what-if.js";

interface EvaluateOptions extends WhatIfOptionValues {
  readonly policy: string;
  readonly propensities: PropensitySource;
}

export const evaluateCommand = defineCommand<EvaluateOptions>({
  name: "evaluate",
  description: "estimate from a log of decisions what another policy would be worth",
  configure: (command) => {
    command
      .argument("[log.jsonl]", "events with their propensities, one per line (default: what the store remembers)")
      .option("--policy <policy>", "greedy, uniform, store, or a file with probabilities by state", "greedy")
      .option("--agent <id>", "only the decisions of this agent")
      .option("--z <z>", "normal quantile of the intervals", numberOption("--z", { min: Number.MIN_VALUE }), 1.96)
      .option(
        "--propensities <source>",
        "of what was not drawn: estimated, or logged to leave it out",
        choiceOption("--propensities", ["estimated", "logged"]),
        "estimated",
      )
      .option(
        "--seed <n>",
        "which decisions replay keeps, and coins that the log does not tell",
        integerOption("--seed", { min: 0 }),
        1,
      );
    addThresholdOptions(addStoreOption(addWhatIfOptions(command)));
  },
  run: async ({ arguments: [file], options, terminal }) => {
    const source = file === undefined ? undefined : await findLog(file);
    if (options.whatIf !== undefined) return replayLog(options.whatIf, source, options, terminal);
    if (source !== undefined && options.policy !== "store") {
      return evaluate(
        await policyOf(options.policy),
        new DecisionFile(source, ESTIMATING, options.agent, terminal),
        options,
        terminal,
      );
    }
    return withExistingCache(options.store, { defaults: thresholds(options), readOnly: true }, async (cache) => {
      const policy = options.policy === "store" ? cachePolicy(cache) : await policyOf(options.policy);
      const log =
        source === undefined
          ? new RememberedDecisions(await readDecisionLog(cache.store), options)
          : new DecisionFile(source, ESTIMATING, options.agent, terminal);
      return evaluate(policy, log, options, terminal);
    });
  },
});

async function evaluate(
  policy: TargetPolicy,
  log: DecisionSource,
  { z, seed, propensities }: EvaluateOptions,
  terminal: Terminal,
): Promise<CommandResult> {
  const evaluation = await evaluateChecked(() => log.read(), policy, { z, random: seededRandom(seed), propensities });
  for (const { code, message } of evaluation.warnings) terminal.warn(`${code}: ${message}`);
  const { name, rejected } = log;
  const data = { log: name, ...evaluation, rejected, z, seed };
  return { data, text: evaluationText(evaluation, name, rejected, terminal.screen) };
}

async function findLog(file: string): Promise<EventSource> {
  const [source] = await findSources([file]);
  if (source?.sizeBytes !== undefined) return source;
  throw new InvalidArgumentError("log", file, "a file", { hint: "It is read twice." });
}

async function policyOf(name: string): Promise<TargetPolicy> {
  if (name === "greedy") return greedyPolicy();
  if (name === "uniform") return uniformPolicy();
  return tablePolicy((await readJsonArgument("--policy", `@${name}`)) as PolicyTable);
}
