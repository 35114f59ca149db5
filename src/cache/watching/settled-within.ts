import { type AbortSignalLike, unlessAborted } from "../../common/abort.js";
import { monotonicMs, startTimer, stopTimer } from "../../common/timing.js";

/** What became of work: a value, an error, or neither when the time was over before. */
export interface Settled<Value> {
  readonly value?: Value;
  readonly error?: unknown;
  readonly tookMs: number;
}

/** Waits for work no longer than this. @throws the reason of the signal when it is aborted */
export async function settledWithin<Value>(
  work: Promise<Value>,
  timeoutMs: number,
  signal: AbortSignalLike | undefined,
): Promise<Settled<Value>> {
  const startedMs = monotonicMs();
  const took = () => monotonicMs() - startedMs;
  const settled = work.then(
    (value): Settled<Value> => ({ value, tookMs: took() }),
    (error: unknown): Settled<Value> => ({ error, tookMs: took() }),
  );
  let stop = () => {};
  const late = new Promise<Settled<Value>>((resolve) => {
    const timer = startTimer(() => resolve({ tookMs: took() }), timeoutMs);
    stop = () => stopTimer(timer);
  });
  try {
    return await unlessAborted(Promise.race([settled, late]), signal);
  } finally {
    stop();
  }
}
