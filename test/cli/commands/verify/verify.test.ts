import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { eventually } from "../../../support/eventually.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";
import { jsonOf, runCli, startCli } from "../../run-cli.js";

interface Verified {
  readonly reached: boolean;
  readonly interrupted?: boolean;
  readonly courses: readonly {
    readonly course: string;
    readonly optimum: number;
    readonly value: number;
    readonly worst: number;
    readonly reached: boolean;
    readonly events: number;
    readonly played: { readonly mean: number; readonly lower: number; readonly upper: number };
    readonly online?: { readonly mean: number; readonly lower: number; readonly upper: number };
    readonly runs: readonly { readonly seed: number; readonly episodes: number; readonly value: number }[];
  }[];
}

describe("policycache verify", () => {
  it("learns the shortest way along the cliff, and falls as often as published while it still explores", async () => {
    const run = await runCli(["verify", "--only", "cliff-walking", "--runs", "1", "--seed", "12", "--json"]);
    expect(run.exitCode).toBe(0);
    const { courses, reached } = jsonOf<Verified>(run);
    const [cliff] = courses;
    expect(reached).toBe(true);
    expect(cliff).toMatchObject({ course: "cliff-walking", optimum: -13, value: -13, worst: -13, reached: true });
    expect(cliff?.played).toEqual({ mean: -13, lower: -13, upper: -13 });
    expect(cliff?.runs.map(({ seed, episodes }) => [seed, episodes])).toEqual([[12, 500]]);
    // Sutton and Barto, Example 6.6: near -49. Our interval covers the noise of 100 episodes.
    expect(cliff?.online?.lower).toBeLessThan(-49);
    expect(cliff?.online?.upper).toBeGreaterThan(-49);
  });

  it("refuses a course that does not exist, and names those that do", async () => {
    const run = await runCli(["verify", "--only", "chess", "--json"]);
    expect(run.exitCode).toBe(2);
    expect(jsonOf<{ error: { message: string } }>(run).error.message).toContain("frozen-lake-4x4");
  });

  it("refuses a store that holds anything, and leaves it alone", async () => {
    const folder = temporaryFolder();
    const event = { state: { task: "deploy" }, action: { type: "ask" }, outcome: "success" };
    await runCli(["learn", "-"], { folder, input: JSON.stringify(event) });
    const run = await runCli(["verify", "--store", "policies.db", "--json"], { folder });
    expect(run.exitCode).toBe(2);
    expect(run.stderr).toContain("--store");
    const counted = jsonOf<{ totals: object }>(await runCli(["stats", "--json"], { folder }));
    expect(counted.totals).toMatchObject({ events: 1 });
  });

  it.skipIf(process.platform === "win32")("ends cleanly when interrupted, and says so", async () => {
    const folder = temporaryFolder();
    const cli = startCli(["verify", "--only", "taxi", "--store", "taxi.db", "--json"], { folder });
    await eventually("the store is there", () => existsSync(join(folder, "taxi.db")));
    cli.process.kill("SIGINT");
    const run = await cli.ended;
    expect(run.exitCode).toBe(130);
    expect(jsonOf<Verified>(run)).toMatchObject({ interrupted: true, reached: false, courses: [] });
  });
});
