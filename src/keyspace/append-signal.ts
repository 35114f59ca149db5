/** Wakes those who wait for a stream to grow, within one process. */
export class AppendSignal {
  readonly #waiting = new Map<string, Set<() => void>>();

  notify(stream: string): void {
    for (const wake of this.#waiting.get(stream) ?? []) wake();
  }

  notifyAll(): void {
    for (const stream of this.#waiting.keys()) this.notify(stream);
  }

  /** Waits without keeping the process alive. */
  wait(stream: string, timeoutMs: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const waiters = this.#waiting.get(stream) ?? new Set();
      this.#waiting.set(stream, waiters);
      const timer = setTimeout(finish, timeoutMs);
      timer.unref?.();
      function finish(): void {
        clearTimeout(timer);
        waiters.delete(finish);
        signal.removeEventListener("abort", finish);
        resolve();
      }
      waiters.add(finish);
      signal.addEventListener("abort", finish);
    });
  }
}
