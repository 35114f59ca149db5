import { SECONDS_PER_DAY } from "../../maths/learning/decay.js";
import {
  circularScan,
  comesInRuns,
  onePerPeriod,
  outstandingArc,
  runStarts,
  type SlotHistory,
  slotProfile,
} from "../../maths/rhythm/circular-scan.js";
import { weekdayPhaseSeconds } from "../../maths/rhythm/rhythm.js";
import { spentPValue } from "../../maths/statistics/false-discovery.js";
import type { KnownUses, Tested } from "../../operations/primitives/rhythm.js";
import { numberField, numbersField, textField } from "../../operations/records/fields.js";

const DAYS_PER_WEEK = 7;
const HOURS_PER_DAY = 24;
/** A day with a bit for each hour. */
const WHOLE_DAY = 2 ** HOURS_PER_DAY - 1;
/** What may stand out at most: five days in a row, half a day. */
const LONGEST_ARC = { weekly: 5, daily: 12 };

/** The hours of one day in which the policy was used, and in which it could have been: a bit for each. */
interface Day {
  readonly used: number;
  readonly active: number;
}

/**
 * Tests the uses of one policy for a weekly and a daily rhythm. Days in a row count once, on the first; of the hours of
 * a day one counts. docs/rhythms.md
 *
 * @param name - the policy's name within its agent
 * @param minPeriods - weeks in which the agent must have done something else before its own activity is the yardstick
 * @param offsetSeconds - local time less UTC, by which phases are turned back into Unix time
 */
export function testRhythms(
  uses: KnownUses,
  name: string,
  minPeriods: number,
  offsetSeconds: number,
): { readonly weekly: Tested; readonly daily: Tested } {
  const days = daysOf(uses, name, minPeriods);
  const byDay = { slots: DAYS_PER_WEEK, used: flags(days, 1, "used"), active: flags(days, 1, "active") };
  const byHour = {
    slots: HOURS_PER_DAY,
    used: flags(days, HOURS_PER_DAY, "used"),
    active: flags(days, HOURS_PER_DAY, "active"),
  };
  const test = numberField(uses.all, "tests", 0) + 1;
  const monday = weekdayPhaseSeconds(0) - SECONDS_PER_DAY / 2 - offsetSeconds;
  return {
    weekly: {
      pValue: spentPValue(circularScan(comesInRuns(byDay) ? runStarts(byDay) : byDay, LONGEST_ARC.weekly), test),
      phaseSeconds: peakSeconds(byDay, LONGEST_ARC.weekly, SECONDS_PER_DAY, monday),
    },
    daily: {
      pValue: spentPValue(circularScan(onePerPeriod(runStarts(byHour)), LONGEST_ARC.daily), test),
      phaseSeconds: peakSeconds(byHour, LONGEST_ARC.daily, SECONDS_PER_DAY / HOURS_PER_DAY, -offsetSeconds),
    },
  };
}

/** Every day from the first week of use to the last. */
function daysOf({ weeks, activity }: KnownUses, name: string, minPeriods: number): readonly Day[] {
  const used = hoursByWeek(weeks);
  const numbers = [...used.keys()].sort((left, right) => left - right);
  const [first = 0, last = -1] = [numbers[0], numbers.at(-1)];
  const during = activity.filter(({ fields }) => {
    const week = numberField(fields, "week", 0);
    return week >= first && week <= last;
  });
  // Weeks in which nothing but this policy was used say nothing of when else it could have been.
  const telling = during.filter(({ fields }) => textField(fields, "only", "") !== name).length;
  const isEnough = telling >= minPeriods && 2 * telling >= used.size;
  const active = hoursByWeek(during);
  const days: Day[] = [];
  for (let week = first; week <= last; week += 1) {
    for (let day = 0; day < DAYS_PER_WEEK; day += 1) {
      const hours = used.get(week)?.[day] ?? 0;
      days.push({ used: hours, active: isEnough ? (active.get(week)?.[day] ?? 0) | hours : WHOLE_DAY });
    }
  }
  return days;
}

function hoursByWeek(records: KnownUses["weeks"]): ReadonlyMap<number, readonly number[]> {
  return new Map(records.map(({ fields }) => [numberField(fields, "week", 0), numbersField(fields, "hours")]));
}

/** One flag for each slot: of the whole day, or of its hours. */
function flags(days: readonly Day[], slotsPerDay: number, which: keyof Day): Uint8Array {
  const result = new Uint8Array(days.length * slotsPerDay);
  for (const [index, day] of days.entries()) {
    for (let slot = 0; slot < slotsPerDay; slot += 1) {
      const isSet = slotsPerDay === 1 ? day[which] !== 0 : ((day[which] >>> slot) & 1) === 1;
      if (isSet) result[index * slotsPerDay + slot] = 1;
    }
  }
  return result;
}

/** Middle of the stretch that stands out in all uses, in seconds after the Unix epoch modulo the period; -1 for none. */
function peakSeconds(history: SlotHistory, longestArc: number, slotSeconds: number, firstSlotSeconds: number): number {
  const arc = outstandingArc(slotProfile(history), longestArc);
  if (arc === undefined) return -1;
  const period = history.slots * slotSeconds;
  const middle = firstSlotSeconds + (arc.start + arc.length / 2) * slotSeconds;
  return ((middle % period) + period) % period;
}
