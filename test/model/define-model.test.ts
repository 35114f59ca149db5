import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { Defaults } from "../../src/common/tuning/defaults.js";
import { decimalField, keyField } from "../../src/model/fields.js";
import { confidenceField } from "../../src/primitives/confidence-field.js";
import { decayingSortedField } from "../../src/primitives/decay-clock.js";
import { defineModel } from "../../src/repository/define-model.js";

describe("defineModel", () => {
  it("warns when a clock cannot tell which of several confidences bends its decay", async () => {
    const declare = (confidenceModulation: "auto" | "first" | false) =>
      defineModel("Doubt", {
        identity: ["id"],
        fields: {
          id: keyField(),
          first: confidenceField(),
          second: confidenceField(),
          age: decayingSortedField({ confidenceModulation }),
        },
      });
    const warning = once(process, "warning");
    declare("first");
    declare(false);
    declare("auto");
    const [{ message }] = await warning;
    expect(message).toContain("age");
    expect(message).toContain("first, second");
  });
});

describe("decimalField", () => {
  const field = decimalField();
  const roundTrip = (text: string) => field.decoder?.("price")({ price: field.encode?.("price", text) ?? 0 }, Defaults);

  it("gives a decimal back as it was written, without zeros that change nothing", () => {
    for (const text of ["2.75", "-0.1", "0", "123456789012345", "0.00000000000001", "99999999999.9999"]) {
      expect(roundTrip(text)).toBe(text);
    }
    expect(roundTrip("2.50")).toBe("2.5");
    expect(roundTrip("007.0")).toBe("7");
    expect(roundTrip("-0")).toBe("0");
  });

  it("refuses what is no decimal, or would lose digits", () => {
    for (const wrong of ["", "two", "1e3", "1.", ".5", "+1", " 1", "1,5", "1234567890.123456", 2.75, null]) {
      expect(() => field.encode?.("price", wrong)).toThrow("price");
    }
  });

  it("may have a default", () => {
    expect(decimalField({ default: "9.99" }).defaultValue).toBe("9.99");
    expect(() => decimalField({ default: "free" })).toThrow("default");
  });
});
