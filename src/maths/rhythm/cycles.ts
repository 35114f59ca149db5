import { SECONDS_PER_DAY } from "../learning/decay.js";

/**
 * Cycles travel as one flat array, {@link CYCLE_STRIDE} numbers per cycle, so that they can be stored and handed to a
 * server-side script as they are:
 *
 * | Offset | Number | Meaning |
 * |---|---|---|
 * | 0 | period | seconds; a cycle whose period is not positive is skipped |
 * | 1 | amplitude | learned height, 0 to {@link MAX_AMPLITUDE} |
 * | 2 | phase | seconds; the peaks lie at phase + k · period |
 * | 3 | declared baseline | the amplitude last declared for it, -1 when unknown |
 * | 4 | origin | 0 declared by the model, 1 discovered from use |
 */
export const CYCLE_STRIDE = 5;

/** Reinforcement stops here. */
export const MAX_AMPLITUDE = 100;

/** An amplitude that falls below this becomes exactly 0, and stays there. */
export const AMPLITUDE_ZERO_SNAP = 0.01;

/**
 * What the cycles add to a score now: Σ amplitude · cos(2π(now − phase)/period). May be negative; 0 without cycles.
 *
 * @param cycles - flat array as described at {@link CYCLE_STRIDE}
 * @param nowSeconds - Unix seconds
 */
export function cycleTerm(cycles: readonly number[], nowSeconds: number): number {
  let sum = 0;
  for (let start = 0; start + CYCLE_STRIDE <= cycles.length; start += CYCLE_STRIDE) {
    const period = cycles[start] as number;
    const amplitude = cycles[start + 1] as number;
    const phase = cycles[start + 2] as number;
    if (period > 0) sum += amplitude * Math.cos((2 * Math.PI * (nowSeconds - phase)) / period);
  }
  return sum;
}

/** The most that {@link cycleTerm} can ever be. */
export function totalAmplitude(cycles: readonly number[]): number {
  let sum = 0;
  for (let start = 0; start + CYCLE_STRIDE <= cycles.length; start += CYCLE_STRIDE) {
    if ((cycles[start] as number) > 0) sum += Math.abs(cycles[start + 1] as number);
  }
  return sum;
}

/**
 * A copy of the cycles with each amplitude multiplied by `factor`, clamped to [0, {@link MAX_AMPLITUDE}] and set to 0
 * when below {@link AMPLITUDE_ZERO_SNAP}. Everything else is copied.
 *
 * @param cycles - flat array as described at {@link CYCLE_STRIDE}; left unchanged
 * @param factor - above 1 reinforces, below 1 weakens
 */
export function scaleCycles(cycles: readonly number[], factor: number): number[] {
  const scaled: number[] = [];
  for (let start = 0; start + CYCLE_STRIDE <= cycles.length; start += CYCLE_STRIDE) {
    const amplitude = Math.min(MAX_AMPLITUDE, Math.max(0, (cycles[start + 1] as number) * factor));
    scaled.push(cycles[start] as number);
    scaled.push(amplitude < AMPLITUDE_ZERO_SNAP ? 0 : amplitude);
    scaled.push(cycles[start + 2] as number);
    scaled.push(cycles[start + 3] as number);
    scaled.push(cycles[start + 4] as number);
  }
  return scaled;
}

/**
 * What unattended time adds to a score: `pressureRate` per day since the last resolution, never negative.
 *
 * @param pressureRate - score per day; 0 or less means no pressure
 * @param lastResolvedSeconds - Unix seconds; a resolution in the future counts as now
 * @param nowSeconds - Unix seconds
 */
export function pressureTerm(pressureRate: number, lastResolvedSeconds: number, nowSeconds: number): number {
  if (pressureRate <= 0) return 0;
  return pressureRate * Math.max((nowSeconds - lastResolvedSeconds) / SECONDS_PER_DAY, 0);
}

/**
 * The cycles to store when a record is saved again. Declared and stored cycles are matched by period, first in first out
 * among equal periods. Period and phase come from the declaration; the amplitude stays the learned one unless the
 * declaration has changed since it was last stored. Stored cycles of declared origin that are declared no more go;
 * discovered ones stay.
 *
 * @param declared - as the model declares them, flat
 * @param stored - flat; left unchanged
 */
