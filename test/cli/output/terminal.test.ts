import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { distFolder } from "../../support/child-process.js";
import { temporaryFolder } from "../../support/temporary-folder.js";
import { eventLines, joined } from "../commands/learn/event-lines.js";
import { runCli } from "../run-cli.js";
import { STAGING } from "../sample-store.js";

/** `script` of util-linux gives a process a terminal. Other systems have another command of this name, or none. */
const hasTerminal = spawnSync("script", ["--version"], { encoding: "utf8" }).stdout?.includes("util-linux") === true;

const ESCAPE = "\u001b";

/** What a terminal gets to see from a call of the command line. */
async function onTerminal(
  folder: string,
  call: string,
  env: Readonly<Record<string, string>> = {},
  size = { rows: 50, columns: 120 },
): Promise<string> {
  const { NO_COLOR: _, FORCE_COLOR: __, NODE_DISABLE_COLORS: ___, CI: ____, ...inherited } = process.env;
  const resize = `stty rows ${size.rows} cols ${size.columns}`;
  const command = `${resize}; "${process.execPath}" "${join(distFolder(), "cli", "main.js")}" ${call}`;
  const child = spawn("script", ["--quiet", "--return", "--command", command, "/dev/null"], {
    cwd: folder,
    env: { ...inherited, TERM: "xterm-256color", ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let shown = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    shown += text;
  });
  const [exitCode] = await once(child, "close");
  expect(exitCode).toBe(0);
  return shown.replaceAll("\r\n", "\n");
}

describe.skipIf(!hasTerminal)("on a terminal (skipped without the script command of util-linux)", () => {
  it("learn shows a bar while it works, complaints above it, and leaves only the summary", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "a.jsonl"), joined(["bad", ...eventLines(3000)]));
    const shown = await onTerminal(folder, "learn a.jsonl");
    expect(shown).toMatch(/learning █+ 100% \d+\.\d kB\/\d+\.\d kB {2}3,000 events {2}[\d,]+\/s/);
    expect(shown).toContain("a.jsonl:1: not valid JSON");
    const summary = shown.slice(shown.lastIndexOf(`${ESCAPE}[0J`) + `${ESCAPE}[0J`.length);
    expect(summary).toMatch(/^Learned from a\.jsonl into /);
    expect(summary.replaceAll(`${ESCAPE}[32m`, "").replaceAll(`${ESCAPE}[39m`, "")).not.toContain(ESCAPE);
  });

  it("decide uses colours, unless NO_COLOR is set", async () => {
    const folder = temporaryFolder();
    await runCli(["learn", "-"], { folder, input: joined(eventLines(6)) });
    const call = `decide --agent agent-1 --state '${STAGING}'`;
    expect(await onTerminal(folder, call)).toContain(`${ESCAPE}[32mserve${ESCAPE}[39m`);
    const plain = await onTerminal(folder, call, { NO_COLOR: "1" });
    expect(plain).toMatch(/^serve {2}run_playbook/);
    expect(plain).not.toContain(ESCAPE);
    expect(await onTerminal(folder, call, { NO_COLOR: "" })).toContain(`${ESCAPE}[32mserve`);
  });

  describe("long text", () => {
    const PAGER = "sed s/^/paged:/";
    const explain = `explain --agent agent-1 --state '${STAGING}' --all`;

    it("is shown by the pager, unless it fits or the caller says otherwise", async () => {
      const folder = temporaryFolder();
      await runCli(["learn", "-"], { folder, input: joined(eventLines(6)) });
      const paged = await onTerminal(folder, explain, { PAGER, NO_COLOR: "1" }, { rows: 10, columns: 80 });
      expect(paged).toMatch(/^paged:agent +agent-1\n/);
      for (const [call, env, rows] of [
        [explain, { PAGER }, 200],
        [`${explain} --no-pager`, { PAGER }, 10],
        [`${explain} --json`, { PAGER }, 10],
        [explain, { PAGER: "" }, 10],
        [explain, { PAGER: "cat" }, 10],
        [explain, { PAGER, TERM: "dumb" }, 10],
      ] as const) {
        const shown = await onTerminal(folder, call, { NO_COLOR: "1", ...env }, { rows, columns: 80 });
        expect(shown).toMatch(/^(agent|\{)/);
      }
    });

    it("is printed where there is no such pager", async () => {
      const folder = temporaryFolder();
      await runCli(["learn", "-"], { folder, input: joined(eventLines(6)) });
      const env = { PAGER: "no-such-pager-here", NO_COLOR: "1" };
      const shown = await onTerminal(folder, explain, env, { rows: 10, columns: 80 });
      expect(shown).toMatch(/\nagent +agent-1\n/);
    });
  });
});
