// What calls cost on Redis beside the bare commands of the same payload. The method: docs/benchmarks.md.

import { runMeasurement } from "../harness/measurement.js";
import { compareRedisCalls } from "./redis/compare-calls.js";
import { type RedisReport, redisBlocks } from "./redis/report.js";

const USAGE = `Usage: npm run bench -- redis [options]

  --quick           2000 policies, fewer rounds
  --policies <n>    policies in each store (default 20000)
  --rounds <n>      rounds (default 9, quick 3)
  --json            print the figures as JSON instead of tables
`;

await runMeasurement({
  usage: USAGE,
  options: { numbers: ["policies", "rounds"], flags: ["quick"] },
  measure: async ({ quick, policies, rounds }, { startRedis, progress }): Promise<RedisReport> => {
    const server = await startRedis();
    if (server === undefined) {
      return { skipped: "no redis-server on the PATH; apt-get install redis-server brings one" };
    }
    return compareRedisCalls({
      url: server.url,
      policies: policies ?? (quick ? 2000 : 20_000),
      rounds: rounds ?? (quick ? 3 : 9),
      callsPerRound: quick ? 200 : 2000,
      warmUpCalls: 1000,
      onProgress: (text) => progress.show(text),
    });
  },
  blocks: redisBlocks,
});
