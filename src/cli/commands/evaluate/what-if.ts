import { type Command, Option } from "commander";
import type { TuningOverrides } from "../../../common/tuning/defaults.js";
import { readOutcomes } from "../../../evaluation/log/decision-log.js";
import { entryOf } from "../../../evaluation/what-if/log-entries.js";
import { replay } from "../../../evaluation/what-if/what-if.js";
import type { WhatIfResult } from "../../../evaluation/what-if/what-if-result.js";
import type { OutcomeEntry } from "../../../operations/outcomes/outcome.js";
import type { CommandResult } from "../../command.js";
import { withExistingCache } from "../../input/open-cache.js";
import {
  choiceOption,
  integerOption,
  type StoreOptionValue,
  type ThresholdOptionValues,
  thresholds,
} from "../../input/options.js";
import { plural } from "../../output/format.js";
import { shownStore } from "../../output/shown-store.js";
import type { Terminal } from "../../output/terminal.js";
import type { EventSource } from "../learn/event-source.js";
import { DecisionFile, type DecisionReader } from "./read-decisions.js";
import { addRules } from "./what-if-rules.js";
import { whatIfText } from "./what-if-text.js";

export interface WhatIfOptionValues extends StoreOptionValue, ThresholdOptionValues {
  readonly whatIf?: TuningOverrides;
  readonly agent?: string;
  readonly ownChoices: "own" | "taken";
  readonly pairs: number;
  readonly seed: number;
  readonly z: number;
}

/** Adds `--what-if` and what only goes with it. */
export function addWhatIfOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        "--what-if <rules>",
        "replay the log under other rules, such as errorBudget=0.1,trials.rate=0.2; may be repeated",
      )
        .argParser(addRules)
        .conflicts(["policy", "propensities"]),
    )
    .option(
      "--own-choices <as>",
      "what an own choice counts as where the same would have been taken: own or taken",
      choiceOption("--own-choices", ["own", "taken"]),
      "own",
    )
    .option("--pairs <n>", "states and actions to name with --what-if", integerOption("--pairs", { min: 0 }), 20);
}

/**
 * Says what other rules would have decided.
 *
 * @param source - a file; undefined for what the store remembers
 */
export async function replayLog(
  rules: TuningOverrides,
  source: EventSource | undefined,
  options: WhatIfOptionValues,
  terminal: Terminal,
): Promise<CommandResult> {
  const { agent: agentId, ownChoices, pairs, seed, z, store } = options;
  const defaults = { ...thresholds(options), ...rules };
  const asked = { defaults, agentId, ownChoices, pairs, seed, z };
  if (source !== undefined) {
    const log = new DecisionFile(source, REPLAYING, agentId, terminal);
    const result = await replay(log.read(), asked);
    return told(result, rules, log.name, log.rejected, terminal);
  }
  const open = { defaults: thresholds(options), readOnly: true };
  return withExistingCache(store, open, async (cache) => {
    const result = await replay(withProgress(readOutcomes(cache.store), terminal), asked, cache.store);
    return told(result, rules, shownStore(store), 0, terminal);
  });
}

const REPLAYING: DecisionReader<OutcomeEntry> = { check: entryOf, labels: ["replaying", "replaying"] };

async function* withProgress(entries: AsyncIterable<OutcomeEntry>, terminal: Terminal): AsyncGenerator<OutcomeEntry> {
  const progress = terminal.progress({ label: "replaying" });
  let decisions = 0;
  try {
    for await (const entry of entries) {
      yield entry;
      decisions += 1;
      progress.update(decisions, plural(decisions, "decision"));
    }
  } finally {
    progress.stop();
  }
}

function told(
  result: WhatIfResult,
  rules: TuningOverrides,
  log: string,
  rejected: number,
  terminal: Terminal,
): CommandResult {
  for (const { code, message } of result.warnings) terminal.warn(`${code}: ${message}`);
  return { data: { log, rules, ...result, rejected }, text: whatIfText(result, rules, log, rejected, terminal.screen) };
}
