import type { Terminal } from "../../output/terminal.js";
import { calibrate } from "./budget.js";
import { decideHeldOut } from "./decide.js";
import { withDemoCache } from "./demo-cache.js";
import { type DemoReport, demoReport } from "./demo-report.js";
import { budgetText, filesText, learnedText, learningText, policyText } from "./demo-text.js";
import { pickFiles } from "./files/pick-files.js";
import { SIZE_CLASSES, type SizeClass } from "./files/size-class.js";
import { learn } from "./learn.js";
import { LiveProgress } from "./live-progress.js";
import { LARGEST_SEED, seededRandom } from "./seeded-random.js";

export interface DemoOptions {
  /** Decides which files are used and what is tried in which order. Integer from 1 to {@link LARGEST_SEED}. */
  readonly seed: number;
  /** Whose files to compress; they are only read. */
  readonly folder: string;
  /** A store to create and keep. Default: a temporary one. */
  readonly store?: string;
  /** Default {@link SIZE_CLASSES}. */
  readonly sizeClasses?: readonly SizeClass[];
}

/**
 * Learns on this machine which codec suits which file, from measured runs, and decides for files it has not seen. Once
 * `interruption` aborts, it reports on what was done until then.
 *
 * @throws {@link InvalidArgumentError} when the folder has too few files, or the store an earlier demonstration
 */
export async function runDemo(
  options: DemoOptions,
  terminal: Terminal,
  interruption: AbortSignal = new AbortController().signal,
): Promise<DemoReport> {
  const { seed, folder, store, sizeClasses = SIZE_CLASSES } = options;
  const startMs = performance.now();
  const random = seededRandom(seed);
  const picked = await pickFiles(folder, sizeClasses, random);
  const { training, heldOut } = picked;
  return withDemoCache(store, async (cache) => {
    terminal.say(`${filesText(folder, seed, picked)}\n`);
    const budgets = calibrate(training, sizeClasses);
    const budgetList = [...budgets.values()];
    terminal.say(`${budgetText(budgetList, terminal.screen)}\n`);

    terminal.say(learningText(training.length, cache.defaults, terminal.screen));
    const learningBar = new LiveProgress(terminal, "learning", training.length);
    const learning = await learn({
      cache,
      training,
      budgets,
      random,
      interruption,
      onFile: (files) => learningBar.update(files),
      onPolicy: (policy) => learningBar.say(policyText(policy)),
    }).finally(() => learningBar.stop());
    terminal.say(`${learnedText(learning)}\n`);

    const decidingBar = terminal.progress({ label: "deciding", total: heldOut.length });
    const decided = await decideHeldOut({
      cache,
      heldOut,
      budgets,
      interruption,
      onFile: (files) => decidingBar.update(files),
    }).finally(() => decidingBar.stop());

    const seconds = (performance.now() - startMs) / 1000;
    const interrupted = interruption.aborted;
    return demoReport({ seed, folder, store, interrupted, seconds, picked, budgets: budgetList, learning, decided });
  });
}
