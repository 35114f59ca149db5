import { it } from "vitest";
import { describeWithData } from "../../support/golden.js";
import { describeWithCluster, describeWithRedis } from "../../support/redis/describe-with-redis.js";
import { openCacheAt } from "../../support/stores/stores.js";
import { expectedFigures, expectFigures, learnAll, readEvents, VARIANTS } from "./tau-bench-figures.js";

const SETTINGS = [
  { workers: "background", batchSize: 50, ciThreshold: 0.6 },
  { workers: "inline", batchSize: 1, ciThreshold: 0.3 },
  { workers: "inline", batchSize: 5000, ciThreshold: 0.6 },
  { workers: "none", batchSize: 7, ciThreshold: 0.3 },
] as const;

for (const { variant, file } of VARIANTS) {
  describeWithData(`learning from real agent runs, ${variant} states`, file, (path) => {
    const events = readEvents(path);
    const expected = expectedFigures(variant);

    describeWithRedis("on Redis", (server) => {
      it.each(SETTINGS.slice(0, variant === "base" ? 4 : 1))(
        "gives the reference figures, workers $workers, batches of $batchSize, threshold $ciThreshold",
        async ({ workers, batchSize, ciThreshold }) => {
          await server.command("FLUSHALL");
          const cache = await openCacheAt(server.url, { workers, batchSize, defaults: { ciThreshold } });
          await learnAll(cache, events, batchSize, workers);
          await expectFigures(cache, expected, ciThreshold);
        },
      );
    });

    describeWithCluster("on a Redis cluster", (cluster) => {
      it.each(SETTINGS.slice(0, variant === "base" ? 2 : 1))(
        "gives the reference figures, workers $workers, batches of $batchSize, threshold $ciThreshold",
        async ({ workers, batchSize, ciThreshold }) => {
          for (const node of cluster.masters) await node.command("FLUSHALL");
          const cache = await openCacheAt({ nodes: cluster.urls }, { workers, batchSize, defaults: { ciThreshold } });
          await learnAll(cache, events, batchSize, workers);
          await expectFigures(cache, expected, ciThreshold);
        },
      );
    });
  });
}
