import { describe, it } from "vitest";
import { scaledErfc } from "../../../../src/maths/statistics/uniformity/error-function.js";
import { expectRelative } from "../../../support/golden.js";

describe("exp(z²) erfc(z)", () => {
  it("holds to nearly all digits, on both sides of 1 and far out (mpmath 1.3, 50 digits)", () => {
    const table: [z: number, value: number][] = [
      [0, 1],
      [0.125, 0.8732218450821508],
      [0.5, 0.6156903441929259],
      [0.875, 0.464311583202669],
      [0.9520996343197685, 0.44103363814098534],
      [0.9999999, 0.42758360347701],
      [1, 0.427583576155807],
      [1.5, 0.3215854164543175],
      [3, 0.17900115118138996],
      [10, 0.05614099274382259],
      [30, 0.01879588886141675],
      [1_000_000, 5.641895835474742e-7],
    ];
    for (const [z, value] of table) expectRelative(scaledErfc(z), value, 3e-15, `z = ${z}`);
  });
});
