import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { onTestFinished } from "vitest";

/**
 * The built package: child processes run what users run. POLICYCACHE_DIST names another folder than `dist`.
 *
 * @throws when it was not built
 */
export function distFolder(): string {
  const { POLICYCACHE_DIST } = process.env;
  const folder = resolve(POLICYCACHE_DIST ?? fileURLToPath(new URL("../../dist", import.meta.url)));
  if (!existsSync(join(folder, "index.js")))
    throw new Error(`There is no build in ${folder}: npm run build makes one.`);
  return folder;
}

export interface Child {
  readonly process: ChildProcess;
  /** Complete lines of standard output so far. */
  readonly lines: readonly string[];
  readonly errors: () => string;
  /** Resolves when the process has ended and all it wrote was read. */
  readonly ended: Promise<ChildEnd>;
}

export interface ChildEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** Starts a program of `test/faults/programs` in a Node process of its own; it is killed when the running test ends. */
export function startChild(script: string, parameters: readonly string[] = []): Child {
  const file = fileURLToPath(new URL(`../faults/programs/${script}`, import.meta.url));
  return startNode(["--import", "tsx", file, ...parameters]);
}

/** Starts the command line; it is killed when the running test ends. */
export function startCommand(...parameters: readonly string[]): Child {
  return startNode([join(distFolder(), "cli", "main.js"), ...parameters]);
}

function startNode(parameters: readonly string[]): Child {
  const child = spawn(process.execPath, parameters, {
    env: {
      ...process.env,
      POLICYCACHE_INDEX: pathToFileURL(join(distFolder(), "index.js")).href,
      POLICYCACHE_MODELS: pathToFileURL(join(distFolder(), "models.js")).href,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const lines: string[] = [];
  let rest = "";
  let errors = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    const parts = (rest + text).split("\n");
    rest = parts.pop() ?? "";
    lines.push(...parts);
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    errors += text;
  });
  const ended = once(child, "close").then(([code, signal]) => ({ code, signal }) as ChildEnd);
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await ended;
  });
  return { process: child, lines, errors: () => errors, ended };
}
