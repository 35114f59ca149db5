import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { distFolder } from "../support/child-process.js";

export interface CliOptions {
  /** Working folder; that of the tests when left out. */
  readonly folder?: string;
  /** What stdin holds, whole or in pieces. Empty when left out. */
  readonly input?: string | Buffer | readonly Buffer[];
  readonly env?: Readonly<Record<string, string>>;
  /** An open file to write stdout to, instead of collecting it. */
  readonly stdout?: number;
}

export interface CliRun {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built command line in a process of its own until it ends. */
export async function runCli(parameters: readonly string[], options: CliOptions = {}): Promise<CliRun> {
  const cli = spawnCli(parameters, options);
  const { stdin } = cli.process;
  stdin?.on("error", () => undefined); // a command that refuses its arguments does not read
  const { input = "" } = options;
  for (const piece of typeof input === "string" || Buffer.isBuffer(input) ? [input] : input) stdin?.write(piece);
  stdin?.end();
  return cli.ended;
}

export interface RunningCli {
  readonly process: ChildProcess;
  /** What was written to stderr so far. */
  readonly stderr: () => string;
  readonly ended: Promise<CliRun>;
}

/** Starts the command line and leaves its stdin open; it is killed when the running test ends. */
export function startCli(parameters: readonly string[], options: CliOptions = {}): RunningCli {
  const cli = spawnCli(parameters, options);
  onTestFinished(async () => {
    cli.process.kill("SIGKILL");
    await cli.ended;
  });
  return cli;
}

function spawnCli(parameters: readonly string[], { folder, env = {}, stdout: file }: CliOptions): RunningCli {
  const { POLICYCACHE_STORE: _, NODE_DEBUG: __, FORCE_COLOR: ___, ...inherited } = process.env;
  const child = spawn(process.execPath, [join(distFolder(), "cli", "main.js"), ...parameters], {
    env: { ...inherited, ...env },
    stdio: ["pipe", file ?? "pipe", "pipe"],
    ...(folder === undefined ? {} : { cwd: folder }),
  });
  let stdout = "";
  let stderr = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const ended = once(child, "close").then(([exitCode]) => ({ exitCode: exitCode as number | null, stdout, stderr }));
  return { process: child, stderr: () => stderr, ended };
}

/** The one JSON object a run with `--json` printed, which must be all of stdout. */
export function jsonOf<Shape>({ stdout, stderr }: CliRun): Shape {
  const lines = stdout.split("\n");
  if (lines.length !== 2 || lines[1] !== "") {
    throw new Error(`Expected one line on stdout, found ${JSON.stringify(stdout)}; stderr: ${stderr}`);
  }
  return JSON.parse(lines[0] ?? "") as Shape;
}
