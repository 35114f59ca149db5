import { describe, expect, it } from "vitest";
import { jsonOf } from "../run-cli.js";
import { STAGING, STAGING_FINGERPRINT, useSampleStore } from "../sample-store.js";

const sample = useSampleStore();
const { run, succeed, read } = sample;

interface StatesPage {
  readonly states: readonly { readonly stateFingerprint: string; readonly stateFeatures: object }[];
  readonly next?: string;
}

describe("policycache agents", () => {
  it("lists who has evidence, and how much", async () => {
    const agents = [
      { agentId: "agent-1", states: 3, policies: 2, episodes: 2 },
      { agentId: "agent-2", states: 1, policies: 1, episodes: 0 },
    ];
    expect(await read("agents")).toEqual({ limit: 100, agents });
    const text = await succeed("agents");
    expect(text).toMatch(/^agent +states +policies +episodes\nagent-1 +3 +2 +2\nagent-2 +1 +1 +0\n$/);
  });

  it("goes on where a page ended, and says how", async () => {
    const first = await read<{ next?: string }>("agents", "--limit", "1");
    expect(first).toMatchObject({ next: "agent-1", agents: [{ agentId: "agent-1" }] });
    const second = await read<{ next?: string }>("agents", "--limit", "1", "--after", "agent-1");
    expect(second).toMatchObject({ after: "agent-1", agents: [{ agentId: "agent-2" }] });
    expect(second).not.toHaveProperty("next");
    expect(await succeed("agents", "--limit", "1")).toMatch(/\n\nMore with --after agent-1\n$/);
    expect(await succeed("agents", "--after", "agent-2")).toBe("No more agents.\n");
    const wrong = await run("agents", "--limit", "0");
    expect(wrong).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('--limit is "0"') });
  });
});

describe("policycache states and values", () => {
  it("name the states that are near to passing by their features", async () => {
    const page = await read<StatesPage>("states", "--agent", "agent-1");
    expect(page.states.map(({ stateFeatures }) => stateFeatures)).toEqual(
      expect.arrayContaining([
        { env: "staging", task: "deploy" },
        { env: "production", task: "deploy" },
        { env: "test", task: "deploy" },
      ]),
    );
    const text = await succeed("states", "--agent", "agent-1");
    expect(text).toMatch(
      /run_playbook +3 of 3 +no +3 successes in a row +\S+Z +\{"env":"production","task":"deploy"\}/,
    );
    const values = await succeed("values", "--agent", "agent-1");
    expect(values).toMatch(/86e6b7501eb99c29 +ask +\d\.\d{3} +1 of 3 +0\.061 +no/);
  });

  it("page through all states once, whatever the size of the page", async () => {
    const all = await read<StatesPage>("values", "--agent", "agent-1");
    const seen: StatesPage["states"][number][] = [];
    for (let after: readonly string[] = []; ; ) {
      const page = await read<StatesPage>("states", "--agent", "agent-1", "--limit", "1", ...after);
      seen.push(...page.states);
      if (page.next === undefined) break;
      after = ["--after", page.next];
    }
    expect(seen).toEqual(all.states);
  });

  it("need an agent when there are several, and warn of one nobody has heard of", async () => {
    expect(jsonOf<object>(await run("states", "--json"))).toMatchObject({ error: { code: "AGENT_NEEDED" } });
    const unknown = await run("values", "--agent", "agent-9");
    expect(unknown.stderr).toBe("policycache: nothing is recorded of agent agent-9, but of agent-1, agent-2\n");
    expect(unknown.stdout).toBe("agent-9 has no state yet.\n");
  });
});

describe("policycache explain --fingerprint", () => {
  it("explains the state it is of", async () => {
    const byState = await read<object>("explain", "--agent", "agent-1", "--state", STAGING);
    const byFingerprint = await read<object>("explain", "--agent", "agent-1", "--fingerprint", STAGING_FINGERPRINT);
    const lasting = ({ stateFeatures, evidence }: Record<string, unknown>) => ({ stateFeatures, evidence });
    expect(lasting(byFingerprint as Record<string, unknown>)).toEqual(lasting(byState as Record<string, unknown>));
  });

  it("refuses one that is not on record, and both together", async () => {
    const unknown = await run("explain", "--agent", "agent-2", "--fingerprint", "0123456789abcdef");
    expect(unknown).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("0123456789abcdef") });
    expect(unknown.stderr).toContain("policycache states");
    const both = ["explain", "--agent", "agent-2", "--fingerprint", STAGING_FINGERPRINT, "--state", STAGING];
    for (const parameters of [both, both.slice(0, 3)]) {
      expect(await run(...parameters)).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("--fingerprint") });
    }
  });
});
