import { describe, expect, it } from "vitest";
import { isTimeZone } from "../../../src/common/tuning/time-zone.js";

describe("isTimeZone", () => {
  it("knows IANA names and nothing else", () => {
    for (const known of ["UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires"])
      expect(isTimeZone(known)).toBe(true);
    for (const unknown of ["", "Mars/Olympus", undefined, null, 1, {}]) expect(isTimeZone(unknown)).toBe(false);
  });
});
