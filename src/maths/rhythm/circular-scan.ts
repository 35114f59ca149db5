/**
 * What happened over many periods of equal length, slot by slot: the days of weeks, or the hours of days. Slot i of the
 * sequence is slot i modulo `slots` of its period.
 */
export interface SlotHistory {
  /** Slots per period. The sequence is whole periods. */
  readonly slots: number;
  /** 1 where it was used. */
  readonly used: Uint8Array;
  /** 1 where it could have been used; wherever it was used, at least. */
  readonly active: Uint8Array;
}

/** Slots in a row, possibly over the end of the period. */
export interface Arc {
  readonly start: number;
  readonly length: number;
}

/** Counts by slot of the period. */
export interface SlotProfile {
  readonly observed: readonly number[];
  /** What would be expected if the uses of each period fell on its active slots at random. */
  readonly expected: readonly number[];
  readonly total: number;
}

/**
 * The same history with one use for each run of used slots in a row, on its first: what goes on for hours or days has
 * happened once. Slots without activity do not end a run.
 */
export function runStarts({ slots, used, active }: SlotHistory): SlotHistory {
  const starts = new Uint8Array(used.length);
  let before = 0;
  for (let index = 0; index < used.length; index += 1) {
    if (active[index] === 0) continue;
    const now = used[index] ?? 0;
    if (now === 1 && before === 0) starts[index] = 1;
    before = now;
  }
  return { slots, used: starts, active };
}

/**
 * Whether uses come in runs more than chance has it: fewer runs than expected, by more than one standard deviation of
 * their number when uses fall on active slots at random.
 *
 * @see Wald and Wolfowitz (1940), Annals of Mathematical Statistics 11(2), 147–162
 */
export function comesInRuns(history: SlotHistory): boolean {
  const uses = countIn(history.used, 0, history.used.length);
  const slots = countIn(history.active, 0, history.active.length);
  const runs = countIn(runStarts(history).used, 0, history.used.length);
  const gaps = slots - uses;
  const expected = (uses * (gaps + 1)) / slots;
  const variance = (uses * (uses - 1) * (gaps + 1) * gaps) / (slots * slots * (slots - 1));
  return expected - runs > Math.sqrt(variance);
}

/** The same history with at most one use in each period, drawn by a number that depends on nothing but the period. */
export function onePerPeriod({ slots, used, active }: SlotHistory): SlotHistory {
  const drawn = new Uint8Array(used.length);
  for (let first = 0; first < used.length; first += slots) {
    const candidates: number[] = [];
    for (let index = first; index < first + slots; index += 1) if (used[index] === 1) candidates.push(index);
    const chosen = candidates[Math.floor(scramble(first / slots) * candidates.length)];
    if (chosen !== undefined) drawn[chosen] = 1;
  }
  return { slots, used: drawn, active };
}

export function slotProfile(history: SlotHistory): SlotProfile {
  const { slots, used, active } = history;
  const observed = new Array<number>(slots).fill(0);
  const expected = new Array<number>(slots).fill(0);
  let total = 0;
  for (let first = 0; first < used.length; first += slots) {
    const draws = countIn(used, first, slots);
    if (draws === 0) continue;
    const share = draws / countIn(active, first, slots);
    for (let slot = 0; slot < slots; slot += 1) {
      observed[slot] = (observed[slot] ?? 0) + (used[first + slot] ?? 0);
      expected[slot] = (expected[slot] ?? 0) + (active[first + slot] ?? 0) * share;
    }
    total += draws;
  }
  return { observed, expected, total };
}

/**
 * The arc of at most `longest` slots that stands out most: whose share of the uses exceeds the expected share with the
 * largest Kullback-Leibler divergence. The first of equals; shorter ones first.
 *
 * @returns undefined when no arc holds more than expected
 */
