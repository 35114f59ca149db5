import { InvalidArgumentError } from "./errors.js";

/** As much of an `AbortSignal` as is needed, so that these declarations need neither Node's nor the browser's. */
export interface AbortSignalLike {
  readonly aborted: boolean;
  /** What waiting then rejects with. */
  readonly reason?: unknown;
  addEventListener(type: "abort", listener: () => void): void;
  removeEventListener(type: "abort", listener: () => void): void;
}

/** For calls that wait. */
export interface Abortable {
  /** Ends the wait when it is aborted: the call then rejects with the reason of the signal. Default: it waits. */
  readonly signal?: AbortSignalLike | undefined;
}

/**
 * @throws {@link InvalidArgumentError} for what is no signal
 * @throws the reason of a signal that is aborted already
 */
export function checkSignal(signal: AbortSignalLike | undefined): void {
  if (signal === undefined) return;
  if (typeof signal?.addEventListener !== "function" || typeof signal.aborted !== "boolean") {
    throw new InvalidArgumentError("signal", signal, "an AbortSignal");
  }
  if (signal.aborted) throw signal.reason;
}

/** What the work ends with, unless the signal is aborted before: the work goes on then, and nobody waits for it. */
export async function unlessAborted<Value>(work: Promise<Value>, signal: AbortSignalLike | undefined): Promise<Value> {
  if (signal === undefined) return work;
  let end = () => {};
  const aborted = new Promise<never>((_, reject) => {
    end = () => reject(signal.reason);
    signal.addEventListener("abort", end);
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener("abort", end);
  }
}
