import { startTimer, stopTimer, type Timer } from "../timing.js";
import { unreadable } from "./unreadable.js";

/** Whether a value is awaited by who awaits it: a promise of any library and realm, or whatever else has `then`. */
export function isThenable<Value>(value: Value | PromiseLike<Value>): value is PromiseLike<Value> {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return false;
  return typeof Reflect.get(value, "then") === "function";
}

/**
 * What a caller's function has answered, when it is there.
 *
 * @throws what it rejects with, and {@link InvalidArgumentError} for an answer that cannot be read
 */
export async function answerOf(name: string, answer: unknown): Promise<unknown> {
  try {
    if (!isThenable(answer)) return answer;
  } catch (error) {
    throw unreadable(name, answer, error);
  }
  return answer;
}

/** What an answer comes to, at once where it is no promise. @throws what it rejects with, and when it takes too long */
export async function withinTime<Value>(answer: Value | PromiseLike<Value>, timeoutMs: number): Promise<Value> {
  if (!isThenable(answer)) return answer;
  let timer: Timer | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = startTimer(() => reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    return await Promise.race([answer, timeout]);
  } finally {
    stopTimer(timer);
  }
}
