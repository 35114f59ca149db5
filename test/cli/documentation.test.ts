import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { distFolder } from "../support/child-process.js";
import { temporaryFolder } from "../support/temporary-folder.js";
import { runCli } from "./run-cli.js";

const PAGE = readFileSync(new URL("../../docs/cli.md", import.meta.url), "utf8");

/** A line a reader types, with the lines that continue it, and what the page says it prints. */
interface Example {
  readonly typed: string;
  readonly printed: readonly string[];
}

function examples(): readonly Example[] {
  const lines = [...PAGE.matchAll(/^```console\n(.*?)^```$/gms)].flatMap(([, block = ""]) =>
    block.trimEnd().split("\n"),
  );
  const found: { typed: string; printed: string[] }[] = [];
  for (const line of lines) {
    const last = found.at(-1);
    if (line.startsWith("$ ")) found.push({ typed: line.slice(2), printed: [] });
    else if (line.startsWith("> ") && last?.printed.length === 0) last.typed += `\n${line.slice(2)}`;
    else last?.printed.push(line);
  }
  return found;
}

/** Moments, durations and ids differ from run to run. */
function withoutChance(text: string): string {
  return text
    .replace(/\d{4}-\d\d-\d\dT[\d:]+Z/g, "<time>")
    .replace(/in \d+\.\d\d s, [\d,]+ events a second/g, "<speed>")
    .replace(/\(\d+\.\d kB\)/g, "(<size>)")
    .replace(/within \d+\.\d ms/g, "within <time>")
    .replace(/\d+(\.\d)? s old/g, "<time> old")
    .replace(/\d+\.\d MiB/g, "<size>")
    .replace(/"seconds":[\d.]+,"eventsPerSecond":\d+/g, "<speed>")
    .replace(/\d+ records, \d+ index entries, \d+ set members/g, "<what a release keeps>")
    .replace(/d3[\w-]{60,}/g, "<decisionId>");
}

/** For some forty processes. */
const LONG = { timeout: 120_000 };

describe("docs/cli.md", () => {
  it.skipIf(process.platform === "win32")("shows what the command line really prints", LONG, () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, "bin"));
    const program = join(folder, "bin", "policycache");
    writeFileSync(program, `#!/bin/sh\nexec "${process.execPath}" "${join(distFolder(), "cli", "main.js")}" "$@"\n`);
    chmodSync(program, 0o755);
    const { POLICYCACHE_STORE: _, ...inherited } = process.env;
    const path = [join(folder, "bin"), dirname(process.execPath), inherited.PATH].join(delimiter);
    const script = examples().map(({ typed }) => `${typed}\necho '<end>'`);
    const { stdout } = spawnSync("sh", ["-c", `exec 2>&1\n${script.join("\n")}`], {
      cwd: folder,
      env: { ...inherited, PATH: path },
      encoding: "utf8",
    });
    const printed = stdout.split("<end>\n").slice(0, -1);
    const shown = examples().map(({ typed, printed: lines }) => [typed, lines.map((line) => `${line}\n`).join("")]);
    const real = examples().map(({ typed }, index) => [typed, printed[index]]);
    expect(real.map(([typed, text]) => [typed, withoutChance(text ?? "nothing")])).toEqual(
      shown.map(([typed, text]) => [typed, withoutChance(text ?? "")]),
    );
  });

  it.each([
    "record",
    "learn",
    "decide",
    "report",
    "policies",
    "explain",
    "agents",
    "states",
    "values",
    "stats",
    "doctor",
    "retire",
    "restore",
    "block",
    "unblock",
    "invalidate",
    "evaluate",
    "export",
    "import",
    "verify",
  ])("lists every option of %s", async (name) => {
    const { stdout } = await runCli([name, "--help"]);
    const options = [...stdout.matchAll(/^ +(?:-\w, )?(--[a-z-]+)/gm)].map(([, option = ""]) => option);
    expect(options).toContain("--json");
    const section = PAGE.split(/^## /m).find((text) => text.startsWith(`${name}\n`)) ?? "";
    const everywhere = PAGE.split(/^## /m).find((text) => text.startsWith("For every command\n")) ?? "";
    const decide = PAGE.split(/^## /m).find((text) => text.startsWith("decide\n")) ?? "";
    const text = everywhere + section + (name === "explain" ? decide : "");
    expect(options.filter((option) => !text.includes(`\`${option}`))).toEqual([]);
  });
});
