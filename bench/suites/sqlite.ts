// What calls cost on SQLite beside the bare statements, and how fast it learns. The method: docs/benchmarks.md.

import { join } from "node:path";
import { describeDatabase } from "../harness/environment.js";
import { library, loadLibrary } from "../harness/library.js";
import { runMeasurement } from "../harness/measurement.js";
import { fillStore } from "../harness/stores/sample-store.js";
import { compareCalls } from "./sqlite/compare-calls.js";
import { measureLearnCommand } from "./sqlite/learn-command.js";
import { measureLearning } from "./sqlite/learning-rate.js";
import { sqliteBlocks } from "./sqlite/report.js";

const USAGE = `Usage: npm run bench -- sqlite [options]

  --quick             10 000 policies, fewer rounds
  --policies <n>      policies in the store (default 100000)
  --rounds <n>        rounds (default 9, quick 3)
  --store <file>      keep the store with the policies here, or reuse it
  --events <file>     events to learn from, as JSON Lines
  --against <folder>  the dist folder of another build, which takes turns with this one
  --json              print the figures as JSON instead of tables
`;

await runMeasurement({
  usage: USAGE,
  options: { numbers: ["policies", "rounds"], texts: ["store", "events", "against"], flags: ["quick"] },
  measure: async (values, { folder, progress }) => {
    const { quick, policies = quick ? 10_000 : 100_000, rounds = quick ? 3 : 9, events: eventsFile, against } = values;
    const other = against === undefined ? undefined : await loadLibrary(against);
    const template = values.store ?? join(folder, "template.db");
    const onFilling = (created: number) => progress.show(`filling the store: ${created} of ${policies} policies`);
    const store = await fillStore(library, template, policies, onFilling);
    const otherTemplate = join(folder, "template-other.db");
    if (other !== undefined) await fillStore(other, otherTemplate, policies, onFilling);
    const database = await describeDatabase(library, template);
    const calls = await compareCalls({
      build: { library, template },
      other: other && { library: other, template: otherTemplate },
      folder,
      policies,
      rounds,
      callsPerRound: quick ? 300 : 1000,
      warmUpCalls: quick ? 1000 : 3000,
      onProgress: (round) => progress.show(`calls: round ${round} of ${rounds}`),
    });
    const learning = await measureLearning({
      library,
      other,
      folder,
      rounds,
      eventsPerRound: quick ? 1000 : 10_000,
      warmUpEvents: quick ? 2000 : 5000,
      eventsFile,
      onProgress: (round) => progress.show(`learning: round ${round} of ${rounds}`),
    });
    const learnCommand = await measureLearnCommand({
      folder,
      rounds: quick ? 1 : 5,
      events: quick ? 10_000 : 100_000,
      eventsFile,
      onProgress: (round) => progress.show(`learn command: run ${round}`),
    });
    return { database, store, calls, learning, learnCommand, other: against };
  },
  blocks: sqliteBlocks,
});
