import { InvalidArgumentError } from "./errors.js";

/** As much of an `AbortSignal` as is needed, so that these declarations need neither Node's nor the browser's. */
export interface AbortSignalLike {
  readonly aborted: boolean;
  /** What waiting then rejects with. */
  readonly reason?: unknown;
  /** Has the listener called when the signal aborts. */
  addEventListener(type: "abort", listener: () => void): void;
  /** Has the listener not called any more. */
  removeEventListener(type: "abort", listener: () => void): void;
}

/** For calls that wait. */
export interface Abortable {
  /** Ends the wait when it is aborted: the call then rejects with the reason of the signal. Default: it waits. */
  readonly signal?: AbortSignalLike | undefined;
}

/** @throws {@link InvalidArgumentError} for what is no signal */
export function requireSignal(signal: AbortSignalLike | undefined): void {
  if (signal === undefined || isSignal(signal)) return;
  throw new InvalidArgumentError("signal", signal, "an AbortSignal");
}

/**
 * @throws {@link InvalidArgumentError} for what is no signal
 * @throws the reason of a signal that is aborted already
 */
export function checkSignal(signal: AbortSignalLike | undefined): void {
  requireSignal(signal);
  if (signal?.aborted === true) throw reasonOf(signal);
}

/** What a wait ends with. Signals of others may be aborted without a reason, and nobody expects to catch `undefined`. */
export function reasonOf({ reason }: AbortSignalLike): unknown {
  return reason ?? new DOMException("This operation was aborted", "AbortError");
}

function isSignal(signal: AbortSignalLike): boolean {
  try {
    const { addEventListener, removeEventListener, aborted } = signal;
    return [addEventListener, removeEventListener].every(isFunction) && typeof aborted === "boolean";
  } catch {
    return false; // it cannot be read
  }
}

function isFunction(value: unknown): boolean {
  return typeof value === "function";
}

/** What the work ends with, unless the signal is aborted before: the work goes on then, and nobody waits for it. */
export async function unlessAborted<Value>(work: Promise<Value>, signal: AbortSignalLike | undefined): Promise<Value> {
  if (signal === undefined) return work;
  if (signal.aborted) {
    work.catch(() => {}); // nobody waits for it any more
    throw reasonOf(signal);
  }
  let stopListening = () => {};
  const aborted = new Promise<never>((_, reject) => {
    stopListening = whenAborted(signal, () => reject(reasonOf(signal)));
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    stopListening();
  }
}

/** As {@link unlessAborted}; what comes of the work nevertheless is let go of by `discard`. */
export async function openedUnlessAborted<Opened>(
  opening: Promise<Opened>,
  signal: AbortSignalLike | undefined,
  discard: (opened: Opened) => Promise<void>,
): Promise<Opened> {
  try {
    return await unlessAborted(opening, signal);
  } catch (error) {
    if (signal?.aborted === true) opening.then(discard, () => undefined);
    throw error;
  }
}

interface Waiting {
  readonly ends: Set<() => void>;
  readonly listener: () => void;
}

/** Who waits for which signal. Many calls may share one: they share a listener, too, since Node warns of more than ten. */
const waitingFor = new WeakMap<AbortSignalLike, Waiting>();

/** Has `end` called when the signal is aborted. @returns a function that ends it */
export function whenAborted(signal: AbortSignalLike, end: () => void): () => void {
  const waiting = waitingFor.get(signal) ?? listenTo(signal);
  waiting.ends.add(end);
  return () => {
    waiting.ends.delete(end);
    if (waiting.ends.size > 0 || waitingFor.get(signal) !== waiting) return;
    waitingFor.delete(signal);
    try {
      signal.removeEventListener("abort", waiting.listener);
    } catch {
      // What was a signal is none any more: nobody is listening.
    }
  };
}

function listenTo(signal: AbortSignalLike): Waiting {
  const ends = new Set<() => void>();
  const listener = () => {
    for (const end of ends) end();
  };
  try {
    signal.addEventListener("abort", listener);
  } catch {
    throw new InvalidArgumentError("signal", signal, "an AbortSignal"); // it was one when it was looked at
  }
  const waiting = { ends, listener };
  waitingFor.set(signal, waiting);
  return waiting;
}
