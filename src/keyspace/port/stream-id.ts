/** Position of a stream entry: milliseconds of its append and a sequence number within them, as in Redis. */
export interface StreamPosition {
  readonly ms: number;
  readonly seq: number;
}

export const STREAM_START: StreamPosition = { ms: 0, seq: 0 };

export function formatStreamId(position: StreamPosition): string {
  return `${position.ms}-${position.seq}`;
}

/** @param id - as made by {@link formatStreamId}, or "" for the beginning */
export function parseStreamId(id: string): StreamPosition {
  if (id === "") return STREAM_START;
  const dash = id.indexOf("-");
  return { ms: Number(id.slice(0, dash)), seq: Number(id.slice(dash + 1)) };
}

export function compareStreamPositions(left: StreamPosition, right: StreamPosition): number {
  return left.ms - right.ms || left.seq - right.seq;
}

export function compareStreamIds(left: string, right: string): number {
  return compareStreamPositions(parseStreamId(left), parseStreamId(right));
}

/** The next position after `last`, even when the clock stood still or went back. */
export function nextStreamPosition(last: StreamPosition, nowMs: number): StreamPosition {
  const ms = Math.floor(nowMs);
  return ms > last.ms ? { ms, seq: 0 } : { ms: last.ms, seq: last.seq + 1 };
}
