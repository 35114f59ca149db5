import type { Fields, Keyspace } from "../../keyspace/port/keyspace.js";
import { isSuccess, type KeyedOutcome } from "../outcomes/outcome.js";
import { appendCapped, numberField, numbersField, textsField } from "../records/fields.js";
import type { Counts } from "./retirement.js";

// How the evidence of a pair came about: its last outcomes and what became of its policy, for people to read. Kept under
// a key of its own, because nothing that decides reads it. Its records are small: Redis keeps a key compact only while
// none of its records is longer than 64 bytes.

/** What the outcome of an event was and what is known of it, as bits of one number. */
export const WAS_SUCCESS = 1;
export const WAS_REPORTED = 2;
export const HAD_REWARD = 4;
export const TAUGHT_VALUE = 8;

/** The record with the moments of a pair, beside those of its outcomes. */
export const MOMENTS = "moments";

/** Moments kept of a pair. */
const MOST_MOMENTS = 20;

/**
 * Keeps an outcome that was counted as a trial, in place of the oldest kept one. Trials are never taken back, so their
 * number says which slot is the oldest: nothing has to be read.
 *
 * @param counts - what is in force with it
 * @param qValue - what the action is worth after it; undefined when nothing was learned yet
 * @param length - outcomes kept of a pair; 0 keeps none
 */
export function noteOutcome(
  keyspace: Keyspace,
  { entry, keys }: KeyedOutcome,
  evidence: Fields,
  { successes, trials }: Counts,
  qValue: number | undefined,
  isReported: boolean,
  length: number,
): void {
  if (length === 0) return;
  const number = numberField(evidence, "trials", 0);
  let code = isSuccess(entry) ? WAS_SUCCESS : 0;
  if (isReported) code += WAS_REPORTED;
  if (entry.reward !== undefined) code += HAD_REWARD;
  if (qValue !== undefined) code += TAUGHT_VALUE;
  const event = [number, successes, trials, entry.ts, code, entry.reward ?? 0, qValue ?? 0];
  keyspace.putRecord(keys.history, String(number % length), { event });
}

/** What becomes of a pair. `startedOver`: what was counted until then is no longer in force, and there was no policy. */
export type MomentKind = "crystallized" | "retired" | "restored" | "startedOver";

/**
 * Keeps what became of a pair, after the outcomes counted so far.
 *
 * @param reason - "" when there is none to tell
 * @rare
 */
export function noteMoment(
  keyspace: Keyspace,
  historyKey: string,
  evidence: Fields,
  kind: MomentKind,
  reason: string,
  nowSeconds: number,
  length: number,
): void {
  if (length === 0) return;
  const moments = keyspace.getRecord(historyKey, MOMENTS) ?? {};
  const number = numberField(evidence, "trials", 0);
  keyspace.putRecord(historyKey, MOMENTS, {
    kinds: appendCapped(textsField(moments, "kinds"), kind, MOST_MOMENTS),
    reasons: appendCapped(textsField(moments, "reasons"), reason, MOST_MOMENTS),
    after: appendCapped(numbersField(moments, "after"), number, MOST_MOMENTS),
    times: appendCapped(numbersField(moments, "times"), nowSeconds, MOST_MOMENTS),
  });
}
