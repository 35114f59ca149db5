import { describe, expect, it } from "vitest";
import { byteSize, compactJson, oneLine, plural, printable, timestamp } from "../../../src/cli/output/format.js";

describe("printable", () => {
  it("shows what would steer a terminal or turn the text as its escape", () => {
    expect(printable("a\u001b[31mb\u009b\u202ec\ud800")).toBe("a\\u001b[31mb\\u009b\\u202ec\\ud800");
  });

  it("leaves every other text alone, also beyond the basic plane", () => {
    expect(printable("déjà vu 日本語 🦜")).toBe("déjà vu 日本語 🦜");
  });
});

describe("oneLine", () => {
  it("joins lines with one space", () => {
    expect(oneLine("first\r\n  second\nthird")).toBe("first second third");
  });
});

describe("compactJson", () => {
  it("is JSON that still reads back as the same value", () => {
    const value = { "k\u009b": ["\u202e", 1, null] };
    expect(compactJson(value)).toBe('{"k\\u009b":["\\u202e",1,null]}');
    expect(JSON.parse(compactJson(value))).toEqual(value);
  });
});

describe("numbers for people", () => {
  it("counts with the right word", () => {
    expect([plural(1, "policy", "policies"), plural(1234, "policy", "policies"), plural(0, "event")]).toEqual([
      "1 policy",
      "1,234 policies",
      "0 events",
    ]);
  });

  it("gives sizes in decimal units", () => {
    expect([0, 999, 1000, 1_500_000, 2e12, 5e15].map(byteSize)).toEqual([
      "0 B",
      "999 B",
      "1.0 kB",
      "1.5 MB",
      "2.0 TB",
      "5000.0 TB",
    ]);
  });

  it("gives times in UTC, and the bare seconds of one that no calendar holds", () => {
    expect(timestamp(1_715_803_200.9)).toBe("2024-05-15T20:00:00Z");
    expect(timestamp(1e15)).toBe("1000000000000000 s");
  });
});
