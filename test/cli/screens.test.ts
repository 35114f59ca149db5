import { stripVTControlCharacters } from "node:util";
import { beforeAll, describe, expect, it } from "vitest";
import { displayWidth } from "../../src/cli/output/layout/display-width.js";
import { createTemporaryFolder, removeFolder, temporaryFolder } from "../support/temporary-folder.js";
import { eventLine, joined } from "./commands/learn/event-lines.js";
import { runCli } from "./run-cli.js";

const STATES = [
  {
    task: "deploy",
    env: "staging",
    service: "the-payment-gateway",
    region: "eu-central-1",
    version: "2026.11.28-rc.4",
  },
  { task: "日本語の長いテキストがここにあります、そしてもっと続きます" },
];
const [DEPLOY = {}, WIDE = {}] = STATES;

/** Names and states as long as people have them, in the present. */
function history(): string {
  const common = { agentId: "agent-of-the-payments-team", ts: undefined };
  const action = { type: "run_playbook_for_payments_gateway", spec: { playbook: "deploy.yml", dryRun: false } };
  return joined([
    ...Array.from({ length: 7 }, (_, step) => eventLine({ ...common, state: DEPLOY, action, step })),
    ...Array.from({ length: 2 }, (_, step) =>
      eventLine({ ...common, state: DEPLOY, action: { type: "ask" }, outcome: "failure", reward: undefined, step }),
    ),
    eventLine({ ...common, state: WIDE, action: { type: "escalate" }, reward: undefined }),
  ]);
}

const PLACE = ["--agent", "agent-of-the-payments-team", "--state", JSON.stringify(DEPLOY)];
const CALLS: readonly (readonly string[])[] = [
  ["agents"],
  ["policies"],
  ["states"],
  ["values"],
  ["stats"],
  ["decide", ...PLACE],
  ["explain", ...PLACE],
  ["explain", ...PLACE, "--all"],
];

/** Moments and ids differ from run to run. */
function withoutChance(text: string): string {
  return text.replace(/\d{4}-\d\d-\d\dT[\d:]+Z/g, "2026-01-01T00:00:00Z").replace(/d3[\w-]{60,}/g, "d3-decision-id");
}

describe.each([60, 80, 120])("a screen of %d columns", (columns) => {
  let screens = "";

  beforeAll(async () => {
    const folder = createTemporaryFolder();
    await runCli(["learn", "-"], { folder, input: history() });
    const env = { COLUMNS: String(columns) };
    for (const call of CALLS) {
      const { stdout, stderr } = await runCli(call, { folder, env });
      expect(stderr).toBe("");
      const typed = call.map((word) => (word.startsWith("{") ? "<state>" : word)).join(" ");
      screens += `$ policycache ${typed}\n${withoutChance(stdout)}\n`;
    }
    removeFolder(folder);
  }, 120_000);

  it("holds what each command prints", async () => {
    await expect(screens).toMatchFileSnapshot(`screens/${columns}.txt`);
    const lines = screens.split("\n").filter((line) => !line.startsWith("$"));
    expect(lines.filter((line) => displayWidth(line) > columns)).toEqual([]);
  });
});

it("colours what a pipe shows when that is forced, and JSON never", async () => {
  const folder = temporaryFolder();
  await runCli(["learn", "-"], { folder, input: history() });
  const env = { FORCE_COLOR: "1" };
  for (const call of [["policies"], ["states"], ["values"], ["explain", ...PLACE]]) {
    const coloured = await runCli(call, { folder, env });
    expect(coloured.stdout).toContain("\u001b[32myes\u001b[39m");
    const plain = await runCli(call, { folder, env: { FORCE_COLOR: "0" } });
    expect(stripVTControlCharacters(coloured.stdout)).toBe(plain.stdout);
  }
  expect((await runCli(["policies", "--json"], { folder, env })).stdout).not.toContain("\u001b");
  const wrong = await runCli(["policies", "--limit", "0"], { folder, env });
  expect(wrong.stderr).toContain("\u001b[31mpolicycache:\u001b[39m --limit is");
});
