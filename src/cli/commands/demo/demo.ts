import { defineCommand } from "../../command.js";
import { integerOption } from "../../input/options.js";
import { LARGEST_SEED } from "./seeded-random.js";

interface DemoCommandOptions {
  readonly seed: number;
  readonly folder: string;
  readonly store?: string;
}

export const demoCommand = defineCommand<DemoCommandOptions>({
  name: "demo",
  description: "learn on this machine, from measured runs, which compression suits which file",
  configure: (command) =>
    command
      .option("--seed <n>", "which files, tried in which order", integerOption("--seed", SEEDS), 1)
      .option("--folder <folder>", "whose files to compress; they are only read", "node_modules")
      .option("--store <location>", "keep what was learned in this new store (default: a temporary one)"),
  interruptible: true,
  run: async ({ options, terminal, interruption }) => {
    // Loaded when asked for: it uses the whole package, which would double the start of every other command.
    const { runDemo } = await import("./run-demo.js");
    const { summaryText } = await import("./demo-text.js");
    const report = await runDemo(options, terminal, interruption);
    return { data: report, text: summaryText(report, terminal.screen) };
  },
});

const SEEDS = { min: 1, max: LARGEST_SEED };
