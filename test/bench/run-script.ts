import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

export const BENCH_FOLDER = fileURLToPath(new URL("../../bench/", import.meta.url));

/** Runs a script of the benchmarks to its end. @returns its standard output */
export async function runScript(file: string, ...parameters: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [
    "--import",
    "tsx",
    `${BENCH_FOLDER}${file}`,
    ...parameters,
  ]);
  return stdout;
}
