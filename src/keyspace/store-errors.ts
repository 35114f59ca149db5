import { StoreError } from "../errors.js";

export function storeClosedError(location: string): StoreError {
  return new StoreError("STORE_CLOSED", `The store at ${location} is closed.`, {
    hint: "Open it again before using it.",
  });
}
