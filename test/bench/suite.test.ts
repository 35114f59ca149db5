import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { expect, it, onTestFinished } from "vitest";
import { eventually } from "../support/eventually.js";
import { temporaryFolder } from "../support/temporary-folder.js";
import { BENCH_FOLDER, runScript } from "./run-script.js";

interface Over {
  readonly median: number;
}

interface Grown {
  readonly call: string;
  readonly policies: number;
  readonly microseconds: Over;
  readonly p99Microseconds: Over;
  readonly timesSmallest: Over;
  readonly ratio?: Over;
}

it("growing stores are filled beside the library and serve every measured call", async () => {
  const sizes = ["--policies", "100,300", "--rounds", "1", "--engine", "memory,SQLite", "--quick"];
  const stdout = await runScript("suites/scaling.ts", "--json", ...sizes);
  const { figures } = JSON.parse(stdout) as { figures: readonly (Grown & { engine: string })[] };
  expect(figures).toHaveLength(2 * 2 * 4); // engines, sizes, calls
  for (const { engine, microseconds, p99Microseconds, timesSmallest, ratio } of figures) {
    for (const { median } of [microseconds, p99Microseconds, timesSmallest]) expect(median).toBeGreaterThan(0);
    expect(ratio === undefined).toBe(engine === "memory");
  }
}, 120_000);

it("what a policy takes is divided by kind, and the kinds add up to the file", async () => {
  const sizes = ["--policies", "1000", "--engine", "SQLite"];
  const stdout = await runScript("suites/memory.ts", "--json", ...sizes);
  const { results } = JSON.parse(stdout) as { results: { bytesPerPolicy: number; kinds: Record<string, number> }[] };
  const [{ bytesPerPolicy, kinds } = { bytesPerPolicy: 0, kinds: {} }] = results;
  const sum = Object.values(kinds).reduce((total, bytes) => total + bytes, 0);
  expect(sum / bytesPerPolicy).toBeCloseTo(1, 1);
  expect(kinds["evidence and policy"]).toBeGreaterThan(500);
}, 120_000);

it("an interrupted run removes its files and ends its servers", async () => {
  const folder = temporaryFolder();
  const parameters = ["--import", "tsx", `${BENCH_FOLDER}run.ts`, "--quick", "--only", "memory"];
  const made = () => readdirSync(folder).filter((name) => name.startsWith("policycache-"));
  const suite = spawn(process.execPath, parameters, {
    env: { ...process.env, TMPDIR: folder },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let errors = "";
  suite.stderr.on("data", (chunk) => {
    errors += chunk;
  });
  onTestFinished(() => endOf(suite));
  await eventually("the run has begun", () => made().length > 0, 60_000);
  suite.kill("SIGINT");
  const [code] = (await once(suite, "close")) as [number];
  expect(code, errors).toBe(130);
  expect(made()).toEqual([]);
}, 120_000);

async function endOf(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGKILL");
  await once(child, "close");
}
