// Decisions that wait for their outcome, as three numbers: since when they are counted, those made since then, and those
// made before, all of which have waited less than twice the time they may. So an outcome changes one of few numbers, and
// what is never reported takes no room.

const SINCE = 0;
const NEWER = 1;
const OLDER = 2;

/** How many wait. */
export function waitingOf(waiting: readonly number[]): number {
  return (waiting[NEWER] ?? 0) + (waiting[OLDER] ?? 0);
}

/**
 * Those that wait still, at this moment.
 *
 * @param waiting - not changed
 * @param timeoutSeconds - how long one may wait; those that have waited twice as long do no more
 */
export function stillWaiting(waiting: readonly number[], timeoutSeconds: number, nowSeconds: number): number[] {
  const since = waiting[SINCE] ?? 0;
  const [newer, older] = [waiting[NEWER] ?? 0, waiting[OLDER] ?? 0];
  if (nowSeconds < since + timeoutSeconds) return [since, newer, older];
  if (nowSeconds < since + 2 * timeoutSeconds) return [since + timeoutSeconds, 0, newer];
  return [nowSeconds, 0, 0];
}

/**
 * One more, made now.
 *
 * @param waiting - those that wait still
 */
export function withOneMore(waiting: readonly number[], nowSeconds: number): number[] {
  if (waitingOf(waiting) === 0) return [nowSeconds, 1, 0];
  return [waiting[SINCE] ?? 0, (waiting[NEWER] ?? 0) + 1, waiting[OLDER] ?? 0];
}

/**
 * Without one that was made at a time.
 *
 * @returns undefined when it does not wait any more
 */
export function withoutOne(
  waiting: readonly number[],
  decidedAtSeconds: number,
  timeoutSeconds: number,
): number[] | undefined {
  const since = waiting[SINCE] ?? 0;
  const [newer, older] = [waiting[NEWER] ?? 0, waiting[OLDER] ?? 0];
  if (decidedAtSeconds < since - timeoutSeconds || newer + older === 0) return undefined;
  // One that was made earlier may have been counted later.
  const isNewer = older === 0 || (decidedAtSeconds >= since && newer > 0);
  return isNewer ? [since, newer - 1, older] : [since, newer, older - 1];
}
