// Does the library keep what it promises of an error budget? Worlds with known truth, lived through with the public API, beside
// the figures of the design it was built from.

import { availableParallelism } from "node:os";
import { runMeasurement } from "../harness/measurement.js";
import { afterChange, afterChangeBlocks } from "./proven/after-change.js";
import { aimlessAgents, aimlessBlocks } from "./proven/aimless.js";
import { firstServed, firstServedBlocks } from "./proven/first-served.js";
import { lateBlocks, lateReports } from "./proven/late.js";
import { Players } from "./proven/playing/players.js";
import type { Stage } from "./proven/stage.js";
import { typeOne, typeOneBlocks } from "./proven/type-one.js";
import { worldsBlocks, worldsTable } from "./proven/worlds-table.js";

const USAGE = `Usage: npm run bench -- proven [options]

  --quick            few worlds, and no long ones: a few seconds
  --only <part,...>  worlds, first-served, edge, late, change, aimless (default all)
  --worlds <n>       of each kind; where they are long, a part of that (default 1000, quick 6)
  --seed <n>         default 1
  --processes <n>    default one for each core; the figures do not depend on it
  --json             print the figures as JSON instead of tables
`;

const PARTS = ["worlds", "first-served", "edge", "late", "change", "aimless"] as const;

await runMeasurement({
  usage: USAGE,
  options: { numbers: ["worlds", "seed", "processes"], texts: ["only"], flags: ["quick"] },
  measure: async (values, { progress }) => {
    const { quick, only, worlds = quick ? 6 : 1000, seed = 1, processes = availableParallelism() } = values;
    const parts = only?.split(",") ?? PARTS;
    const unknown = parts.find((part) => !PARTS.some((known) => known === part));
    if (unknown !== undefined) throw new Error(`--only is ${unknown}, expected ${PARTS.join(", ")}.`);
    let current = "";
    const players = new Players(processes, (open) => progress.show(`${current}: ${open} jobs left`));
    const stage: Stage = { players, worlds, isQuick: quick, seed };
    const measured = async <Figures>(part: (typeof PARTS)[number], measure: (stage: Stage) => Promise<Figures>) => {
      current = part;
      return parts.includes(part) ? await measure(stage) : undefined;
    };
    try {
      return {
        seed,
        worlds: await measured("worlds", worldsTable),
        firstServed: await measured("first-served", firstServed),
        typeOne: await measured("edge", typeOne),
        late: await measured("late", lateReports),
        afterChange: await measured("change", afterChange),
        aimless: await measured("aimless", aimlessAgents),
      };
    } finally {
      players.close();
    }
  },
  blocks: ({ seed, worlds, firstServed, typeOne, late, afterChange, aimless }) => [
    { text: `Seed ${seed}` },
    ...(worlds === undefined ? [] : worldsBlocks(worlds)),
    ...(firstServed === undefined ? [] : firstServedBlocks(firstServed)),
    ...(typeOne === undefined ? [] : typeOneBlocks(typeOne)),
    ...(late === undefined ? [] : lateBlocks(late)),
    ...(afterChange === undefined ? [] : afterChangeBlocks(afterChange)),
    ...(aimless === undefined ? [] : aimlessBlocks(aimless)),
  ],
});
