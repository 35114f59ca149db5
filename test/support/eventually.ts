import { setTimeout as sleep } from "node:timers/promises";

/** Looks again and again until something holds. @throws when it does not within the deadline */
export async function eventually(what: string, holds: () => boolean | Promise<boolean>, deadlineMs = 20_000) {
  const deadline = performance.now() + deadlineMs;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`Not within ${deadlineMs} ms: ${what}.`);
    await sleep(10);
  }
}
