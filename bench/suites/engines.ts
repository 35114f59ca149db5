// The same calls on every engine, taking turns, each beside the bare operation of its engine.

import { runMeasurement } from "../harness/measurement.js";
import { enginesBlocks } from "./stores/report.js";
import { CALL_NAMES, ENGINES, measureStores, openFilledStore } from "./stores/store-calls.js";

const USAGE = `Usage: npm run bench -- engines [options]

  --quick              10 000 policies, fewer rounds
  --policies <n>       policies of a store (default 100000)
  --rounds <n>         rounds (default 9, quick 2)
  --json               print the figures as JSON instead of a table
`;

await runMeasurement({
  usage: USAGE,
  options: { numbers: ["policies", "rounds"], flags: ["quick"] },
  measure: async ({ quick, policies, rounds }, { folder, startRedis, progress }) => {
    const size = policies ?? (quick ? 10_000 : 100_000);
    const url = (await startRedis())?.url;
    const stores = [];
    for (const engine of ENGINES.filter((name) => name !== "Redis" || url !== undefined)) {
      const onProgress = (made: number) => progress.show(`${engine}: ${made} of ${size} policies`);
      stores.push(
        await openFilledStore({ engine, shape: "agents of a hundred", policies: size, folder, url, onProgress }),
      );
    }
    const figures = await measureStores(stores, {
      calls: CALL_NAMES,
      rounds: rounds ?? (quick ? 2 : 9),
      callsPerRound: quick ? 200 : 1000,
      onProgress: (text) => progress.show(`engines, ${text}`),
    });
    for (const store of stores) await store.close();
    return { policies: size, figures };
  },
  blocks: enginesBlocks,
});
