import { randomUUID } from "node:crypto";
import type { EvidenceMode } from "../../../cache/recording/evidence-mode.js";
import { defineCommand } from "../../command.js";
import { withLearningCache } from "../../input/open-cache.js";
import {
  addStoreOption,
  addThresholdOptions,
  choiceOption,
  integerOption,
  type StoreOptionValue,
  type ThresholdOptionValues,
  thresholds,
} from "../../input/options.js";
import { shownStore } from "../../output/shown-store.js";
import { countWithProgress } from "../../output/statistics-progress.js";
import { findSources } from "./event-source.js";
import { readEvents } from "./read-events.js";
import { bestPolicies, type LearnSummary, summaryText } from "./summary.js";

interface LearnOptions extends StoreOptionValue, ThresholdOptionValues {
  readonly batchSize: number;
  readonly strict?: boolean;
  readonly new?: boolean;
  readonly evidence?: EvidenceMode;
}

const MODE_HELP = "what counts as one trial: event or episode (default: what the store has, else event)";

export const learnCommand = defineCommand<LearnOptions>({
  name: "learn",
  description: "record events from files and turn repeated success into policies",
  configure: (command) => {
    command
      .argument("<events.jsonl...>", "files with one event per line, or - for stdin")
      .option(
        "--batch-size <n>",
        "events per transaction, 1 to 10000",
        integerOption("--batch-size", BATCH_SIZES),
        1000,
      )
      .option("--evidence <mode>", MODE_HELP, choiceOption("--evidence", ["event", "episode"] as const))
      .option("--new", "take events without an id for new ones, also if the same were read before")
      .option("--strict", "stop at the first malformed line");
    addThresholdOptions(addStoreOption(command));
  },
  interruptible: true,
  run: async ({ arguments: files, options, terminal, interruption }) => {
    const { store, batchSize, strict = false, evidence } = options;
    const run = options.new === true ? randomUUID() : "";
    const sources = await findSources(files);
    return withLearningCache(
      store,
      { defaults: thresholds(options), ...(evidence === undefined ? {} : { evidence }) },
      async (cache) => {
        const read = await readEvents(cache, { sources, batchSize, run, strict, terminal, interruption });
        const { agents, totals } = await countWithProgress(cache, undefined, terminal);
        const events = read.recorded + read.duplicates;
        const summary: LearnSummary = {
          events,
          recorded: read.recorded,
          duplicates: read.duplicates,
          rejected: read.rejected,
          episodes: totals.episodes,
          states: totals.states,
          pairs: totals.pairs,
          crystallized: read.crystallized,
          passing: totals.passing,
          policies: totals.policies,
          agents: agents.length,
          seconds: read.seconds,
          eventsPerSecond: Math.round(events / read.seconds),
          store: shownStore(store),
          files,
          ...(interruption.aborted ? { interrupted: true } : {}),
        };
        if (terminal.json) return { data: summary, text: "" };
        const agentIds = agents.map(({ agentId }) => agentId);
        return {
          data: summary,
          text: summaryText(summary, await bestPolicies(cache, agentIds), cache.defaults, terminal.screen),
        };
      },
    );
  },
});

const BATCH_SIZES = { min: 1, max: 10_000 };