export function outstandingArc({ observed, expected, total }: SlotProfile, longest: number): Arc | undefined {
  let best: Arc | undefined;
  let most = ROUNDING;
  for (let length = 1; length <= longest; length += 1) {
    for (let start = 0; start < observed.length; start += 1) {
      const arc = { start, length };
      const divergence = excessDivergence(sumOver(observed, arc) / total, sumOver(expected, arc) / total);
      if (divergence <= most) continue;
      most = divergence * (1 + ROUNDING);
      best = arc;
    }
  }
  return best;
}

/**
 * p-value of the arc that stands out most. If the uses of each period fall on its active slots at random, the number
 * within an arc is a sum of hypergeometric numbers, one for each period; the exact chance of at least as many is
 * multiplied by the number of arcs that were looked at (Bonferroni), so that looking for the best one is paid for.
 *
 * @returns a probability in (0, 1]; 0 when it is too small for a double
 */
export function circularScan(history: SlotHistory, longest: number): number {
  const profile = slotProfile(history);
  const arc = outstandingArc(profile, longest);
  if (arc === undefined) return 1;
  const arcs = history.slots * longest;
  return Math.min(1, arcs * upperTail(history, arc, sumOver(profile.observed, arc)));
}

/** Equal divergences that were summed in another order count as equal. */
const ROUNDING = 1e-12;

/** Divergence of an observed proportion from the expected one, 0 when it is not larger. */
function excessDivergence(observed: number, expected: number): number {
  if (!(observed > expected)) return 0;
  const rest = observed < 1 ? (1 - observed) * Math.log((1 - observed) / (1 - expected)) : 0;
  return observed * Math.log(observed / expected) + rest;
}

function sumOver(counts: readonly number[], { start, length }: Arc): number {
  let sum = 0;
  for (let step = 0; step < length; step += 1) sum += counts[(start + step) % counts.length] ?? 0;
  return sum;
}

/** Chance that at least `least` of the uses fall into the arc: periods are convolved one by one. */
function upperTail({ slots, used, active }: SlotHistory, arc: Arc, least: number): number {
  let chances = [1];
  for (let first = 0; first < used.length; first += slots) {
    const draws = countIn(used, first, slots);
    if (draws === 0) continue;
    let inside = 0;
    for (let step = 0; step < arc.length; step += 1) inside += active[first + ((arc.start + step) % slots)] ?? 0;
    chances = convolve(chances, hypergeometric(countIn(active, first, slots), inside, draws));
  }
  // From the far end: the smallest first.
  return chances.slice(least).reduceRight((sum, chance) => sum + chance, 0);
}

/** Chances of 0, 1, ... of `inside` marked ones among `draws` of `population`. */
function hypergeometric(population: number, inside: number, draws: number): number[] {
  const all = choose(population, draws);
  return Array.from({ length: Math.min(inside, draws) + 1 }, (_, marked) => {
    return (choose(inside, marked) * choose(population - inside, draws - marked)) / all;
  });
}

function convolve(left: readonly number[], right: readonly number[]): number[] {
  const sums = new Array<number>(left.length + right.length - 1).fill(0);
  for (const [index, chance] of left.entries()) {
    for (const [step, other] of right.entries()) sums[index + step] = (sums[index + step] ?? 0) + chance * other;
  }
  return sums;
}

/** Binomial coefficient; exact for the two dozen slots a period may have. */
function choose(n: number, k: number): number {
  if (k > n) return 0;
  let result = 1;
  for (let factor = 1; factor <= k; factor += 1) result = (result * (n - k + factor)) / factor;
  return result;
}

function countIn(flags: Uint8Array, first: number, slots: number): number {
  let count = 0;
  for (let index = first; index < first + slots; index += 1) count += flags[index] ?? 0;
  return count;
}

/** A number from 0 to below 1 that looks random and is always the same (the finalizer of MurmurHash3). */
function scramble(number: number): number {
  let mixed = (number + 0x9e3779b9) | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32;
}
