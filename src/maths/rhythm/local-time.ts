import { SECONDS_PER_DAY } from "../learning/decay.js";

/** 1970-01-01 was a Thursday; Monday is 0. */
const EPOCH_WEEKDAY = 3;
const DAYS_PER_WEEK = 7;
const SECONDS_PER_HOUR = 3600;
/** Offsets of time zones change at multiples of it. */
const SECONDS_PER_QUARTER = 900;

/** An hour of the local calendar. */
export interface LocalHour {
  /** Weeks since the one of the Unix epoch, Monday to Sunday. */
  readonly week: number;
  /** Monday 0. */
  readonly weekday: number;
  /** 0 to 23. */
  readonly hour: number;
}

/** Weekdays and hours as the clocks of one time zone show them, daylight saving included. */
export class LocalTime {
  readonly #format: Intl.DateTimeFormat | undefined;
  #quarter = Number.NaN;
  #offset = 0;

  /** @param timeZone - IANA name, one that `isTimeZone` knows */
  static of(timeZone: string): LocalTime {
    const known = LOCAL_TIMES.get(timeZone) ?? new LocalTime(timeZone);
    LOCAL_TIMES.set(timeZone, known);
    return known;
  }

  private constructor(timeZone: string) {
    const isUtc = timeZone === "UTC";
    this.#format = isUtc ? undefined : new Intl.DateTimeFormat("en-US", { timeZone, ...CLOCK_FACE });
  }

  hourOf(seconds: number): LocalHour {
    const local = seconds + this.offsetSeconds(seconds);
    const days = Math.floor(local / SECONDS_PER_DAY) + EPOCH_WEEKDAY;
    const week = Math.floor(days / DAYS_PER_WEEK);
    return {
      week,
      weekday: days - week * DAYS_PER_WEEK,
      hour: Math.floor((local - (days - EPOCH_WEEKDAY) * SECONDS_PER_DAY) / SECONDS_PER_HOUR),
    };
  }

  /** Local time less UTC. */
  offsetSeconds(seconds: number): number {
    if (this.#format === undefined) return 0;
    const quarter = Math.floor(seconds / SECONDS_PER_QUARTER);
    if (quarter !== this.#quarter) {
      const start = quarter * SECONDS_PER_QUARTER;
      this.#offset = shownSeconds(this.#format, start) - start;
      this.#quarter = quarter;
    }
    return this.#offset;
  }
}

/** A format takes long to make. */
const LOCAL_TIMES = new Map<string, LocalTime>();

const CLOCK_FACE = {
  hourCycle: "h23",
  year: "numeric",
  month: "numeric",
  day: "numeric",
  hour: "numeric",
  minute: "numeric",
  second: "numeric",
} as const;

/** What the clock shows, read as if it were UTC. */
function shownSeconds(format: Intl.DateTimeFormat, seconds: number): number {
  const parts = new Map(format.formatToParts(seconds * 1000).map(({ type, value }) => [type, Number(value)]));
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? 0;
  const day = Date.UTC(part("year"), part("month") - 1, part("day"), part("hour"), part("minute"), part("second"));
  return day / 1000;
}
