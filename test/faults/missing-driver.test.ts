import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { distFolder } from "../support/child-process.js";
import { createTemporaryFolder, removeFolder } from "../support/temporary-folder.js";

// An installation of the built package that lacks the native part of its SQLite driver, as after `npm install --omit=optional`
// or when a folder made on one platform is used on another. Where Node has a driver built in, nobody misses it.

const HAS_BUILT_IN = process.getBuiltinModule?.("node:sqlite") !== undefined;

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

function installWithoutBinding(): string {
  const folder = createTemporaryFolder();
  const modules = join(folder, "node_modules");
  mkdirSync(modules);
  for (const name of readdirSync(join(ROOT, "node_modules"))) {
    if (name === "@libsql" || name === "libsql" || name.startsWith(".")) continue;
    symlinkSync(join(ROOT, "node_modules", name), join(modules, name));
  }
  cpSync(join(ROOT, "node_modules", "libsql"), join(modules, "libsql"), { recursive: true });
  cpSync(distFolder(), join(folder, "dist"), { recursive: true });
  cpSync(join(ROOT, "package.json"), join(folder, "package.json"));
  return folder;
}

function run(folder: string, ...parameters: readonly string[]) {
  return spawnSync(process.execPath, parameters, { cwd: folder, encoding: "utf8" });
}

describe("without the native part of SQLite", () => {
  let folder: string;
  beforeAll(() => {
    folder = installWithoutBinding();
  });
  afterAll(() => removeFolder(folder));

  it.runIf(HAS_BUILT_IN)("everything works with the driver that is built in", () => {
    writeFileSync(join(folder, "program.mjs"), PROGRAM);
    expect(run(folder, "program.mjs")).toMatchObject({ stdout: "abstain\nopened\n", stderr: "" });
  });

  it.skipIf(HAS_BUILT_IN)("the memory engine works, and a SQLite file says what to do", () => {
    writeFileSync(join(folder, "program.mjs"), PROGRAM);
    const { stdout, stderr } = run(folder, "program.mjs");
    expect(stderr).toBe("");
    const [decided, error] = stdout.trim().split("\n");
    expect(decided).toBe("abstain");
    expect(JSON.parse(error ?? "")).toEqual({
      code: "STORE_DRIVER_MISSING",
      retryable: false,
      message: expect.stringMatching(/Cannot find module '@libsql.*install the package here again/),
    });
    expect(existsSync(join(folder, "policies.db"))).toBe(false);
  });

  it.skipIf(HAS_BUILT_IN)("the command line says so too", () => {
    writeFileSync(join(folder, "events.jsonl"), EVENT);
    const { status, stdout } = run(folder, join("dist", "cli", "main.js"), "learn", "events.jsonl", "--json");
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: "STORE_DRIVER_MISSING", retryable: false } });
  });
});

const EVENT = JSON.stringify({ state: { task: "deploy" }, action: { type: "ask" }, outcome: "success" });

const PROGRAM = `
import { PolicyCache } from "./dist/index.js";
const cache = await PolicyCache.open("memory:");
console.log((await cache.decide({ state: { task: "deploy" } })).kind);
await cache.close();
try {
  await (await PolicyCache.open("./policies.db")).close();
  console.log("opened");
} catch ({ code, retryable, message }) {
  console.log(JSON.stringify({ code, retryable, message }));
}
`;
