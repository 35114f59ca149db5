// A process that handles entries until it meets one that kills it. Parameters: location, stream, the field `pk` of that.
import { built } from "./built-package.js";

const { openStore, StreamConsumer } = built;
const [location = "", streamKey = "", deadly] = process.argv.slice(2);
const store = await openStore(location);
const consumer = new StreamConsumer({
  store,
  streamKey,
  groupName: "workers",
  consumerName: "worker",
  claimTimeoutMs: 1,
  maxRetries: 2,
  handler: (entries) => {
    for (const { fields } of entries) if (fields.pk === deadly) process.kill(process.pid, "SIGKILL");
    for (const { fields } of entries) console.log(fields.pk);
  },
});
while ((await consumer.processBatch({ blockMs: 10 })) > 0) {
  // Until nothing is left.
}
await store.close();
