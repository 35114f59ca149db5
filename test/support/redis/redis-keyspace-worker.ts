// Sends commands to a server while the thread that asks stands still.
import { type MessagePort, workerData } from "node:worker_threads";
import { createClient, RESP_TYPES } from "@redis/client";

/** What the thread that asks hands over. */
export interface BridgeEnds {
  readonly url: string;
  readonly port: MessagePort;
  readonly signal: Int32Array;
}

export type BridgeAnswer<Reply = unknown> = { readonly reply: Reply } | { readonly error: string };

const { url, port, signal }: BridgeEnds = workerData;
const client = createClient({ url });
const connected = client.connect();

port.on("message", async (command: readonly (string | Uint8Array)[]) => {
  port.postMessage(await answerTo(command));
  Atomics.store(signal, 0, 1);
  Atomics.notify(signal, 0);
});

async function answerTo(command: readonly (string | Uint8Array)[]): Promise<BridgeAnswer> {
  try {
    await connected;
    const given = command.map((part) => (typeof part === "string" ? part : Buffer.from(part))); // bytes lose their class
    const reply = await client.sendCommand(given, { typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer } });
    return { reply };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}
