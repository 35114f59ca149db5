import type { Operation } from "../keyspace/engine.js";
import type { Fields } from "../keyspace/keyspace.js";
import { withDiscoveredCycle } from "../learning/cycles.js";
import { numberField, numbersField } from "./fields.js";
import { storeLearning } from "./record.js";
import type { RecordPlan } from "./record-plan.js";

// When a record was used, by weekday: what weekly rhythms are discovered from. Spec section 19.

/** Where the days of one record are kept: one small record per week, and one for all of them. */
export interface RhythmKeys {
  readonly rhythm: string;
}

const ALL_WEEKS = "all";
const NO_DAYS: readonly number[] = [0, 0, 0, 0, 0, 0, 0];

export interface NoteDayInput {
  readonly keys: RhythmKeys;
  readonly plan: RecordPlan;
  /** Weeks since the one of the Unix epoch, Monday to Sunday. */
  readonly week: number;
  /** Monday 0. */
  readonly weekday: number;
  /** Days to wait for before the first test. */
  readonly leastDays: number;
}

export interface NotedDays {
  /** Days noted by weekday, Monday first. */
  readonly counts: readonly number[];
  readonly weeks: number;
  readonly days: number;
  /** Whether to test now: the record exists, and the days have doubled since the last test. */
  readonly due: boolean;
}

/** Notes that a record was used on a day; the same day counts once, however often it is noted. */
export const noteDay: Operation<NoteDayInput, NotedDays> = {
  name: "note-day",
  access: "write",
  execute(keyspace, input) {
    const { keys, plan, weekday } = input;
    const known = keyspace.getRecord(keys.rhythm, ALL_WEEKS) ?? {};
    const week = keyspace.getRecord(keys.rhythm, `${input.week}`);
    const counts = sevenNumbers(known, "counts");
    const daysOfWeek = sevenNumbers(week ?? {}, "days");
    let weeks = numberField(known, "weeks", 0);
    if (daysOfWeek[weekday] === 0) {
      daysOfWeek[weekday] = 1;
      counts[weekday] = (counts[weekday] ?? 0) + 1;
      if (week === undefined) weeks += 1;
      keyspace.putRecord(keys.rhythm, `${input.week}`, { days: daysOfWeek });
      keyspace.putRecord(keys.rhythm, ALL_WEEKS, { counts, weeks, tested: numberField(known, "tested", 0) });
    }
    let days = 0;
    for (const count of counts) days += count;
    const isDue = days >= input.leastDays && days >= 2 * numberField(known, "tested", 0);
    const due = isDue && keyspace.getRecord(plan.keys.records, plan.id) !== undefined;
    return { counts, weeks, days, due };
  },
};

export interface SettleTestInput {
  readonly keys: RhythmKeys;
  readonly plan: RecordPlan;
  /** The clock that follows what is found. */
  readonly field: string;
  /** Days there were at the test. */
  readonly days: number;
  /** Absent when no rhythm was found. */
  readonly cycle?: { readonly periodSeconds: number; readonly phaseSeconds: number; readonly amplitude: number };
  readonly nowSeconds: number;
}

/** Notes that a test was made, and attaches the cycle it found. @returns false when the record does not exist */
export const settleTest: Operation<SettleTestInput, boolean> = {
  name: "settle-test",
  access: "write",
  execute(keyspace, input) {
    const { keys, plan, field, cycle } = input;
    const fields = keyspace.getRecord(plan.keys.records, plan.id);
    if (fields === undefined) return false;
    const known = keyspace.getRecord(keys.rhythm, ALL_WEEKS) ?? {};
    known.tested = input.days;
    keyspace.putRecord(keys.rhythm, ALL_WEEKS, known);
    if (cycle === undefined) return true;
    const { periodSeconds, phaseSeconds, amplitude } = cycle;
    const cycles = numbersField(fields, `${field}.cycles`);
    fields[`${field}.cycles`] = withDiscoveredCycle(cycles, periodSeconds, amplitude, phaseSeconds);
    const extras = { field, period: periodSeconds, phase: phaseSeconds };
    storeLearning(keyspace, plan, fields, "cycle_discovered", extras, input.nowSeconds);
    return true;
  },
};

function sevenNumbers(fields: Fields, name: string): number[] {
  const stored = numbersField(fields, name);
  const numbers: number[] = [];
  for (const number of stored.length === 0 ? NO_DAYS : stored) numbers.push(number);
  return numbers;
}
