import { StoreError } from "../../common/errors.js";
import { withinTime } from "../../common/given/thenable.js";

/** Why the cache could not say anything. */
export interface Unavailable {
  /** Of the error, such as "STORE_UNAVAILABLE". */
  readonly code: string;
  readonly message: string;
  /** Whether the same call may succeed later. */
  readonly retryable: boolean;
}

/**
 * What the store says, if it does in time.
 *
 * @param timeoutMs - undefined to wait as long as the store's own limits allow
 * @throws {@link StoreError} STORE_UNAVAILABLE when it does not
 */
export async function inTime<Value>(work: Promise<Value>, timeoutMs: number | undefined): Promise<Value> {
  if (timeoutMs === undefined) return work;
  let isLate = true;
  const settled = work.finally(() => {
    isLate = false;
  });
  try {
    return await withinTime(settled, timeoutMs);
  } catch (error) {
    if (!isLate) throw error;
    settled.catch(() => {}); // nobody waits for it any more
    throw new StoreError("STORE_UNAVAILABLE", `The store did not answer within ${timeoutMs} ms.`, { retryable: true });
  }
}

/** @returns undefined for an error that is not the store's, and for a store that the caller has closed */
export function unavailableFor(error: unknown): Unavailable | undefined {
  if (!(error instanceof StoreError) || error.code === "STORE_CLOSED") return undefined;
  const { code, message, retryable } = error;
  return { code, message, retryable };
}
