import { isThenable } from "./thenable.js";
import { thrownText } from "./thrown-text.js";

/** Whose failures were told already. */
const told = new WeakSet<object>();

/**
 * Calls a function that somebody gave us to be told something. What it throws, or rejects with, harms nobody: the first
 * time it becomes a process warning.
 *
 * @param name - how the warning calls it
 */
export function tell<Value>(listener: (value: Value) => unknown, value: Value, name: string): void {
  const warnOnce = (error: unknown) => {
    if (told.has(listener)) return;
    told.add(listener);
    process.emitWarning(`${name} failed, which is said once: ${textOf(error)}`);
  };
  try {
    const answer = listener(value);
    if (isThenable(answer)) answer.then(undefined, warnOnce);
  } catch (error) {
    warnOnce(error);
  }
}

/** Makes an error that nobody wants to be told of a process warning. */
export function warn(error: unknown): void {
  process.emitWarning(error instanceof Error ? error : thrownText(error));
}

/** With the stack, where it has one: who reads the warning looks for the place. */
function textOf(error: unknown): string {
  try {
    return error instanceof Error ? String(error.stack) : thrownText(error);
  } catch {
    return thrownText(error);
  }
}
