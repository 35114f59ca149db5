import { Store } from "../../../src/store/store.js";
import type { StoreRequest } from "../../../src/testing/index.js";
import { BoundaryEngine } from "../boundary-engine.js";

/** Stands for the engine of a reader of docs/testing-an-engine.md. */
export async function openMyStore(_folder: string, request: StoreRequest): Promise<Store> {
  return new Store(new BoundaryEngine(), request);
}
