import { expect, it } from "vitest";
import { runScript } from "./run-script.js";

interface Interval {
  readonly estimate: number;
  readonly low: number;
  readonly high: number;
}

interface Row {
  readonly name: string;
  readonly trials: number;
  readonly served: Interval;
  readonly badWorlds: Interval;
  readonly mostOverspent: number;
  readonly mostBeyondBudget: number;
}

interface Figures {
  readonly seed: number;
  readonly worlds: readonly Row[];
  readonly typeOne: {
    readonly lives: { readonly everServed: Interval };
    readonly rules: readonly { readonly rule: string; readonly everServed: Interval }[];
  };
  readonly late: readonly { readonly openDecisions: string; readonly everServed: Interval }[];
  readonly afterChange: { readonly lives: readonly { readonly mostBeyondBudget: number }[] };
}

it("in seeded worlds nothing bad is served, trials stay within their allowance, and stops come in time", async () => {
  const stdout = await runScript(
    "experiments/proven.ts",
    "--json",
    "--quick",
    "--only",
    "worlds,edge,late,change",
    "--worlds",
    "20",
  );
  const { seed, worlds, typeOne, late, afterChange } = JSON.parse(stdout) as Figures;
  expect(seed).toBe(1);
  for (const { name, trials, badWorlds, mostOverspent, mostBeyondBudget } of worlds) {
    expect(badWorlds.estimate, `${name} at ${trials}`).toBe(0);
    expect(mostOverspent, name).toBeLessThanOrEqual(0);
    expect(mostBeyondBudget, name).toBeLessThan(11);
  }
  const served = (name: string) => worlds.find((row) => row.name === name && row.trials === 0.5)?.served.estimate;
  expect(served("hidden coin")).toBe(0);
  expect(served("alternating")).toBe(0);
  expect(served("contexts, never seen")).toBeGreaterThan(0.1);
  expect(typeOne.lives.everServed.low).toBeLessThanOrEqual(0.05);
  for (const { rule, everServed } of typeOne.rules) {
    if (rule === "wilson") expect(everServed.low).toBeGreaterThan(0.1);
    else expect(everServed.low).toBeLessThanOrEqual(0.05);
  }
  const everServed = Object.fromEntries(late.map((row) => [row.openDecisions, row.everServed.estimate]));
  expect(everServed).toEqual({ none: expect.any(Number), unserved: 0, all: 0 });
  expect(everServed.none).toBeGreaterThan(0.9);
  for (const { mostBeyondBudget } of afterChange.lives) expect(mostBeyondBudget).toBeLessThan(11);
}, 240_000);

it("what comes out depends on the seed, and not on the number of processes", async () => {
  const figuresOf = async (...parameters: readonly string[]) => {
    const sizes = ["--json", "--quick", "--only", "first-served", "--worlds", "10"];
    const stdout = await runScript("experiments/proven.ts", ...sizes, ...parameters);
    return (JSON.parse(stdout) as { readonly firstServed: unknown }).firstServed;
  };
  const alone = await figuresOf("--processes", "1");
  expect(await figuresOf("--processes", "2")).toEqual(alone);
  expect(await figuresOf("--seed", "2")).not.toEqual(alone);
}, 120_000);
