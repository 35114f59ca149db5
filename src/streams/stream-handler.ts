import type { StreamEntry } from "../keyspace/port/keyspace.js";
import type { Store } from "../store/store.js";

/**
 * Handles entries of one shard, oldest first. When it returns, they are acknowledged; when it throws, they stay
 * pending. Delivery is at least once: a handler whose effects must happen once acknowledges inside its own operation
 * and says so.
 */
export type StreamHandler = (
  entries: readonly StreamEntry[],
  context: HandlerContext,
) => Promise<HandlerResult> | HandlerResult;

/** Nothing, for the consumer to acknowledge the entries; or that the handler has acknowledged them itself. */
// biome-ignore lint/suspicious/noConfusingVoidType: a handler that returns nothing is the usual one
export type HandlerResult = void | { readonly acknowledged: true };

/** Where the entries that a handler is given come from. */
export interface HandlerContext {
  readonly store: Store;
  readonly streamKey: string;
  readonly groupName: string;
  readonly consumerName: string;
  /** The shard all entries of the call are from. */
  readonly shard: number;
}
