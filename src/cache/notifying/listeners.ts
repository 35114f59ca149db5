import { InvalidArgumentError } from "../../common/errors.js";
import { tell } from "../../common/given/tell.js";
import { hintFor } from "../../common/unknown-names.js";

/** Who wants to be told what. */
export class Listeners<Events extends object> {
  readonly #names: readonly string[];
  readonly #listeners = new Map<string, Set<(event: never) => unknown>>();
  #count = 0;

  /** @param names - of all events */
  constructor(names: readonly (keyof Events & string)[]) {
    this.#names = names;
  }

  /** Whether nobody listens to anything. */
  get isEmpty(): boolean {
    return this.#count === 0;
  }

  /** @returns a function that ends it; calling it again does nothing */
  add<Name extends keyof Events & string>(name: Name, listener: (event: Events[Name]) => unknown): () => void {
    if (!this.#names.includes(name)) {
      const hint = hintFor(typeof name === "string" ? name : "", this.#names);
      throw new InvalidArgumentError("event", name, "the name of an event", { hint });
    }
    if (typeof listener !== "function") throw new InvalidArgumentError("listener", listener, "a function");
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners);
    const own = (event: Events[Name]) => tell(listener, event, `A listener of "${name}"`);
    listeners.add(own);
    this.#count += 1;
    return () => {
      if (listeners.delete(own)) this.#count -= 1;
    };
  }

  /** Tells all listeners of an event, in the order in which they came. */
  emit<Name extends keyof Events & string>(name: Name, event: Events[Name]): void {
    const listeners = this.#listeners.get(name);
    if (listeners === undefined || listeners.size === 0) return;
    for (const listener of [...listeners]) (listener as (event: Events[Name]) => unknown)(event);
  }
}
