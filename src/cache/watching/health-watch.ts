import { startTimer, stopTimer, type Timer } from "../../common/timing.js";
import type { Health } from "./health.js";

/**
 * Looks at the health of a cache now and then while somebody wants to be told, and tells when the status of a check has
 * changed. It keeps no process alive.
 */
export class HealthWatch {
  readonly #look: () => Promise<Health>;
  readonly #tell: (health: Health) => void;
  readonly #intervalMs: number;
  /** What was told last: the checks that are not well. At first nothing is taken to be wrong. */
  #told = "";
  #listeners = 0;
  #timer: Timer | undefined;
  #isLooking = false;
  #isOver = false;

  /** @param intervalMs - from the end of one look to the beginning of the next */
  constructor(look: () => Promise<Health>, tell: (health: Health) => void, intervalMs: number) {
    this.#look = look;
    this.#tell = tell;
    this.#intervalMs = intervalMs;
  }

  /** One more wants to be told. @returns a function that ends it; calling it again does nothing */
  join(): () => void {
    let isIn = true;
    this.#listeners += 1;
    if (this.#listeners === 1) this.#lookAfter(0);
    return () => {
      if (!isIn) return;
      isIn = false;
      this.#listeners -= 1;
      if (this.#listeners === 0) this.#rest();
    };
  }

  /** Looks no more. */
  stop(): void {
    this.#isOver = true;
    this.#rest();
  }

  #rest(): void {
    stopTimer(this.#timer);
    this.#timer = undefined;
  }

  #lookAfter(delayMs: number): void {
    if (this.#isOver || this.#listeners === 0 || this.#isLooking) return;
    this.#rest();
    this.#timer = startTimer(() => void this.#lookOnce(), delayMs).unref();
  }

  async #lookOnce(): Promise<void> {
    this.#isLooking = true;
    try {
      const health = await this.#look();
      if (!this.#isOver && this.#listeners > 0) this.#compare(health);
    } finally {
      this.#isLooking = false;
      this.#lookAfter(this.#intervalMs);
    }
  }

  #compare(health: Health): void {
    const unwell = health.checks.filter(({ status }) => status === "warning" || status === "failing");
    const found = unwell.map(({ name, status }) => `${name} ${status}`).join("\n");
    if (found === this.#told) return;
    this.#told = found;
    this.#tell(health);
  }
}
