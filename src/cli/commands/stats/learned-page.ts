import type { Command } from "commander";
import type { LearnedState } from "../../../cache/inspecting/learned-values.js";
import type { PolicyCache } from "../../../cache/policy-cache.js";
import type { CommandCall, CommandResult } from "../../command.js";
import { soleAgent, warnOfUnknownAgent } from "../../input/agent.js";
import { withExistingCache } from "../../input/open-cache.js";
import {
  addRuleOptions,
  addStoreOption,
  type RuleOptionValues,
  rulesGiven,
  type StoreOptionValue,
} from "../../input/options.js";
import { addPageOptions, moreText, type PageOptionValues, placeOf } from "../../input/page-options.js";
import { rulesData, rulesLine } from "../../input/rules.js";
import { printable } from "../../output/format.js";
import type { Screen } from "../../output/layout/screen.js";

export interface LearnedOptions extends StoreOptionValue, RuleOptionValues, PageOptionValues {
  readonly agent?: string;
}

/** Adds the options of a command that lists what an agent has learned, state by state. */
export function addLearnedOptions(command: Command): void {
  command.option("--agent <id>", "whose states (default: the only agent of the store)");
  addRuleOptions(addStoreOption(addPageOptions(command, "states", 20)));
}

/** Runs such a command: reads one page of states and shows it. */
export async function showLearned(
  { options, terminal }: CommandCall<LearnedOptions>,
  show: (states: readonly LearnedState[], screen: Screen) => string,
): Promise<CommandResult> {
  return withExistingCache(options.store, { defaults: rulesGiven(options), readOnly: true }, async (cache, rules) => {
    const { limit } = options;
    const agentId = options.agent ?? (await soleAgent(cache));
    if (agentId === undefined) {
      return { data: { limit, states: [] }, text: "Nothing was recorded in this store yet." };
    }
    const { states, next } = await readPage(cache, agentId, options);
    const data = {
      agentId,
      limit,
      ...placeOf(options),
      states,
      ...(next === undefined ? {} : { next }),
      rules: rulesData(rules),
    };
    if (states.length > 0)
      return {
        data,
        text: `${show(states, terminal.screen)}\n\n${rulesLine(rules, terminal.screen)}${moreText(next)}`,
      };
    if (options.after !== undefined) return { data, text: "No more states." };
    await warnOfUnknownAgent(cache, agentId, terminal);
    return { data, text: `${printable(agentId)} has no state yet.` };
  });
}

async function readPage(cache: PolicyCache, agentId: string, options: LearnedOptions) {
  const states: LearnedState[] = [];
  for await (const state of cache.values({ agentId, ...placeOf(options) })) {
    if (states.length === options.limit) return { states, next: states.at(-1)?.stateFingerprint };
    states.push(state);
  }
  return { states, next: undefined };
}
