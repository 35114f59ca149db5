import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { refuseRoundedIntegers } from "../../../src/cli/input/rounded-integers.js";

const check = (text: string) => () => refuseRoundedIntegers(JSON.parse(text), text);

describe("integers of JSON texts", () => {
  it("are refused where they would be rounded, with the place they stand at", () => {
    expect(check('{"a":{"b":[1,9007199254740992]}}')).toThrow(/^a\.b\.1 is "9007199254740992"/);
    expect(check('{"a":-123456789012345678901234567890}')).toThrow(/^a is "-1234/);
  });

  it("pass when they are exact, and so do other numbers and texts", () => {
    for (const value of [
      "9007199254740991",
      "-9007199254740991",
      "1e300",
      "0.12345678901234567",
      '"9007199254740993"',
    ]) {
      expect(check(`{"a":${value}}`), value).not.toThrow();
    }
    expect(check(String.raw`{"\\\"9007199254740993":1}`)).not.toThrow();
  });

  it("are refused exactly when one is beyond what a double counts", () => {
    const integers = fc.array(fc.bigInt({ min: -(2n ** 60n), max: 2n ** 60n }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(integers, (values) => {
        const isExact = values.every((value) => Number.isSafeInteger(Number(value)));
        const verdict = check(`{"a":[${values.join(",")}]}`);
        if (isExact) expect(verdict).not.toThrow();
        else expect(verdict).toThrow(/expected an integer/);
      }),
    );
  });

  it("are found in what is nested as deep as JSON can be read", () => {
    const depth = 4000;
    expect(check(`${'{"a":'.repeat(depth)}9007199254740993${"}".repeat(depth)}`)).toThrow(/9007199254740993/);
  });
});
