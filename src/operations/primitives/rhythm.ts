import type { Operation } from "../../keyspace/port/engine.js";
import type { Fields, Keyspace, StoredRecord } from "../../keyspace/port/keyspace.js";
import { withDiscoveredCycle, withoutDiscoveredCycle } from "../../maths/rhythm/cycles.js";
import { falseDiscoveryCut } from "../../maths/statistics/false-discovery.js";
import { numberField, numbersField, textField, textsField } from "../records/fields.js";
import { storeLearning } from "../records/record.js";
import type { RecordKeys } from "../records/record-keys.js";

// When the records of one scope were used, which of them have a rhythm, and the cycles that follow. docs/rhythms.md.

/** Where the uses of one record, and those of all records of its scope, are kept: one small record per week. */
export interface RhythmKeys {
  readonly rhythm: string;
  readonly activity: string;
  /** Sorted indexes of the tested records by their p-value, one per {@link RHYTHM_KINDS}. */
  readonly weekly: string;
  readonly daily: string;
}

export type RhythmKind = "weekly" | "daily";
export const RHYTHM_KINDS: readonly RhythmKind[] = ["weekly", "daily"];
const PERIOD_SECONDS = { weekly: 604_800, daily: 86_400 };

/** Id of the record about all weeks, beside those of the weeks. */
export const ALL_WEEKS = "all";
const DAYS_PER_WEEK = 7;
/** So many of the smallest p-values are looked at to draw the line. More would only let more pass. */
const MOST_PASSING = 10_000;

export interface Use {
  readonly keys: RhythmKeys;
  readonly record: RecordKeys;
  readonly week: number;
  /** Monday 0. */
  readonly weekday: number;
  readonly hour: number;
}

export interface NoteUsesInput {
  /** Uses of records of one scope. */
  readonly uses: readonly Use[];
  readonly schedule: TestSchedule;
}

/** When a record is tested: as soon as it was used on so many days, in so many weeks; then when the days have doubled. */
export interface TestSchedule {
  readonly minPeriods: number;
  readonly leastDays: number;
  /** ... but no later than after so many further days. */
  readonly mostFurtherDays: number;
  /** Weeks that are kept. */
  readonly windowWeeks: number;
}

export interface NotedUses {
  /** Which of the uses, by position, belong to a record that is to be tested now. */
  readonly due: readonly number[];
  /** Names of records whose cycles are to be revised, because the test of another one moved the line. */
  readonly revise: readonly string[];
}

/** Notes uses by local day and hour. The same hour counts once, however often it is noted. */
export const noteUses: Operation<NoteUsesInput, NotedUses> = {
  name: "note-uses",
  access: "write",
  execute(keyspace, input) {
    const due: number[] = [];
    let revise: readonly string[] = [];
    for (let index = 0; index < input.uses.length; index += 1) {
      const use = input.uses[index] as Use;
      const scope = noteActivity(keyspace, use, input.schedule.windowWeeks);
      if (isDue(noteUse(keyspace, use, scope, input.schedule), input.schedule) && exists(keyspace, use.record)) {
        due.push(index);
      }
      revise = textsField(scope, "revise");
    }
    return { due, revise };
  },
};

/** @returns what is known of the whole scope */
function noteActivity(keyspace: Keyspace, { keys, record, week, weekday, hour }: Use, windowWeeks: number): Fields {
  const scope = keyspace.getRecord(keys.activity, ALL_WEEKS) ?? {};
  const newest = numberField(scope, "newestWeek", week);
  if (scope.newestWeek === undefined || week > newest) {
    scope.newestWeek = week;
    keyspace.putRecord(keys.activity, ALL_WEEKS, scope);
  }
  if (week + windowWeeks <= newest) return scope;
  const known = keyspace.getRecord(keys.activity, `${week}`);
  const fields = known ?? { week, hours: [], only: record.name };
  const isNewHour = addHour(fields, weekday, hour);
  const isSecond = textField(fields, "only", "") !== "" && fields.only !== record.name;
  if (isSecond) fields.only = "";
  if (isNewHour || isSecond) keyspace.putRecord(keys.activity, `${week}`, fields);
  if (known === undefined) forgetBefore(keyspace, keys.activity, numberField(scope, "newestWeek", week) - windowWeeks);
  return scope;
}

