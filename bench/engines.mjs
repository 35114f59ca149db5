// The same calls on every engine, taking turns, each beside the bare operation of its engine.

import * as library from "./library.mjs";
import { runPart } from "./part.mjs";
import { enginesBlocks } from "./report-stores.mjs";
import { CALLS, ENGINES, measureStores, openStore } from "./store-calls.mjs";

const USAGE = `Usage: node bench/engines.mjs [options]

  --quick              10 000 policies, fewer rounds
  --policies <n>       policies of a store (default 100000)
  --rounds <n>         rounds (default 9, quick 2)
  --json               print the figures as JSON instead of a table
`;

await runPart({
  usage: USAGE,
  options: { policies: { type: "string" }, rounds: { type: "string" } },
  measure: async ({ quick, policies, rounds }, { folder, startRedis, progress }) => {
    const size = Number(policies ?? (quick ? 10_000 : 100_000));
    const url = (await startRedis())?.url;
    const stores = [];
    for (const engine of ENGINES.filter((name) => name !== "Redis" || url !== undefined)) {
      const onProgress = (made) => progress.show(`${engine}: ${made} of ${size} policies`);
      stores.push(
        await openStore({ library, engine, shape: "agents of a hundred", policies: size, folder, url, onProgress }),
      );
    }
    const figures = await measureStores(stores, {
      calls: Object.keys(CALLS),
      rounds: Number(rounds ?? (quick ? 2 : 9)),
      callsPerRound: quick ? 200 : 1000,
      onProgress: (text) => progress.show(`engines, ${text}`),
    });
    for (const store of stores) await store.close();
    return { policies: size, figures };
  },
  blocks: enginesBlocks,
});
