// Sends commands to a server while the thread that asks stands still.
import { workerData } from "node:worker_threads";
import { createClient, RESP_TYPES } from "@redis/client";

const { url, port, signal } = workerData;
const client = createClient({ url });
const connected = client.connect();

port.on("message", async (command) => {
  const answer = await connected
    .then(() => client.sendCommand(command, { typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer } }))
    .then(
      (reply) => ({ reply }),
      (error) => ({ error: error.message }),
    );
  port.postMessage(answer);
  Atomics.store(signal, 0, 1);
  Atomics.notify(signal, 0);
});
