import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../../support/temporary-folder.js";
import { jsonOf, runCli } from "../run-cli.js";

const PLACE = ["--agent", "a", "--state", '{"task":"deploy"}'];
const GO = [...PLACE, "--action", "go", "--outcome", "success"];

describe("policycache record", () => {
  it("records an event of its own each time, also when processes do so at once", async () => {
    const folder = temporaryFolder();
    await runCli(["record", ...GO], { folder });
    const runs = await Promise.all(Array.from({ length: 4 }, () => runCli(["record", ...GO, "--json"], { folder })));
    expect(runs.map((run) => jsonOf<{ recorded: boolean }>(run).recorded)).toEqual([true, true, true, true]);
    const last = await runCli(["record", ...GO], { folder });
    expect(last.stdout).toMatch(
      /^recorded +success of go\nstate +[0-9a-f]{16}\ncrystallized +1 policy\nstore +\.\/policies\.db\n$/,
    );
    const decided = await runCli(["decide", ...PLACE, "--json"], { folder });
    expect(jsonOf<object>(decided)).toMatchObject({ kind: "serve", action: { type: "go", spec: {} } });
  });

  it("takes every part of an event", async () => {
    const folder = temporaryFolder();
    const parts = [
      ...["--spec", '{"file":"a"}', "--params", '{"file":"a"}', "--reward", "2", "--id", "e-1", "--episode", "x"],
      ...["--step", "0", "--no-done", "--next-state", "{}", "--propensity", "0.5", "--at", "2026-01-02T00:00:00Z"],
      ...["--valid-until", "2099-01-01", "--depends-on", "playbook=3", "tool=1"],
    ];
    const run = await runCli(["record", ...GO, ...parts], { folder });
    expect(run).toMatchObject({ exitCode: 0, stderr: "" });
    const explained = await runCli(["explain", ...PLACE, "--json"], { folder });
    expect(jsonOf<object>(explained)).toMatchObject({
      evidence: [
        {
          action: { spec: { file: "a" } },
          firstSeenSeconds: Date.UTC(2026, 0, 2) / 1000,
          validUntilSeconds: Date.UTC(2099, 0, 1) / 1000,
          dependsOn: { playbook: "3", tool: "1" },
          qValue: 0.2,
        },
      ],
    });
    const again = await runCli(["record", ...GO, ...parts], { folder });
    expect(again.stdout).toBe("unchanged  An event with the id e-1 was recorded before.\n");
  });

  it.each([
    [["--at", "yesterday"], '--at is "yesterday", expected a time in ISO 8601 or Unix seconds'],
    [["--step", "-1"], '--step is "-1", expected an integer of at least 0'],
    [["--propensity", "2"], "propensity is 2"],
    [["--reward", "much"], '--reward is "much", expected a number'],
    [["--spec", "[]"], "--spec is an array of 0, expected a JSON object"],
    [["--depends-on", "playbook"], '--depends-on is "playbook", expected a name and a version'],
    [["--agent", ""], "agentId is an empty string"],
    [["--outcome", "maybe"], '--outcome is "maybe", expected success or failure'],
  ])("refuses %j and creates nothing", async (more, message) => {
    const folder = temporaryFolder();
    const run = await runCli(["record", ...GO, ...more], { folder });
    expect(run.exitCode).toBe(2);
    expect(run.stderr).toContain(message);
    const stats = await runCli(["stats", "--json"], { folder });
    expect(jsonOf<object>(stats)).toMatchObject({ error: { code: "STORE_NOT_FOUND" } });
  });
});
