import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { createTemporaryFolder } from "../support/temporary-folder.js";
import { runCli } from "./run-cli.js";

const SHELLS = ["bash", "zsh", "fish"] as const;
type Shell = (typeof SHELLS)[number];

const hasShell = (shell: Shell) => spawnSync(shell, ["--version"]).status === 0;
const scripts = new Map<Shell, string>();
const folder = createTemporaryFolder();

beforeAll(async () => {
  for (const shell of SHELLS) {
    const { stdout, stderr } = await runCli(["completion", shell]);
    expect(stderr).toBe("");
    scripts.set(shell, stdout);
    writeFileSync(join(folder, shell), stdout);
  }
}, 60_000);

/** Every command with its options, as help shows them. */
async function helped(): Promise<ReadonlyMap<string, readonly string[]>> {
  const { stdout } = await runCli(["--help"]);
  const names = [...stdout.matchAll(/^ {2}([a-z-]+) \[options\]/gm)].map(([, name = ""]) => name);
  const pages = await Promise.all(names.map((name) => runCli([name, "--help"])));
  return new Map(
    names.map((name, index) => [
      name,
      [...(pages[index]?.stdout ?? "").matchAll(/^ +(?:-\w, )?(--[a-z-]+)/gm)].map(([, option = ""]) => option),
    ]),
  );
}

it("every shell knows every command with its options", async () => {
  const commands = await helped();
  expect(commands.size).toBeGreaterThan(20);
  for (const [name, options] of commands) {
    const bash = new RegExp(`^ {4}${name}\\) case .*$`, "m").exec(scripts.get("bash") ?? "")?.[0] ?? "";
    const zsh = new RegExp(`^ {4}${name}\\) _arguments [^]*?;;$`, "m").exec(scripts.get("zsh") ?? "")?.[0] ?? "";
    const fish = (scripts.get("fish") ?? "").split("\n").filter((line) => line.includes(`_from ${name}'`));
    for (const option of options) {
      expect(bash.split(/[" ]/)).toContain(option);
      expect(zsh).toContain(`'*${option}[`);
      expect(fish.some((line) => line.includes(`-l ${option.slice(2)} `))).toBe(true);
    }
  }
});

describe.skipIf(!hasShell("bash"))("in bash (skipped without it)", () => {
  const complete = (...words: readonly string[]) => {
    const quoted = ["policycache", ...words].map((word) => `'${word}'`).join(" ");
    const script = `source '${join(folder, "bash")}'; COMP_WORDS=(${quoted}); COMP_CWORD=${words.length}; _policycache; echo "\${COMPREPLY[*]}"`;
    const { stdout, stderr } = spawnSync("bash", ["--norc", "-c", script], { encoding: "utf8" });
    expect(stderr).toBe("");
    return stdout.trim().split(" ");
  };

  it("completes commands, options and words that an option takes", () => {
    expect(complete("re")).toEqual(["record", "report", "retire", "restore"]); // as they are declared
    expect(complete("learn", "--ev")).toEqual(["--evidence"]);
    expect(complete("learn", "--evidence", "")).toEqual(["event", "episode"]);
    expect(complete("learn", "--evidence", "=", "ep")).toEqual(["episode"]);
    expect(complete("report", "id", "--outcome", "s")).toEqual(["success"]);
    expect(complete("completion", "")).toEqual(["bash", "zsh", "fish"]);
  });

  it("leaves files and what nobody can guess to the shell", () => {
    for (const words of [
      ["learn", ""],
      ["stats", "--store", ""],
      ["decide", "--agent", ""],
    ]) {
      expect(complete(...words)).toEqual([""]);
    }
  });
});

describe.each(["zsh", "fish"] as const)("in %s", (shell) => {
  it.skipIf(!hasShell(shell))("is a script without an error (skipped without the shell)", () => {
    const { status, stderr } = spawnSync(shell, ["--no-execute", join(folder, shell)], { encoding: "utf8" });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  });
});

it("refuses another shell", async () => {
  const run = await runCli(["completion", "tcsh"]);
  expect(run).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("bash, zsh, fish") });
});