/** @returns what is known of all weeks of the record */
function noteUse(keyspace: Keyspace, use: Use, scope: Fields, { windowWeeks }: TestSchedule): Fields {
  const { keys, week, weekday, hour } = use;
  const all = keyspace.getRecord(keys.rhythm, ALL_WEEKS) ?? { days: 0, weeks: 0, testedDays: 0, tests: 0 };
  const oldest = numberField(scope, "newestWeek", week) - windowWeeks;
  if (week <= oldest) return all;
  const known = keyspace.getRecord(keys.rhythm, `${week}`);
  const fields = known ?? { week, hours: [] };
  const hoursBefore = numbersField(fields, "hours")[weekday] ?? 0;
  if (!addHour(fields, weekday, hour)) return all;
  keyspace.putRecord(keys.rhythm, `${week}`, fields);
  if (hoursBefore > 0) return all;
  all.days = numberField(all, "days", 0) + 1;
  if (known === undefined) all.weeks = forgetBefore(keyspace, keys.rhythm, oldest);
  keyspace.putRecord(keys.rhythm, ALL_WEEKS, all);
  return all;
}

/** Sets one bit of a week: seven numbers with a bit for each hour. @returns whether it was not set before */
function addHour(fields: Fields, weekday: number, hour: number): boolean {
  const before = numbersField(fields, "hours");
  const hours: number[] = [];
  for (let day = 0; day < DAYS_PER_WEEK; day += 1) hours.push(before[day] ?? 0);
  const mask = hours[weekday] ?? 0;
  if (Math.floor(mask / 2 ** hour) % 2 === 1) return false;
  hours[weekday] = mask + 2 ** hour;
  fields.hours = hours;
  return true;
}

/** Removes the weeks up to one. @returns how many remain */
function forgetBefore(keyspace: Keyspace, key: string, oldest: number): number {
  let remaining = 0;
  for (const record of keyspace.listRecords(key)) {
    if (record.id === ALL_WEEKS) continue;
    if (numberField(record.fields, "week", 0) <= oldest) keyspace.deleteRecord(key, record.id);
    else remaining += 1;
  }
  return remaining;
}

function isDue(all: Fields, { minPeriods, leastDays, mostFurtherDays }: TestSchedule): boolean {
  const tested = numberField(all, "testedDays", 0);
  const next = Math.max(leastDays, tested + Math.min(tested / 2, mostFurtherDays));
  return numberField(all, "weeks", 0) >= minPeriods && numberField(all, "days", 0) >= next;
}

export interface ReadUsesInput {
  readonly keys: RhythmKeys;
}

export interface KnownUses {
  readonly all: Fields;
  readonly weeks: readonly StoredRecord[];
  /** Weeks of the whole scope; `only` names the record that alone was used in a week. */
  readonly activity: readonly StoredRecord[];
}

/** Everything a test of one record looks at. */
export const readUses: Operation<ReadUsesInput, KnownUses> = {
  name: "read-uses",
  access: "read",
  execute(keyspace, { keys }) {
    const all = keyspace.getRecord(keys.rhythm, ALL_WEEKS) ?? {};
    return { all, weeks: weeksOf(keyspace, keys.rhythm), activity: weeksOf(keyspace, keys.activity) };
  },
};

function weeksOf(keyspace: Keyspace, key: string): readonly StoredRecord[] {
  const weeks: StoredRecord[] = [];
  for (const record of keyspace.listRecords(key)) if (record.id !== ALL_WEEKS) weeks.push(record);
  return weeks;
}

/** The result of one test of one kind. */
export interface Tested {
  /** Already corrected for the tests made before. */
  readonly pValue: number;
  /** Where the cycle would peak; -1 when nothing stands out. */
  readonly phaseSeconds: number;
}

interface CycleInput {
  readonly keys: RhythmKeys;
  readonly record: RecordKeys;
  /** The clock that follows what is found. */
  readonly field: string;
  readonly amplitude: number;
  readonly nowSeconds: number;
}

export interface SettleTestInput extends CycleInput {
  readonly schedule: TestSchedule;
  /** Tests made before this one, and the days it has looked at. */
  readonly testsBefore: number;
  readonly days: number;
  readonly weekly: Tested;
  readonly daily: Tested;
  /** False discovery rate of each kind. */
  readonly level: number;
}

/**
 * Keeps the result of a test, draws the line anew between chance and rhythm over all records of the scope, and gives
 * the record the cycles that follow. Does nothing when somebody else has made the test, or the record is gone.
 *
 * @returns names of other records whose cycles are now to be revised, remembered until {@link reviseCycles} was there
 */
