import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { WhatIfResult } from "../../../src/evaluation/index.js";
import { PolicyCache } from "../../../src/index.js";
import { temporaryFolder } from "../../support/temporary-folder.js";
import { jsonOf, runCli } from "../run-cli.js";
import { STAGING, useSampleStore } from "../sample-store.js";

const sample = useSampleStore();

interface Evaluated {
  readonly policy: string;
  readonly decisions: number;
  readonly leftOut: number;
  readonly rejected: number;
  readonly leftToLog: number;
  readonly estimates: readonly { readonly estimator: string; readonly value: number; readonly upper: number }[];
  readonly warnings: readonly { readonly code: string }[];
}

function line(type: string, reward: number, propensity: number, more: object = {}): string {
  const state = JSON.parse(STAGING);
  const outcome = reward > 0 ? "success" : "failure";
  return `${JSON.stringify({ agentId: "agent-1", state, action: { type }, outcome, reward, propensity, ...more })}\n`;
}

/** Half of the decisions ask, half run the playbook, which is worth 1. */
const LOG = Array.from({ length: 400 }, (_, index) =>
  index % 2 === 0 ? line("run_playbook", 1, 0.5) : line("ask", 0, 0.5),
).join("");

function written(files: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder();
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

const values = ({ estimates }: Evaluated) => estimates.map(({ value }) => Number(value.toFixed(2)) + 0); // no negative zero

describe("policycache evaluate", () => {
  it("values uniform, greedy and written policies, each from its own probabilities", async () => {
    const folder = written({ "log.jsonl": LOG, "ask.json": JSON.stringify({ name: "asks", otherwise: { ask: 1 } }) });
    const evaluate = async (policy: string) =>
      jsonOf<Evaluated>(await runCli(["evaluate", "log.jsonl", "--policy", policy, "--json"], { folder }));
    const uniform = await evaluate("uniform");
    expect(uniform).toMatchObject({ policy: "uniform", decisions: 400, leftOut: 0, rejected: 0, warnings: [] });
    expect(values(uniform)).toEqual([0.5, 0.5, 0.5, 0.5, 0.5]);
    // Alternating decisions fall into different halves, so greedy learns one action from each.
    expect((await evaluate("greedy")).policy).toBe("greedy");
    const asks = await evaluate("ask.json");
    expect(asks.policy).toBe("asks");
    expect(values(asks)).toEqual([0, 0, 0, 0, 0]);
  });

  it("values what a store decides, and leaves to the log what the store does not know", async () => {
    const state = { task: "unheard of" };
    const folder = written({ "log.jsonl": LOG + line("ask", 0, 0.5, { state }).repeat(100) });
    const store = join(sample.folder, "policies.db");
    const run = await runCli(["evaluate", "log.jsonl", "--policy", "store", "--store", store, "--json"], { folder });
    const evaluated = jsonOf<Evaluated>(run);
    expect(evaluated.leftToLog).toBe(0.2);
    expect(evaluated.estimates.find(({ estimator }) => estimator === "snips")?.value).toBeCloseTo(0.8, 9);
  });

  it("evaluates what a store remembers when no file is named", async () => {
    const folder = written({ "log.jsonl": LOG + line("ask", 0, 0.5, { agentId: "agent-2" }) });
    await runCli(["learn", "log.jsonl"], { folder });
    const run = await runCli(["evaluate", "--policy", "uniform", "--agent", "agent-1", "--json"], { folder });
    const evaluated = jsonOf<Evaluated>(run);
    expect(evaluated).toMatchObject({ log: "./policies.db", decisions: 400, leftOut: 0 });
    expect(values(evaluated)).toEqual([0.5, 0.5, 0.5, 0.5, 0.5]);
  });

  it("evaluates the decisions of an agent that never explored", async () => {
    const folder = temporaryFolder();
    const cache = await PolicyCache.open(join(folder, "policies.db"));
    for (let run = 0; run < 300; run += 1) {
      const type = run % 3 === 0 ? "careful" : "fast";
      const { decisionId } = await cache.decide({ state: { task: "refund" }, fallback: () => ({ type }) });
      await cache.report(decisionId, { outcome: type === "careful" || run % 2 === 0 ? "success" : "failure" });
    }
    await cache.close();
    const run = await runCli(["evaluate", "--store", "policies.db"], { folder });
    expect(run.exitCode).toBe(0);
    expect(run.stderr.trim().split("\n")).toHaveLength(1);
    expect(run.stderr).toContain("ESTIMATED_PROPENSITIES: 300 of 300 decisions");
    expect(run.stdout).toMatch(/propensities +0 logged, 300 estimated from the log/);
    expect(run.stdout).toMatch(/the agent: its own way +\d+/);
  });

  describe("--what-if", () => {
    /** 200 decisions, of which the cache serves some under a budget of 0.2. */
    async function lived(): Promise<string> {
      const folder = temporaryFolder();
      const defaults = { errorBudget: 0.2 } as const;
      const cache = await PolicyCache.open(join(folder, "policies.db"), { workers: "inline", defaults });
      for (let run = 0; run < 200; run += 1) {
        const request = { agentId: `agent-${run % 2}`, state: { task: "refund" }, episodeId: `episode-${run}` };
        const { decisionId } = await cache.decide({ ...request, timeoutMs: 60_000, fallback: () => ({ type: "pay" }) });
        await cache.report(decisionId, { outcome: "success" });
      }
      await cache.close();
      return folder;
    }

    it("answers from what a store remembers: the rule in force is what happened, a stricter one serves less", async () => {
      const folder = await lived();
      const whatIf = async (...rules: readonly string[]) => {
        const parameters = rules.flatMap((rule) => ["--what-if", rule]);
        return jsonOf<WhatIfResult>(await runCli(["evaluate", ...parameters, "--json"], { folder }));
      };
      const same = await whatIf("errorBudget=0.2");
      expect(same.decisions).toBe(200);
      expect(same.would.serve).toBe(same.happened.serve);
      expect(same.happened.serve).toBeGreaterThan(50);
      expect(same.warnings).toEqual([]);
      const stricter = await whatIf("errorBudget=0.1,budgetConfidence=0.99", "trials.rate=0.2");
      expect(stricter).toMatchObject({ rules: { errorBudget: 0.1, budgetConfidence: 0.99, trials: { rate: 0.2 } } });
      expect(stricter.would.serve).toBeLessThan(same.would.serve);
      expect((await whatIf("errorBudget=none")).would.serve).toBeGreaterThan(same.would.serve);
      const one = await runCli(["evaluate", "--what-if", "minEvents=150", "--agent", "agent-1", "--json"], { folder });
      expect(jsonOf<WhatIfResult>(one)).toMatchObject({ decisions: 100, would: { serve: 0 } });
    });

    it("shows a person what would have been, and what is known of it", async () => {
      const { stdout, stderr, exitCode } = await runCli(["evaluate", "--what-if", "errorBudget=0.2"], {
        folder: await lived(),
      });
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
      expect(stdout).toMatch(/^what if +errorBudget=0\.2$/m);
      expect(stdout).toMatch(/^served +(\d+) +\1$/m);
      expect(stdout).toMatch(/^served: the cache did it +\d+ +0: 0\.0 %, interval 0\.0 % to \d\.\d %$/m);
      expect(stdout).toMatch(/^\{"task":"refund"\} +pay +\d+ +\d+ +0 of \d+$/m);
    });

    it("answers from a file, and tells of malformed lines", async () => {
      const own = line("pay", 1, 1, { decision: "fallback" }).repeat(60);
      const folder = written({ "log.jsonl": `${own}not json\n${line("pay", 1, 1, { decision: "served" })}` });
      const run = await runCli(["evaluate", "log.jsonl", "--what-if", "ciThreshold=0.9", "--json"], { folder });
      expect(run.stderr).toContain(
        'log.jsonl:62: decision is "served", expected serve, trial, explore, suggest, fallback.',
      );
      const { would, served, ...told } = jsonOf<WhatIfResult & { rejected: number }>(run);
      expect(told).toMatchObject({ log: "log.jsonl", decisions: 60, rejected: 2, happened: { fallback: 60 } });
      expect(served.own).toMatchObject({ outcomes: would.serve, failures: 0 });
      expect(would.serve).toBe(60 - 35);
    });

    it.each([
      ["a misspelt rule", ["--what-if", "errorBugdet=0.1"], "Did you mean errorBudget?"],
      ["a constant that decisions do not depend on", ["--what-if", "historyLength=5"], "Known are errorBudget"],
      ["a rule without a value", ["--what-if", "errorBudget"], "errorBudget=0.1"],
      ["two values", ["--what-if", "errorBudget=0.1=0.2"], "errorBudget=0.1"],
      ["a value out of range", ["--what-if", "errorBudget=1.5"], "above 0 and below 1"],
      ["a word where a number is meant", ["--what-if", "minEvents=many"], "minEvents"],
      ["a policy beside it", ["--what-if", "minEvents=5", "--policy", "greedy"], "cannot be used with"],
      ["own choices that are neither", ["--what-if", "minEvents=5", "--own-choices", "trusted"], "own or taken"],
    ])("refuses %s", async (_name, parameters, message) => {
      const folder = written({ "log.jsonl": LOG });
      const { stderr, exitCode } = await runCli(["evaluate", "log.jsonl", ...parameters], { folder });
      expect(exitCode).toBe(2);
      expect(stderr).toContain(message);
    });
  });

  it("shows a person a table, and warnings on stderr", async () => {
    const folder = written({ "log.jsonl": LOG + line("ask", 0, 0.5, { propensity: undefined }) });
    const { stdout, stderr, exitCode } = await runCli(["evaluate", "log.jsonl", "--policy", "uniform"], { folder });
    expect(exitCode).toBe(0);
    expect(stderr).toBe("NO_PROPENSITY: 1 decisions without a propensity were left out.\n");
    const rows = stdout.split("\n").map((text) => text.split(/\s{2,}/));
    expect(rows.at(-7)).toEqual(["estimator", "value", "standard error", "from", "to", "effective n"]);
    expect(rows.map(([name]) => name)).toEqual(
      expect.arrayContaining(["replay", "ips", "snips", "direct-method", "doubly-robust"]),
    );
  });

  it("takes the decisions of one agent, and tells of malformed lines once", async () => {
    const others = line("ask", 7, 0.5, { agentId: "agent-2" });
    const folder = written({ "log.jsonl": `${LOG}${others}not json\n${line("ask", 0, 2)}\n` });
    const parameters = ["evaluate", "log.jsonl", "--policy", "uniform", "--agent", "agent-1", "--json"];
    const run = await runCli(parameters, { folder });
    expect(run.stderr.trim().split("\n")).toHaveLength(2);
    expect(run.stderr).toContain("log.jsonl:403: propensity is 2, expected a probability from 0 to 1.");
    expect(jsonOf<Evaluated>(run)).toMatchObject({ decisions: 400, rejected: 2 });
  });

  it("keeps other decisions in replay with another seed, and the same with the same", async () => {
    const folder = written({
      "log.jsonl": Array.from({ length: 300 }, (_, index) => line(index % 3 === 0 ? "a" : "b", index % 7, 0.5)).join(
        "",
      ),
      "p.json": JSON.stringify({ otherwise: { a: 0.9, b: 0.1 } }),
    });
    const replayed = async (seed: string) => {
      const parameters = ["evaluate", "log.jsonl", "--policy", "p.json", "--seed", seed, "--json"];
      return jsonOf<Evaluated>(await runCli(parameters, { folder })).estimates[0];
    };
    expect(await replayed("5")).toEqual(await replayed("5"));
    expect(await replayed("6")).not.toEqual(await replayed("5"));
  });

  it.each([
    ["a log that does not exist", ["nowhere.jsonl", "--policy", "uniform"], 1, "INPUT_UNREADABLE"],
    ["a log from a pipe", ["-", "--policy", "uniform"], 2, "INVALID_ARGUMENT"],
    ["a policy that does not exist", ["log.jsonl", "--policy", "best"], 1, "INPUT_UNREADABLE"],
    ["a policy that is no policy", ["log.jsonl", "--policy", "odd.json"], 2, "INVALID_ARGUMENT"],
    ["a store that does not exist", ["log.jsonl", "--policy", "store"], 1, "STORE_NOT_FOUND"],
    ["a log without propensities", ["bare.jsonl", "--propensities", "logged"], 2, "INVALID_ARGUMENT"],
    ["an empty log", ["empty.jsonl"], 2, "INVALID_ARGUMENT"],
  ])("refuses %s", async (_name, parameters, exitCode, code) => {
    const folder = written({
      "log.jsonl": LOG,
      "odd.json": JSON.stringify({ otherwise: { a: 0.5 } }),
      "empty.jsonl": "\n",
      "bare.jsonl": line("a", 1, 1, { propensity: undefined }),
    });
    const run = await runCli(["evaluate", ...parameters, "--json"], { folder });
    expect(run.exitCode).toBe(exitCode);
    expect(jsonOf<{ error: { code: string } }>(run).error.code).toBe(code);
  });
});
