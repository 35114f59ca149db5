/** How often a reflex did what, since it was made. */
export interface ReflexCounts {
  /** The cache decided, on proven evidence. */
  readonly served: number;
  /** The cache decided, to find out. */
  readonly tried: number;
  /** The function decided. */
  readonly asked: number;
  /** Of these, the cache would have served an action. */
  readonly couldServe: number;
  /** Of these, it would have been the function's own. */
  readonly agreed: number;
  /** Of those asked, calls without a state, or without a cache that could be asked. */
  readonly unaided: number;
}

/** Counts, while they grow. */
export type GrowingCounts = { -readonly [Name in keyof ReflexCounts]: number };

export function noCounts(): GrowingCounts {
  return { served: 0, tried: 0, asked: 0, couldServe: 0, agreed: 0, unaided: 0 };
}
