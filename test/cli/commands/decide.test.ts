import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { jsonOf, runCli } from "../run-cli.js";
import { ONCE_GOOD, PRODUCTION, STAGING, STAGING_FINGERPRINT, useSampleStore } from "../sample-store.js";
import type { Decided } from "./decided.js";

const sample = useSampleStore();
const { succeed, read } = sample;

const decide = (state: string, ...more: readonly string[]) =>
  read<Decided>("decide", "--agent", "agent-1", "--state", state, ...more);

describe("policycache decide", () => {
  it("serves a policy whose evidence passes", async () => {
    const decision = await decide(STAGING);
    expect(decision).toMatchObject({
      kind: "serve",
      agentId: "agent-1",
      stateFingerprint: STAGING_FINGERPRINT,
      action: { type: "run_playbook", spec: { playbook: "deploy.yml" } },
      reason:
        "8 of 8 outcomes were successes, lower bound 0.676 exceeds 0.600. Without an error budget nothing is promised.",
    });
    expect(Object.keys(decision.policy.parts)).toEqual(["expectedValue", "confidence", "accessCount", "coOccurrence"]);
  });

  it("suggests a policy whose evidence passed once", async () => {
    expect(await decide(ONCE_GOOD)).toMatchObject({ kind: "suggest", action: { type: "restart" } });
  });

  it("abstains without a policy, with exit code 0, and tells what is missing", async () => {
    expect(await decide(PRODUCTION)).toMatchObject({
      kind: "abstain",
      nearest: { actionType: "run_playbook", successes: 3, trials: 3, successesMissing: 3 },
    });
    expect(await decide('{"never":"seen"}')).toMatchObject({
      kind: "abstain",
      reason: "No outcome was ever recorded in this state.",
    });
  });

  it("takes other thresholds", async () => {
    expect(await decide(STAGING, "--ci-threshold", "0.7")).toMatchObject({ kind: "suggest" });
    expect(await decide(STAGING, "--min-events", "9")).toMatchObject({ kind: "suggest" });
  });

  it("serves within an error budget, and refuses one that could never serve", async () => {
    expect(await decide(STAGING, "--budget", "0.8")).toMatchObject({
      kind: "serve",
      policy: { evidence: { errorBudget: 0.8, confidence: 0.95, threshold: expect.closeTo(0.2) } },
    });
    expect(await decide(STAGING, "--budget", "0.1", "--confidence", "0.9")).toMatchObject({
      kind: "suggest",
      missing: "89 more successes in a row would serve",
    });
    const refused = await sample.run("decide", "--agent", "agent-1", "--state", STAGING, "--budget", "0");
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toContain("a budget of 0 would never serve");
  });

  it("serves what is nearly as good as the agent, and refuses a margin that is none", async () => {
    expect(await decide(STAGING, "--worse-than-agent", "0.9")).toMatchObject({ kind: "serve" });
    expect(await decide(STAGING, "--worse-than-agent", "0.01")).toMatchObject({ kind: "suggest" });
    const refused = await sample.run("decide", "--agent", "a", "--state", "{}", "--worse-than-agent", "0");
    expect(refused).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("worseThanAgent") });
  });

  it("takes parameters, and refuses what is no object", async () => {
    expect(await decide(STAGING, "--params", '{"file":"new.ts"}')).toMatchObject({ kind: "serve" });
    const refused = await sample.run("decide", "--agent", "a", "--state", "{}", "--params", "[1]");
    expect(refused).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("--params") });
  });

  it("explores when asked to, among given actions, and remembers the propensity", async () => {
    const explored = await decide(STAGING, "--explore", "epsilon-greedy", "--epsilon", "1", "--candidates", "a", "b");
    expect(explored).toMatchObject({ kind: "explore", strategy: "epsilon-greedy", propensity: 0.5 });
    const text = await succeed("decide", "--agent", "agent-1", "--state", STAGING, "--explore", "greedy");
    expect(text).toMatch(/^explore {2}\S+ {2}\{.*\}\ngreedy chose \S+, with probability/);
    expect(text).toMatch(/\naction +propensity +value +successes +trials\n/);
  });

  it("shows a person the kind, the action, the reason, the sum of the score and the id to report", async () => {
    const lines = (await succeed("decide", "--agent", "agent-1", "--state", STAGING)).split("\n");
    expect(lines.slice(0, 3)).toEqual([
      'serve  run_playbook  {"playbook":"deploy.yml"}',
      "8 of 8 outcomes were successes, lower bound 0.676 exceeds 0.600. Without an error budget nothing is promised.",
      "",
    ]);
    expect(lines[3]).toBe("part           value  weight  contribution");
    const contributions = lines.slice(4, 8).map((line) => Number(line.split(/\s+/).at(-1)));
    const score = Number(/^score +(\d\.\d{3})$/.exec(lines[8] ?? "")?.[1]);
    expect(Math.abs(contributions.reduce((sum, part) => sum + part) - score)).toBeLessThan(0.003);
    expect(lines.slice(9)).toEqual([
      "",
      "state       86e6b7501eb99c29",
      expect.stringMatching(/^decisionId {2}d3\S+$/),
      "",
    ]);
  });

  it("shows a person why it abstains", async () => {
    const text = await succeed("decide", "--agent", "agent-1", "--state", PRODUCTION);
    expect(text).toMatch(/^abstain {2}No policy for this state yet: run_playbook succeeded 3 of 3 times, 3 more /);
  });

  it("reads the state from a file and from stdin", async () => {
    const parameters = ["decide", "--agent", "agent-1", "--json", "--state"];
    const fromStdin = jsonOf<Decided>(
      await runCli([...parameters, "-"], { folder: sample.folder, input: `${STAGING}\n` }),
    );
    const file = join(sample.folder, "state.json");

    writeFileSync(file, STAGING);
    const fromFile = jsonOf<Decided>(await runCli([...parameters, `@${file}`], { folder: sample.folder }));
    expect([fromStdin.stateFingerprint, fromFile.stateFingerprint]).toEqual([STAGING_FINGERPRINT, STAGING_FINGERPRINT]);
  });

  it("keeps agents apart", async () => {
    const other = await read<Decided>("decide", "--agent", "agent-2", "--state", ONCE_GOOD);
    expect(other).toMatchObject({ kind: "abstain", reason: "No outcome was ever recorded in this state." });
  });
});
