import { describe, expect, it } from "vitest";
import { anytimeLowerBound } from "../../../src/maths/statistics/anytime.js";
import { successesNeeded } from "../../../src/maths/statistics/successes-needed.js";
import { readPage } from "../code-blocks.js";

describe("docs/trust.md", () => {
  it("shows the runs of successes that the bounds ask for", () => {
    const rows = [0.3, 0.2, 0.1, 0.05].map((budget) => {
      let anytime = 1;
      while (anytimeLowerBound(anytime, anytime) < 1 - budget) anytime += 1;
      const oneLook = Math.ceil(Math.log(0.05) / Math.log(1 - budget));
      return `| ${budget} | ${anytime} | ${oneLook} | ${successesNeeded(0, 0, 0, 1 - budget, 1.96, 1000)} |`;
    });
    const lines = readPage("docs/trust.md").split("\n");
    expect(rows.filter((row) => !lines.includes(row))).toEqual([]);
  });
});
