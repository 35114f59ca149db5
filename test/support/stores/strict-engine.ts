import { MemoryEngine } from "../../../src/keyspace/memory/engine.js";
import type { Operation } from "../../../src/keyspace/port/engine.js";
import { wrapKeyspace } from "./wrapped-keyspace.js";

/** What every shard has one of: what belongs to no scope, or to all scopes of the shard. */
const PER_SHARD = /^(agents$|malformed\t|settings\t|stream:|dead:)/;

/**
 * Shards in memory that belong to each other so little that an operation which looks for something in the wrong one
 * fails: a key is only ever used in one shard, and a key that contains the name of a scope only in the shard of that.
 */
export class StrictEngine extends MemoryEngine {
  readonly #shardOfKey = new Map<string, number>();

  override run<Input, Output>(operation: Operation<Input, Output>, input: Input, shard: number): Promise<Output> {
    const execute: typeof operation.execute = (keyspace, given) => {
      const wrapped = wrapKeyspace(keyspace);
      const output = operation.execute(wrapped.keyspace, given);
      for (const [structure, keys] of wrapped.touched) {
        for (const key of keys) this.#check(operation.name, structure, key, shard);
      }
      return output;
    };
    return super.run({ ...operation, execute }, input, shard);
  }

  #check(operation: string, structure: string, key: string, shard: number): void {
    if (PER_SHARD.test(key)) return;
    const place = `${structure} ${key}`;
    const known = this.#shardOfKey.get(place) ?? shard;
    if (known !== shard) throw new Error(`${operation} uses ${place} in shard ${shard}; it is in shard ${known}`);
    this.#shardOfKey.set(place, shard);
  }
}
