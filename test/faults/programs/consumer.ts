// A process that does nothing but count what others record, until it is told to end. Parameter: location.
import { built } from "./built-package.js";

const { CRYSTALLIZER_GROUP, crystallizationHandler, openStore, OUTCOME_STREAM, StreamConsumer } = built;
const [location = ""] = process.argv.slice(2);
const store = await openStore(location);
const consumer = new StreamConsumer({
  store,
  streamKey: OUTCOME_STREAM,
  groupName: CRYSTALLIZER_GROUP,
  consumerName: "elsewhere",
  handler: crystallizationHandler,
  claimTimeoutMs: 1000,
});
process.once("SIGTERM", () => consumer.stop());
console.log("running");
await consumer.run();
await store.close();
console.log("stopped");
