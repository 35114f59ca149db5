import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from "node:worker_threads";
import type { Keyspace } from "../../../src/keyspace/port/keyspace.js";
import { assembleScript } from "../../../src/keyspace/redis/scripts/assemble-script.js";
import { LUA_LIBRARY } from "../../../src/keyspace/redis/scripts/compiled-operations.js";
import { encodeInput } from "../../../src/keyspace/redis/scripts/encode-input.js";
import { decodeMessagePack } from "../../../src/keyspace/redis/scripts/message-pack.js";
import type { BridgeAnswer, BridgeEnds } from "./redis-keyspace-worker.js";

/** Worker threads do not take `--import tsx` from their options. */
const LOAD_WORKER = `import("tsx/esm/api").then(({ tsImport }) => tsImport("./redis-keyspace-worker.ts", "${import.meta.url}"))`;

/** Where a method's result may hold an empty map. */
const MAPS: Partial<Record<keyof Keyspace, readonly string[]>> = {
  getRecord: [""],
  listRecords: ["*.fields."],
  readStream: ["*.fields."],
  deliverNew: ["*.fields."],
  takeOver: ["*.fields."],
};

/**
 * The keyspace inside a Redis server, one script per call, for tests that need what an operation is given: methods that
 * return at once. A thread of its own talks to the server while this one stands still.
 */
export class RedisKeyspaceBridge {
  readonly keyspace: Keyspace;
  readonly #worker: Worker;
  readonly #port: MessagePort;
  readonly #signal = new Int32Array(new SharedArrayBuffer(4));

  /** @param keyOf - the key in Redis of a key of the port */
  constructor(url: string, keyPrefix: string, keyOf: (method: string, key: string) => string = (_, key) => key) {
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.#worker = new Worker(LOAD_WORKER, {
      eval: true,
      workerData: { url, port: port2, signal: this.#signal } satisfies BridgeEnds,
      transferList: [port2],
    });
    const call = (method: string, given: readonly unknown[]) => {
      const { lua } = assembleScript(LUA_LIBRARY, method, false, "unpack(cmsgpack.unpack(ARGV[2]))");
      const reply = this.#ask(["EVAL", lua, "1", keyPrefix, keyPrefix, encodeInput(given).packed]);
      return decodeMessagePack(reply, MAPS[method as keyof Keyspace] ?? []);
    };
    this.keyspace = new Proxy({} as Keyspace, {
      get: (_, method: string) => {
        return (key: string, ...others: readonly unknown[]) => call(method, [keyOf(method, key), ...others]);
      },
    });
  }

  /** Goes on in another database of the server. */
  select(database: string): void {
    this.#ask(["SELECT", database]);
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
    this.#port.close();
  }

  #ask(command: readonly (string | Buffer)[]): Buffer {
    Atomics.store(this.#signal, 0, 0);
    this.#port.postMessage(command);
    Atomics.wait(this.#signal, 0, 0, 30_000);
    const answer = receiveMessageOnPort(this.#port)?.message as BridgeAnswer<Uint8Array> | undefined;
    if (answer === undefined) throw new Error("The server gave no answer.");
    if ("error" in answer) throw new Error(answer.error);
    return Buffer.from(answer.reply);
  }
}
