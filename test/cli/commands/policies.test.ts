import { describe, expect, it } from "vitest";
import { jsonOf, runCli } from "../run-cli.js";
import { useSampleStore } from "../sample-store.js";
import { eventLines, joined } from "./learn/event-lines.js";

const sample = useSampleStore();
const { run, succeed, read } = sample;

describe("policycache policies", () => {
  it("pages through an agent's policies, best first, under their ranks", async () => {
    const all = await read<{ total: number; policies: { score: number }[] }>("policies", "--agent", "agent-1");
    expect(all).toMatchObject({ agentId: "agent-1", limit: 10, offset: 0, total: 2 });
    const second = await read<object>("policies", "--agent", "agent-1", "--limit", "1", "--offset", "1");
    expect(second).toMatchObject({
      limit: 1,
      offset: 1,
      total: 2,
      policies: [{ entry: { entryId: expect.any(String) } }],
    });
    const text = await succeed("policies", "--agent", "agent-1", "--limit", "1", "--offset", "1");
    expect(text).toMatch(/^2 policies of agent-1, 2 to 2, best first\n\n#[^\n]*\n2 [^\n]*\n\nrules [^\n]*\n$/);
    const beyond = await succeed("policies", "--agent", "agent-1", "--offset", "7");
    expect(beyond).toBe("2 policies of agent-1, none after the first 7\n");
  });

  it("aligns its columns", async () => {
    const [, table = ""] = (await succeed("policies", "--agent", "agent-1")).split("\n\n");
    const rows = table.split("\n");
    const starts = rows.map((row) => [
      / \{|state$/.exec(row)?.index,
      / (run_playbook|restart|action)/.exec(row)?.index,
    ]);
    expect(new Set(starts.map(([, action]) => action)).size).toBe(1);
    expect(rows).toHaveLength(3);
  });

  it("needs no agent when the store has only one, and names them when it has several", async () => {
    const several = await run("policies", "--json");
    expect(several.exitCode).toBe(2);
    expect(several.stderr).toBe(
      "policycache: The store holds several agents: agent-1, agent-2. Name one with --agent.\n",
    );
    expect(jsonOf<object>(several)).toMatchObject({ error: { code: "AGENT_NEEDED", agents: ["agent-1", "agent-2"] } });
    await runCli(["learn", "-", "--store", "single.db"], { folder: sample.folder, input: joined(eventLines(6)) });
    const single = await read("policies", "--store", "single.db");
    expect(single).toMatchObject({ agentId: "agent-1", total: 1 });
    await runCli(["learn", "-", "--store", "empty.db"], { folder: sample.folder });
    expect(await read("policies", "--store", "empty.db")).toEqual({ limit: 10, offset: 0, total: 0, policies: [] });
  });

  it("warns of an agent nobody has heard of", async () => {
    const unknown = await run("policies", "--agent", "agent-9", "--json");
    expect(unknown.exitCode).toBe(0);
    expect(unknown.stderr).toBe("policycache: nothing is recorded of agent agent-9, but of agent-1, agent-2\n");
    expect(jsonOf<object>(unknown)).toMatchObject({ agentId: "agent-9", total: 0 });
  });
});

describe("policycache block", () => {
  it("keeps an action from being chosen until it is unblocked", async () => {
    const place = ["--agent", "blocker", "--state", '{"task":"wipe"}'];
    const action = [...place, "--action", "wipe"];
    expect(await succeed("block", ...action, "--reason", "never \u202eagain")).toBe("blocked  wipe\n");
    expect(await succeed("block", ...action, "--reason", "never \u202eagain")).toMatch(/^unchanged /);
    expect(await succeed("decide", ...place)).toMatch(/^abstain {2}wipe: blocked: never \\u202eagain\.\n/);
    expect(await read("unblock", ...action, "--spec", "{}")).toMatchObject({ unblocked: false });
    expect(await read("unblock", ...action)).toMatchObject({ unblocked: true });
    const until = ["--spec", '{"disk":1}', "--reason", "no", "--until", "2099-01-01T00:00:00Z"];
    expect(await read("block", ...action, ...until)).toMatchObject({ blocked: true });
    const { evidence } = await read<{ evidence: object[] }>("explain", ...place);
    expect(evidence[0]).toMatchObject({ blocks: [{ spec: { disk: 1 }, reason: "no", untilSeconds: 4070908800 }] });
    const wrong = await run("block", ...action, "--reason", "no", "--until", "soon");
    expect(wrong.stderr).toContain('--until is "soon"');
  });

  it("is listed by blocks, a page at a time", async () => {
    const block = (task: string) =>
      succeed(
        "block",
        "--agent",
        "lister",
        "--state",
        `{"task":"${task}"}`,
        "--action",
        "wipe",
        "--reason",
        `no ${task}`,
      );
    for (const task of ["a", "b", "c"]) await block(task);
    const first = await read<{ blocks: unknown[]; next: string }>("blocks", "--agent", "lister", "--limit", "2");
    expect(first.blocks).toHaveLength(2);
    const rest = await read<{ blocks: unknown[] }>("blocks", "--agent", "lister", "--after", first.next);
    expect(rest.blocks).toMatchObject([{ actionType: "wipe", reason: expect.stringMatching(/^no [abc]$/) }]);
    expect(rest).not.toHaveProperty("next");
    const text = await succeed("blocks", "--agent", "lister", "--limit", "1");
    expect(text).toMatch(/^state +action +spec +since +until +reason +features\n[0-9a-f]{16} +wipe +any +2/);
    expect(text).toMatch(/\n\nMore with --after [0-9a-f]{16}\n$/);
    expect(await succeed("blocks", "--agent", "agent-2")).toBe("Nothing is blocked of agent-2.\n");
  });
});
