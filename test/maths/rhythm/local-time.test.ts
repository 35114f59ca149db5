import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LocalTime } from "../../../src/maths/rhythm/local-time.js";
import { weekdayOf, weekOf } from "../../../src/maths/rhythm/rhythm.js";

const at = (iso: string) => Date.parse(iso) / 1000;

describe("LocalTime", () => {
  it("is the weekday, the week and the hour of UTC", () => {
    const time = LocalTime.of("UTC");
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 5_000_000_000 }), (seconds) => {
        const hour = new Date(seconds * 1000).getUTCHours();
        expect(time.hourOf(seconds)).toEqual({ week: weekOf(seconds), weekday: weekdayOf(seconds), hour });
      }),
    );
  });

  it("is what the clocks of the time zone show", () => {
    const berlin = LocalTime.of("Europe/Berlin");
    const week = weekOf(at("2025-03-24T12:00Z"));
    expect(berlin.hourOf(at("2025-03-30T00:59:59Z"))).toEqual({ week, weekday: 6, hour: 1 });
    expect(berlin.hourOf(at("2025-03-30T01:00:00Z"))).toEqual({ week, weekday: 6, hour: 3 });
    expect(berlin.hourOf(at("2025-03-30T22:00:00Z"))).toEqual({ week: week + 1, weekday: 0, hour: 0 });
    expect(LocalTime.of("America/St_Johns").hourOf(at("2025-01-06T03:29Z"))).toMatchObject({ weekday: 6, hour: 23 });
    expect(LocalTime.of("Asia/Kathmandu").offsetSeconds(0)).toBe(5.5 * 3600);
    expect(LocalTime.of("Asia/Kathmandu").offsetSeconds(at("2025-01-01T00:00Z"))).toBe(5.75 * 3600);
  });
});
