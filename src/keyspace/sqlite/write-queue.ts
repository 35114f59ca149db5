import { monotonicMs, sleep, soon } from "../../common/timing.js";

interface WaitingWrite {
  readonly execute: () => unknown;
  readonly resolve: (output: never) => void;
  readonly reject: (error: unknown) => void;
  readonly deadlineMs: number;
}

export interface WriteQueueOptions {
  /** Runs a body as one transaction. Throws what the body or the commit throws; nothing is changed then. */
  readonly transaction: <Output>(body: () => Output) => Output;
  readonly isBusy: (error: unknown) => boolean;
  /** How long a write waits for other processes. */
  readonly busyTimeoutMs: number;
}

/** Most writes of one transaction. */
const MOST_PER_TRANSACTION = 100;

/**
 * Runs writes in the order they are asked for, in one transaction all those that are asked for before the first of them
 * begins: by callers that run at the same time, or while the file is locked by another process. A write that nobody else
 * accompanies begins at the end of the current microtask, so it does not wait for company.
 *
 * One of several writes that fails takes nothing of the others with it: then each gets a transaction of its own.
 */
export class WriteQueue {
  readonly #options: WriteQueueOptions;
  #waiting: WaitingWrite[] = [];
  #isDraining = false;

  constructor(options: WriteQueueOptions) {
    this.#options = options;
  }

  run<Output>(execute: () => Output): Promise<Output> {
    return new Promise<Output>((resolve, reject) => {
      const deadlineMs = monotonicMs() + this.#options.busyTimeoutMs;
      this.#waiting.push({ execute, resolve, reject, deadlineMs });
      if (this.#isDraining) return;
      this.#isDraining = true;
      soon(() => void this.#drain());
    });
  }

  /** Tries once more what waits, and refuses the rest. */
  close(refusal: () => unknown): void {
    this.#attemptAll();
    for (const write of this.#waiting.splice(0)) write.reject(refusal());
  }

  async #drain(): Promise<void> {
    for (;;) {
      this.#attemptAll();
      if (this.#waiting.length === 0) break;
      await sleep(1 + Math.random() * 10);
    }
    this.#isDraining = false;
  }

  /** Leaves only what the file was too busy for. */
  #attemptAll(): void {
    const writes = this.#waiting;
    this.#waiting = [];
    for (let start = 0; start < writes.length; start += MOST_PER_TRANSACTION) {
      this.#attempt(writes.slice(start, start + MOST_PER_TRANSACTION));
    }
  }

  #attempt(group: readonly WaitingWrite[]): void {
    try {
      const outputs = this.#options.transaction(() => group.map((write) => write.execute()));
      for (const [index, write] of group.entries()) write.resolve(outputs[index] as never);
    } catch (error) {
      if (this.#options.isBusy(error)) this.#postpone(group, error);
      else if (group.length === 1) group[0]?.reject(error);
      else for (const write of group) this.#attempt([write]);
    }
  }

  #postpone(group: readonly WaitingWrite[], error: unknown): void {
    const now = monotonicMs();
    for (const write of group) {
      if (now >= write.deadlineMs) write.reject(error);
      else this.#waiting.push(write);
    }
  }
}
