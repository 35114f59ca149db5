import { InvalidArgumentError } from "../../errors.js";
import { cachePolicy } from "../../evaluation/cache-policy.js";
import { evaluateChecked } from "../../evaluation/evaluate-policy.js";
import { type PolicyTable, tablePolicy } from "../../evaluation/table-policy.js";
import { greedyPolicy, type TargetPolicy, uniformPolicy } from "../../evaluation/target-policy.js";
import { seededRandom } from "../../learning/seeded-random.js";
import { defineCommand } from "../command.js";
import { evaluationText } from "../evaluate/evaluation-text.js";
import { DecisionReader } from "../evaluate/read-decisions.js";
import { findSources } from "../learn/event-source.js";
import { withExistingCache } from "../open-cache.js";
import {
  addStoreOption,
  addThresholdOptions,
  integerOption,
  numberOption,
  type StoreOptionValue,
  type ThresholdOptionValues,
  thresholds,
} from "../options.js";
import { readJsonArgument } from "../state-argument.js";

interface EvaluateOptions extends StoreOptionValue, ThresholdOptionValues {
  readonly policy: string;
  readonly agent?: string;
  readonly z: number;
  readonly seed: number;
}

export const evaluateCommand = defineCommand<EvaluateOptions>({
  name: "evaluate",
  description: "estimate from a log of decisions what another policy would be worth",
  configure: (command) => {
    command
      .argument("<log.jsonl>", "events with their propensities, one per line; read twice, so a file")
      .requiredOption("--policy <policy>", "greedy, uniform, store, or a file with probabilities by state")
      .option("--agent <id>", "only the decisions of this agent")
      .option("--z <z>", "normal quantile of the intervals", numberOption("--z", { min: Number.MIN_VALUE }), 1.96)
      .option("--seed <n>", "which decisions replay keeps", integerOption("--seed", { min: 0 }), 1);
    addThresholdOptions(addStoreOption(command));
  },
  run: async ({ arguments: logs, options, terminal }) => {
    const [source] = await findSources(logs);
    if (source?.sizeBytes === undefined) {
      throw new InvalidArgumentError("log", logs[0], "a file", { hint: "It is read twice." });
    }
    const reader = new DecisionReader(source, options.agent, terminal);
    const evaluate = async (policy: TargetPolicy) => {
      const { z, seed } = options;
      const evaluation = await evaluateChecked(() => reader.read(), policy, { z, random: seededRandom(seed) });
      for (const { code, message } of evaluation.warnings) terminal.warn(`${code}: ${message}`);
      const { rejected } = reader;
      const data = { log: source.name, ...evaluation, rejected, z, seed };
      return { data, text: evaluationText(evaluation, source.name, rejected) };
    };
    if (options.policy !== "store") return evaluate(await policyOf(options.policy));
    return withExistingCache(options.store, thresholds(options), (cache) => evaluate(cachePolicy(cache)));
  },
});

async function policyOf(name: string): Promise<TargetPolicy> {
  if (name === "greedy") return greedyPolicy();
  if (name === "uniform") return uniformPolicy();
  return tablePolicy((await readJsonArgument("--policy", `@${name}`)) as PolicyTable);
}
