import { AppendSignal } from "../append-signal.js";
import type { Engine, Operation } from "../engine.js";
import { storeClosedError } from "../store-errors.js";
import { MemoryKeyspace } from "./keyspace.js";

/** Keeps everything in this process. Gone when the process ends; nothing native is loaded. */
export class MemoryEngine implements Engine {
  readonly name = "memory";
  readonly location = "memory:";
  readonly #keyspace = new MemoryKeyspace();
  readonly #appends = new AppendSignal();
  #closed = false;

  async run<Input, Output>(operation: Operation<Input, Output>, input: Input): Promise<Output> {
    if (this.#closed) throw storeClosedError(this.location);
    let output: Output;
    try {
      output = operation.execute(this.#keyspace, input);
    } catch (error) {
      this.#keyspace.rollback();
      throw error;
    }
    for (const stream of this.#keyspace.commit()) this.#appends.notify(stream);
    return output;
  }

  waitForAppend(stream: string, timeoutMs: number, signal: AbortSignal): Promise<void> {
    return this.#appends.wait(stream, timeoutMs, signal);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#appends.notifyAll();
  }
}
