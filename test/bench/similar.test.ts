import { dirname } from "node:path";
import { expect, it } from "vitest";
import { describeWithData } from "../support/golden.js";
import { runScript } from "./run-script.js";

interface Interval {
  readonly estimate: number;
  readonly low: number;
  readonly high: number;
}

interface Figures {
  readonly unseen: readonly {
    readonly data: string;
    readonly compared: string;
    readonly unseen: string;
    readonly explained: Interval;
    readonly figures: readonly {
      readonly rule: string;
      readonly budget: number;
      readonly served: Interval;
      readonly agreement: Interval;
    }[];
  }[];
  readonly worlds: readonly {
    readonly kind: string;
    readonly rule: string;
    readonly budget: number;
    readonly served: Interval;
    readonly everOver: Interval;
  }[];
}

async function figuresOf(...parameters: readonly string[]): Promise<Figures> {
  return JSON.parse(await runScript("experiments/similar.ts", "--json", "--quick", ...parameters)) as Figures;
}

it("in seeded worlds the audit keeps its promise, and only what the state lacks breaks that of outcomes as the agent has them", async () => {
  const { worlds } = await figuresOf("--only", "worlds", "--worlds", "4");
  for (const { kind, rule, budget, everOver } of worlds) {
    const name = `${kind}, ${rule}, ${budget}`;
    if (kind !== "hidden" || rule !== "asAgent") expect(everOver.estimate, name).toBe(0);
    else if (budget === 0.3) expect(everOver.estimate, name).toBeGreaterThan(0.5);
  }
  const servedBy = (rule: string) =>
    worlds.find((row) => row.kind === "independent" && row.budget === 0.2 && row.rule === rule)?.served.estimate ?? 0;
  expect(servedBy("asAgent")).toBeGreaterThan(10 * servedBy("exact"));
}, 240_000);

describeWithData("on decisions of real agents", "agent-parameters/retail.events.jsonl.gz", (file) => {
  it("levels serve far more than states by themselves, within the budget", async () => {
    const { unseen } = await figuresOf("--only", "unseen", "--events", dirname(file));
    const figuresFor = (data: string, compared: string, rule: string, budget: number) => {
      const found = unseen.find((row) => row.data === data && row.compared === compared && row.unseen === "task");
      const row = found?.figures.find((figures) => figures.rule === rule && figures.budget === budget);
      return { served: row?.served.estimate ?? 0, agreement: row?.agreement.estimate ?? 0 };
    };
    const least = { actions: { 0.3: 0.22, 0.2: 0.13 }, types: { 0.3: 0.38, 0.2: 0.15 } };
    for (const budget of [0.3, 0.2] as const) {
      for (const [data, compared] of [
        ["retail", "actions"],
        ["airline", "types"],
      ] as const) {
        const { served, agreement } = figuresFor(data, compared, "levels", budget);
        expect(served, `${data} at ${budget}`).toBeGreaterThan(least[compared][budget]);
        expect(agreement, `${data} at ${budget}`).toBeGreaterThan(1 - budget);
      }
    }
    expect(figuresFor("retail", "actions", "literal", 0.5).served).toBeLessThan(0.005);
    const explained = (data: string) => unseen.find((row) => row.data === data)?.explained.estimate;
    expect(explained("retail")).toBeGreaterThan(0.57);
    expect(explained("airline")).toBeGreaterThan(0.45);
  }, 240_000);
});
