import type { AbortSignalLike } from "../../common/abort.js";
import { startTimer, stopTimer } from "../../common/timing.js";

/** Wakes those who wait for a stream to grow, within one process. */
export class AppendSignal {
  readonly #waiting = new Map<string, Set<() => void>>();

  /** Wakes in a later turn, so that whoever appended goes on first and the appends of a burst are handled at once. */
  notify(stream: string): void {
    const waiters = this.#waiting.get(stream);
    if (waiters === undefined) return;
    this.#waiting.delete(stream);
    startTimer(() => {
      for (const wake of waiters) wake();
    }, 0);
  }

  notifyAll(): void {
    for (const stream of this.#waiting.keys()) this.notify(stream);
  }

  /** Waits without keeping the process alive. */
  wait(stream: string, timeoutMs: number, signal: AbortSignalLike): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const waiters = this.#waiting.get(stream) ?? new Set();
      this.#waiting.set(stream, waiters);
      const timer = startTimer(finish, timeoutMs);
      timer.unref?.();
      function finish(): void {
        stopTimer(timer);
        waiters.delete(finish);
        signal.removeEventListener("abort", finish);
        resolve();
      }
      waiters.add(finish);
      signal.addEventListener("abort", finish);
    });
  }
}
