import type { Operation } from "../../src/keyspace/port/engine.js";
import type { Store } from "../../src/store/store.js";
import { STRUCTURES, type Structure, type TouchedKeys, wrapKeyspace } from "./stores/wrapped-keyspace.js";

export class InjectedFault extends Error {
  override readonly name = "InjectedFault";
}

/** Makes the error to throw in place of a change. */
type FaultFactory = (description: string) => Error;

/** Watches operations that a store runs, those of one name or all, and makes them fail on demand. */
export class FaultInjector {
  readonly #touched = new Map<Structure, Set<string>>(STRUCTURES.map((structure) => [structure, new Set()]));
  readonly #createFault: FaultFactory;
  #failAt = Number.POSITIVE_INFINITY;
  #changes = 0;

  constructor(
    store: Store,
    operationName?: string,
    createFault: FaultFactory = (description) => new InjectedFault(description),
  ) {
    this.#createFault = createFault;
    const run = store.run.bind(store);
    store.run = <Input, Output>(operation: Operation<Input, Output>, input: Input, shard: number): Promise<Output> =>
      run((operationName ?? operation.name) === operation.name ? this.#watch(operation) : operation, input, shard);
  }

  /** Keys that the operations touched, by structure. */
  get touched(): TouchedKeys {
    return this.#touched;
  }

  /** Changes made by the last operation. */
  get changes(): number {
    return this.#changes;
  }

  /**
   * Makes each following operation throw instead of making its n-th change, counted from 1; one more than it makes lets
   * it throw at its end. Infinity: never.
   */
  failAt(change: number): void {
    this.#failAt = change;
  }

  #watch<Input, Output>(operation: Operation<Input, Output>): Operation<Input, Output> {
    const execute: typeof operation.execute = (inner, input) => {
      const wrapped = wrapKeyspace(inner, (change) => {
        if (change === this.#failAt) throw this.#createFault(`at change ${change} of ${operation.name}`);
      });
      try {
        const output = operation.execute(wrapped.keyspace, input);
        if (this.#failAt === wrapped.changes() + 1) throw this.#createFault(`at the end of ${operation.name}`);
        return output;
      } finally {
        this.#changes = wrapped.changes();
        for (const [structure, keys] of wrapped.touched) {
          for (const key of keys) this.#touched.get(structure)?.add(key);
        }
      }
    };
    return { ...operation, execute };
  }
}
