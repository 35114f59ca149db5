// A process that does nothing but count what others record, until it is told to end. Parameter: location.
const { CRYSTALLIZER_GROUP, crystallizationHandler, openStore, OUTCOME_STREAM, StreamConsumer } = await import(
  process.env.POLICYCACHE_INDEX
);
const [location] = process.argv.slice(2);
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
