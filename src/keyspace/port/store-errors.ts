import { StoreError } from "../../common/errors.js";

export function storeReadOnlyError(location: string): StoreError {
  return new StoreError("STORE_READ_ONLY", `The store at ${location} was opened for reading only.`, {
    hint: "Open it without readOnly to write to it.",
  });
}

export function storeNotFoundError(location: string): StoreError {
  return new StoreError("STORE_NOT_FOUND", `There is no store at ${location}.`, { hint: "Name one that exists." });
}

export function storeClosedError(location: string): StoreError {
  return new StoreError("STORE_CLOSED", `The store at ${location} is closed.`, {
    hint: "Open it again before using it.",
  });
}