export const settleTest: Operation<SettleTestInput, readonly string[]> = {
  name: "settle-test",
  access: "write",
  execute(keyspace, input) {
    const { keys, record } = input;
    const fields = keyspace.getRecord(record.keys.records, record.id);
    const all = keyspace.getRecord(keys.rhythm, ALL_WEEKS) ?? {};
    const scope = keyspace.getRecord(keys.activity, ALL_WEEKS) ?? {};
    const revise: string[] = [];
    for (const name of textsField(scope, "revise")) if (name !== record.name) revise.push(name);
    const isNext = numberField(all, "tests", 0) === input.testsBefore && isDue(all, input.schedule);
    if (fields === undefined || !isNext) return revise;
    all.tests = input.testsBefore + 1;
    all.testedDays = input.days;
    for (const kind of RHYTHM_KINDS) {
      all[`${kind}.phase`] = input[kind].phaseSeconds;
      keyspace.putScore(keys[kind], record.name, input[kind].pValue);
      moveLine(keyspace, keys[kind], kind, scope, input.level, record.name, revise);
    }
    scope.revise = revise;
    keyspace.putRecord(keys.rhythm, ALL_WEEKS, all);
    keyspace.putRecord(keys.activity, ALL_WEEKS, scope);
    followRhythm(keyspace, input, fields, all, scope);
    return revise;
  },
};

/** Gives a record the cycles that follow from the line as it is now. */
export const reviseCycles: Operation<CycleInput, boolean> = {
  name: "revise-cycles",
  access: "write",
  execute(keyspace, input) {
    const { keys, record } = input;
    const scope = keyspace.getRecord(keys.activity, ALL_WEEKS) ?? {};
    const rest: string[] = [];
    for (const name of textsField(scope, "revise")) if (name !== record.name) rest.push(name);
    scope.revise = rest;
    keyspace.putRecord(keys.activity, ALL_WEEKS, scope);
    const fields = keyspace.getRecord(record.keys.records, record.id);
    if (fields === undefined) return false;
    followRhythm(keyspace, input, fields, keyspace.getRecord(keys.rhythm, ALL_WEEKS) ?? {}, scope);
    return true;
  },
};

/** Draws the line of one kind, and adds to `revise` who is on another side of it than before, but for `tested`. */
function moveLine(
  keyspace: Keyspace,
  index: string,
  kind: RhythmKind,
  scope: Fields,
  level: number,
  tested: string,
  revise: string[],
): void {
  const before = numberField(scope, `${kind}.line`, -1);
  const smallest = keyspace.rangeUpToScore(index, Math.max(level, before), MOST_PASSING);
  const pValues: number[] = [];
  for (const { score } of smallest) if (score <= level) pValues.push(score);
  const line = falseDiscoveryCut(pValues, keyspace.countScores(index), level);
  scope[`${kind}.line`] = line;
  for (const { member, score } of smallest) {
    if (member !== tested && score <= line !== score <= before && !includes(revise, member)) revise.push(member);
  }
}

function includes(names: readonly string[], wanted: string): boolean {
  for (const name of names) if (name === wanted) return true;
  return false;
}

/** Attaches the cycles of the rhythms that passed, drops the others, and stores the record when that changes it. */
function followRhythm(keyspace: Keyspace, input: CycleInput, fields: Fields, all: Fields, scope: Fields): void {
  const { keys, record, field, amplitude, nowSeconds } = input;
  const name = `${field}.cycles`;
  for (const kind of RHYTHM_KINDS) {
    const before = numbersField(fields, name);
    const period = PERIOD_SECONDS[kind];
    const phase = numberField(all, `${kind}.phase`, -1);
    const pValue = keyspace.getScore(keys[kind], record.name);
    const passes = pValue !== undefined && pValue <= numberField(scope, `${kind}.line`, -1) && phase >= 0;
    const after = passes
      ? withDiscoveredCycle(before, period, amplitude, phase)
      : withoutDiscoveredCycle(before, period);
    if (sameNumbers(before, after)) continue;
    fields[name] = after;
    const extras = passes ? { field, period, phase } : { field, period };
    storeLearning(keyspace, record, fields, passes ? "cycle_discovered" : "cycle_dropped", extras, nowSeconds);
  }
}

function sameNumbers(left: readonly number[], right: readonly number[]): boolean {
  if (left.length !== right.length) return false;
  for (let index = 0; index < left.length; index += 1) if (left[index] !== right[index]) return false;
  return true;
}

function exists(keyspace: Keyspace, record: RecordKeys): boolean {
  return keyspace.getRecord(record.keys.records, record.id) !== undefined;
}