export function mergeCycles(declared: readonly number[], stored: readonly number[]): number[] {
  const merged: number[] = [];
  const matches = matchCycles(declared, stored);
  for (let start = 0; start + CYCLE_STRIDE <= declared.length; start += CYCLE_STRIDE) {
    const match = matches[start / CYCLE_STRIDE] as number;
    const declaredAmplitude = declared[start + 1] as number;
    const keepsLearned = match >= 0 && !isReset(declaredAmplitude, stored[match + 3] as number);
    merged.push(declared[start] as number);
    merged.push(keepsLearned ? (stored[match + 1] as number) : declaredAmplitude);
    merged.push(declared[start + 2] as number);
    merged.push(declaredAmplitude);
    merged.push(0);
  }
  for (let start = 0; start + CYCLE_STRIDE <= stored.length; start += CYCLE_STRIDE) {
    if (stored[start + 4] === 0) continue;
    for (let offset = 0; offset < CYCLE_STRIDE; offset += 1) merged.push(stored[start + offset] as number);
  }
  return merged;
}

/**
 * Adds a cycle that was discovered. One of the same period that was discovered before gets the new phase and keeps its
 * learned amplitude, unless that has become 0; one that is declared stays as it is.
 *
 * @param cycles - flat; left unchanged
 */
export function withDiscoveredCycle(
  cycles: readonly number[],
  periodSeconds: number,
  amplitude: number,
  phaseSeconds: number,
): number[] {
  const result: number[] = [];
  for (const number of cycles) result.push(number);
  for (let start = 0; start + CYCLE_STRIDE <= result.length; start += CYCLE_STRIDE) {
    if (result[start] !== periodSeconds) continue;
    if (result[start + 4] === 0) return result;
    if (result[start + 1] === 0) result[start + 1] = amplitude;
    result[start + 2] = phaseSeconds;
    return result;
  }
  for (const number of [periodSeconds, amplitude, phaseSeconds, -1, 1]) result.push(number);
  return result;
}

/** The cycles without the discovered one of this period. */
export function withoutDiscoveredCycle(cycles: readonly number[], periodSeconds: number): number[] {
  const result: number[] = [];
  for (let start = 0; start + CYCLE_STRIDE <= cycles.length; start += CYCLE_STRIDE) {
    if (cycles[start] === periodSeconds && cycles[start + 4] !== 0) continue;
    for (let offset = 0; offset < CYCLE_STRIDE; offset += 1) result.push(cycles[start + offset] as number);
  }
  return result;
}

/** How many learned amplitudes {@link mergeCycles} gives up, because the declaration has changed. */
export function countResetCycles(declared: readonly number[], stored: readonly number[]): number {
  const matches = matchCycles(declared, stored);
  let resets = 0;
  for (let index = 0; index < matches.length; index += 1) {
    const match = matches[index] as number;
    const declaredAmplitude = declared[index * CYCLE_STRIDE + 1] as number;
    if (match >= 0 && isReset(declaredAmplitude, stored[match + 3] as number)) resets += 1;
  }
  return resets;
}

/** @param baseline - the amplitude declared when it was stored, -1 when unknown: then what was learned stays */
function isReset(declaredAmplitude: number, baseline: number): boolean {
  return baseline >= 0 && baseline !== declaredAmplitude;
}

/** @returns for each declared cycle the start of the stored one it continues, -1 when there is none */
function matchCycles(declared: readonly number[], stored: readonly number[]): number[] {
  const matches: number[] = [];
  const matched: boolean[] = [];
  for (let start = 0; start + CYCLE_STRIDE <= declared.length; start += CYCLE_STRIDE) {
    const match = firstUnmatched(stored, declared[start] as number, matched);
    if (match >= 0) matched[match / CYCLE_STRIDE] = true;
    matches.push(match);
  }
  return matches;
}

/** @returns the start of the cycle, -1 when there is none */
function firstUnmatched(stored: readonly number[], period: number, matched: readonly boolean[]): number {
  for (let start = 0; start + CYCLE_STRIDE <= stored.length; start += CYCLE_STRIDE) {
    const isFree = matched[start / CYCLE_STRIDE] !== true && stored[start + 4] === 0;
    if (isFree && stored[start] === period) return start;
  }
  return -1;
}
