import { MemoryEngine } from "../../src/keyspace/memory/engine.js";
import type { Engine, Keyspace, Operation } from "../../src/testing/index.js";

/** Puts something in place of methods of a keyspace. */
export type Tamper = (keyspace: Keyspace) => Partial<Keyspace>;

/**
 * An engine behind a wire: inputs and outputs cross as JSON, as they would to a server. By default it is a correct
 * engine; what is tampered with is not.
 */
export class BoundaryEngine implements Engine {
  readonly name = "boundary";
  readonly location = "elsewhere:";
  readonly #inner = new MemoryEngine();
  readonly #tamper: Tamper;

  constructor(tamper: Tamper = () => ({})) {
    this.#tamper = tamper;
  }

  get shardCount(): number {
    return this.#inner.shardCount;
  }

  async run<Input, Output>(operation: Operation<Input, Output>, input: Input, shard: number): Promise<Output> {
    const sent: Input = throughJson(input);
    const execute = (keyspace: Keyspace) => operation.execute(this.#tampered(keyspace), sent);
    return throughJson(await this.#inner.run({ ...operation, execute }, sent, shard));
  }

  waitForAppend(stream: string, shard: number, timeoutMs: number, signal: AbortSignal): Promise<void> {
    return this.#inner.waitForAppend(stream, shard, timeoutMs, signal);
  }

  close(): Promise<void> {
    return this.#inner.close();
  }

  #tampered(keyspace: Keyspace): Keyspace {
    const replaced = this.#tamper(keyspace);
    return new Proxy(keyspace, {
      get(target, property) {
        const method: unknown = Reflect.get(replaced, property) ?? Reflect.get(target, property);
        return typeof method === "function" ? method.bind(target) : method;
      },
    });
  }
}

function throughJson<Value>(value: Value): Value {
  return value === undefined ? value : (JSON.parse(JSON.stringify(value)) as Value);
}
