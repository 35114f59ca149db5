import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { PolicyCache } from "../../../../src/cache/policy-cache.js";
import { jsonOf, runCli } from "../../run-cli.js";
import { HISTORY, useSampleStore } from "../../sample-store.js";
import { eventLine } from "./event-lines.js";
import type { LearnSummary } from "./learn-summary.js";

const sample = useSampleStore();

describe("policycache learn", () => {
  it("tells a person what it did, what the store holds and which policies are best", () => {
    expect({ exitCode: sample.learned.exitCode, stderr: sample.learned.stderr }).toEqual({ exitCode: 0, stderr: "" });
    const [heading = "", ...sections] = sample.learned.stdout.trimEnd().split("\n\n");
    expect(heading).toMatch(/^Learned from stdin into \.\/policies\.db in \d+\.\d\d s, [\d,]+ events a second\.$/);
    const words = sections.map((section) => section.split("\n").map((line) => line.trim().split(/\s+/).slice(0, 3)));
    expect(words[0]?.map((line) => line.slice(0, 2))).toEqual([
      ["events", "32"],
      ["recorded", "32"],
      ["duplicates", "0"],
      ["rejected", "0"],
      ["crystallized", "3"],
    ]);
    expect(words[1]?.slice(1).map((line) => line.slice(0, 2))).toEqual([
      ["agents", "2"],
      ["episodes", "2"],
      ["states", "4"],
      ["pairs", "5"],
      ["passing", "2"],
      ["policies", "3"],
    ]);
    expect(words[2]).toEqual([
      ["Best", "policies"],
      ["#", "agent", "score"],
      ["1", expect.any(String), expect.any(String)],
      ["2", expect.any(String), expect.any(String)],
      ["3", expect.any(String), expect.any(String)],
    ]);
  });

  it("prints all of its summary as JSON, and the same counts for the thresholds of the run", async () => {
    const parameters = ["learn", "-", "--store", "memory:", "--min-events", "2", "--ci-threshold", "0.3", "--json"];
    const summary = jsonOf<LearnSummary>(await runCli(parameters, { folder: sample.folder, input: HISTORY }));
    expect(summary).toEqual({
      events: 32,
      recorded: 32,
      duplicates: 0,
      rejected: 0,
      episodes: 2,
      states: 4,
      pairs: 5,
      crystallized: 4,
      passing: 3,
      policies: 4,
      agents: 2,
      seconds: expect.any(Number),
      eventsPerSecond: expect.any(Number),
      store: "memory:",
      files: ["-"],
    });
    expect(summary.eventsPerSecond).toBe(Math.round(32 / summary.seconds));
  });

  it("counts policies that older events, recorded by others and not yet counted, suffice for", async () => {
    const store = join(sample.folder, "waiting.db");
    const recorder = await PolicyCache.open(store, { workers: "none" });
    const event = { agentId: "a", state: { s: 1 }, action: { type: "t" }, outcome: "success" } as const;
    await recorder.recordMany(Array.from({ length: 6 }, () => event));
    await recorder.close();
    const input = eventLine({ agentId: "a", state: { s: 2 } });
    const summary = jsonOf<LearnSummary>(await runCli(["learn", "-", "--store", store, "--json"], { input }));
    expect(summary).toMatchObject({ events: 1, recorded: 1, pairs: 2, crystallized: 1, policies: 1 });
  });
});
