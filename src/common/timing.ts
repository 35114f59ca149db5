import { performance } from "node:perf_hooks";
import * as timers from "node:timers";
import * as timerPromises from "node:timers/promises";

// Timers as they are when the library is loaded: what a test framework puts in their place later would stop every wait.
// `Date.now` is not among them: it is the time of data, which a test may well want to set.

export type Timer = NodeJS.Timeout;

/** The longest that timers can wait. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1;

export const startTimer: (callback: () => void, delayMs: number) => Timer = timers.setTimeout;
export const stopTimer: (timer: Timer | undefined) => void = timers.clearTimeout;
export const startInterval: (callback: () => void, periodMs: number) => Timer = timers.setInterval;
export const stopInterval: (timer: Timer | undefined) => void = timers.clearInterval;
export const sleep = timerPromises.setTimeout;
export const nextTurn = timerPromises.setImmediate;
/** Calls back once all that is ready to go on has done so. */
export const afterThisTurn: (callback: () => void) => void = process.nextTick.bind(process);

/** Calls back before anything else happens, once what runs now has ended. */
export const soon: (callback: () => void) => void = globalThis.queueMicrotask;

const now = performance.now;

/** Milliseconds of a clock that only goes forward. */
export function monotonicMs(): number {
  return now.call(performance);
}
