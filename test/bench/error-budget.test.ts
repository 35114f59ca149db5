import { expect, it } from "vitest";
import { runScript } from "./run-script.js";

interface Interval {
  readonly estimate: number;
  readonly low: number;
  readonly high: number;
}

interface Figures {
  readonly agentWorlds: readonly { budget: number; rule: string; servedShare: number; wrong: Interval }[];
  readonly edgeWorlds: readonly { budget: number; rule: string; everServed: Interval }[];
}

it("served and wrong stays within each budget in seeded random worlds, where plain Wilson serves what is too bad", async () => {
  const sizes = ["--worlds", "80", "--steps", "100", "--edge", "800"];
  const stdout = await runScript("experiments/error-budget.ts", "--json", ...sizes);
  const { agentWorlds, edgeWorlds } = JSON.parse(stdout) as Figures;
  for (const { budget, wrong } of agentWorlds.filter(({ rule }) => rule === "budget")) {
    expect(wrong.high).toBeLessThanOrEqual(budget);
  }
  expect(agentWorlds.find(({ budget, rule }) => budget === 0.3 && rule === "budget")?.servedShare).toBeGreaterThan(
    0.05,
  );
  for (const { rule, everServed } of edgeWorlds) {
    if (rule === "budget") expect(everServed.low).toBeLessThanOrEqual(0.05);
    else expect(everServed.low).toBeGreaterThan(0.1);
  }
}, 120_000);
