import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

/** Runs the tests of the servers on a machine whose PATH has neither a server nor a way to install one. */
function runWithoutServer(environment: Record<string, string>): { readonly status: number | null; output: string } {
  const vitest = fileURLToPath(new URL("../../../node_modules/vitest/vitest.mjs", import.meta.url));
  const parameters = ["run", "test/support/redis/redis-server.test.ts", "--reporter=verbose", "--typecheck=false"];
  const { status, stdout, stderr } = spawnSync(process.execPath, [vitest, ...parameters], {
    cwd: ROOT,
    env: { PATH: "", NO_COLOR: "1", ...environment },
    encoding: "utf8",
  });
  return { status, output: stdout + stderr };
}

describe("on a machine without a Redis server", () => {
  it("reports the suites as skipped, with the command that installs one", () => {
    const { status, output } = runWithoutServer({});
    expect(status, output).toBe(0);
    expect(output).toMatch(
      /↓ .*skipped: no redis-server 7 on the PATH; apt-get update && apt-get install redis-server/,
    );
    expect(output).not.toContain("✓");
  });

  it("fails when a pipeline asks for everything", () => {
    const { status, output } = runWithoutServer({ CI: "true" });
    expect(status, output).toBe(1);
    expect(output).toContain("No redis-server 7 on the PATH");
  });
});
