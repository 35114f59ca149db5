import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createTemporaryFolder, removeFolder } from "../../support/temporary-folder.js";
import { jsonOf, runCli } from "../run-cli.js";
import { STAGING, useSampleStore } from "../sample-store.js";

const sample = useSampleStore();
const { succeed, read } = sample;

describe("policycache stats", () => {
  it("counts each agent, all of them, and the stream", async () => {
    const statistics = await read<{ agents: { agentId: string }[] }>("stats");
    expect(statistics).toMatchObject({
      store: "./policies.db",
      ciThreshold: 0.6,
      minEvents: 3,
      totals: { episodes: 2, states: 4, pairs: 5 },
      malformed: 0,
      stream: { groups: [{ name: "crystallizer", pending: 0, lag: 0 }], deadLetters: 0 },
    });
    expect(statistics.agents.map(({ agentId }) => agentId)).toEqual(["agent-1", "agent-2"]);
    const one = await read<{ agents: object[] }>("stats", "--agent", "agent-2", "--ci-threshold", "0.9");
    expect(one.agents).toMatchObject([{ agentId: "agent-2", states: 1, pairs: 1, passing: 0 }]);
  });

  it("shows a person a table with a line for each agent and their sum", async () => {
    const lines = (await succeed("stats")).split("\n").map((line) => line.trim().split(/\s{2,}/));
    expect(lines[0]).toEqual(["agent", "events", "successes", "episodes", "states", "pairs", "passing", "policies"]);
    expect(lines.slice(1, 4).map(([agent]) => agent)).toEqual(["agent-1", "agent-2", "2 agents"]);
    expect(lines.slice(5).map(([name]) => name)).toEqual([
      "passing",
      "rules",
      "recorded",
      "waiting",
      "refused",
      "set aside",
      "malformed",
      "",
    ]);
  });
});

describe("every command", () => {
  it("writes no colour codes when it does not write to a terminal", async () => {
    for (const command of [
      ["decide", "--agent", "agent-1", "--state", STAGING],
      ["explain", "--agent", "agent-1", "--state", STAGING],
      ["policies", "--agent", "agent-1"],
      ["stats"],
    ]) {
      const { stdout, stderr } = await runCli(command, { folder: sample.folder });
      expect(stdout).not.toContain("\u001b");
      expect(stderr).toBe("");
    }
  });

  it("takes its store from the environment when --store is left out", async () => {
    const elsewhere = createTemporaryFolder();
    const env = { POLICYCACHE_STORE: join(sample.folder, "policies.db") };
    const run = await runCli(["stats", "--json"], { folder: elsewhere, env });
    removeFolder(elsewhere);
    expect(jsonOf<object>(run)).toMatchObject({ store: env.POLICYCACHE_STORE, totals: { states: 4 } });
  });
});
