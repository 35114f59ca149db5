import { ConfigurationError } from "../common/errors.js";
import type { Transfer } from "../keyspace/port/transfer.js";
import type { Store } from "../store/store.js";

/** @throws {@link ConfigurationError} when the store's engine cannot be moved */
export function requireTransfer(store: Store): Transfer {
  if (store.transfer !== undefined) return store.transfer;
  throw new ConfigurationError("store", store.engineName, "a store whose engine implements Transfer");
}
