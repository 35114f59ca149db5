import { describe, expect, it } from "vitest";
import { evidenceToServe, takenEvidence } from "../../../src/maths/proof/taken-evidence.js";
import { readPage } from "../code-blocks.js";

describe("docs/trust.md", () => {
  it("shows the runs of successes that a budget asks for", () => {
    const shortest = (budget: number, countsOf: (run: number) => Parameters<typeof takenEvidence>[0]) => {
      let run = 1;
      while (takenEvidence(countsOf(run), budget) < evidenceToServe(0.95, 0)) run += 1;
      return run;
    };
    const rows = [0.3, 0.2, 0.1, 0.05].map((budget) => {
      const none = { ownDecisions: 0, ownSuccesses: 0, takenTrials: 0, takenSuccesses: 0 };
      const own = shortest(budget, (run) => ({ ...none, ownDecisions: run, ownSuccesses: run }));
      const taken = shortest(budget, (run) => ({ ...none, takenTrials: run, takenSuccesses: run }));
      const beside = shortest(budget, (run) => ({ ...none, ownDecisions: run, takenTrials: run, takenSuccesses: run }));
      return `| ${budget} | ${own} | ${taken} | ${beside} |`;
    });
    const lines = readPage("docs/trust.md").split("\n");
    expect(rows.filter((row) => !lines.includes(row))).toEqual([]);
  });
});
