// A consumer that takes what there is and never finishes with it. Parameters: location, seconds its clock is ahead.
import { built } from "./built-package.js";

const { CRYSTALLIZER_GROUP, openStore, OUTCOME_STREAM, StreamConsumer } = built;
const [location = "", secondsAhead] = process.argv.slice(2);
const store = await openStore(location, { clock: () => Date.now() / 1000 + Number(secondsAhead) });
const consumer = new StreamConsumer({
  store,
  streamKey: OUTCOME_STREAM,
  groupName: CRYSTALLIZER_GROUP,
  consumerName: "hanging",
  handler: (entries) => {
    console.log(`holds ${entries.length}`);
    return new Promise(() => {});
  },
});
await consumer.run();
