import { monotonicMs, startTimer, type Timer } from "../../../common/timing.js";

interface Waiting {
  readonly deadline: number;
  readonly reject: (error: unknown) => void;
  isDone: boolean;
}

const COMPACT_AFTER = 1024;

/**
 * Ends what takes too long. All have the same limit, so that one timer, for the oldest, is enough. That timer keeps the process
 * alive while somebody waits, and only then: connections do not.
 */
export class Deadlines {
  readonly #limitMs: number;
  readonly #createError: () => Error;
  /** Oldest first; those before `#first` are done. */
  readonly #waiting: Waiting[] = [];
  #first = 0;
  #underway = 0;
  #whenSettled: (() => void)[] = [];
  #timer: Timer | undefined;

  constructor(limitMs: number, createError: () => Error) {
    this.#limitMs = limitMs;
    this.#createError = createError;
  }

  /**
   * As the promise; rejects when that takes longer than the limit.
   *
   * @param recover - tried once when the promise rejects, within the same limit
   */
  guard<Value>(promise: Promise<Value>, recover?: (error: unknown) => Promise<Value>): Promise<Value> {
    return new Promise((resolve, reject) => {
      const waiting: Waiting = { deadline: monotonicMs() + this.#limitMs, reject, isDone: false };
      this.#forgetDone();
      this.#waiting.push(waiting);
      this.#underway += 1;
      if (this.#timer === undefined) this.#arm(this.#limitMs);
      else if (this.#underway === 1) this.#timer.ref();
      const succeed = (value: Value) => {
        this.#finish(waiting);
        resolve(value);
      };
      const fail = (error: unknown) => {
        this.#finish(waiting);
        reject(error);
      };
      promise.then(succeed, recover === undefined ? fail : (error) => recover(error).then(succeed, fail));
    });
  }

  /** Whether nobody waits for anything. */
  get isIdle(): boolean {
    return this.#underway === 0;
  }

  /** Resolves when nothing is under way. */
  async settled(): Promise<void> {
    if (this.#underway > 0) await new Promise<void>((resolve) => this.#whenSettled.push(resolve));
  }

  #finish(waiting: Waiting): void {
    if (waiting.isDone) return;
    waiting.isDone = true;
    this.#underway -= 1;
    if (this.#underway > 0) return;
    this.#timer?.unref();
    for (const resolve of this.#whenSettled) resolve();
    this.#whenSettled = [];
  }

  #forgetDone(): void {
    while (this.#waiting[this.#first]?.isDone) this.#first += 1;
    if (this.#first < COMPACT_AFTER) return;
    this.#waiting.splice(0, this.#first);
    this.#first = 0;
  }

  #arm(delayMs: number): void {
    this.#timer = startTimer(() => this.#expire(), delayMs);
    if (this.isIdle) this.#timer.unref();
  }

  #expire(): void {
    this.#timer = undefined;
    const now = monotonicMs();
    for (const waiting of this.#waiting) {
      if (waiting.isDone) continue;
      if (waiting.deadline > now) {
        this.#arm(waiting.deadline - now);
        break;
      }
      this.#finish(waiting);
      waiting.reject(this.#createError());
    }
    this.#forgetDone();
  }
}
