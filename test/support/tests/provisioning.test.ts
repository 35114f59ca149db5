import { spawnSync } from "node:child_process";
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it, vi } from "vitest";
import { describeWithServer } from "../redis/describe-with-redis.js";
import { findRedisServer } from "../redis/find-redis-server.js";
import { temporaryFolder } from "../temporary-folder.js";

afterEach(() => {
  vi.unstubAllEnvs();
});

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

/** Runs the tests of the servers on a machine whose PATH has neither a server nor a way to install one. */
function runWithoutServer(environment: Record<string, string>): { readonly status: number | null; output: string } {
  const vitest = fileURLToPath(new URL("../../../node_modules/vitest/vitest.mjs", import.meta.url));
  const parameters = ["run", "test/support/tests/redis-server.test.ts", "--reporter=verbose", "--typecheck=false"];
  const { status, stdout, stderr } = spawnSync(process.execPath, [vitest, ...parameters], {
    cwd: ROOT,
    env: { PATH: "", REDIS_SERVER: "", NO_COLOR: "1", ...environment },
    encoding: "utf8",
  });
  return { status, output: stdout + stderr };
}

describeWithServer("the server to test with", () => {
  it("is the redis-server or the valkey-server of the PATH", () => {
    const server = findRedisServer() ?? expect.fail("There is none.");
    vi.stubEnv("REDIS_SERVER", undefined);
    for (const name of ["redis-server", "valkey-server"]) {
      const folder = temporaryFolder();
      symlinkSync(server, join(folder, name));
      vi.stubEnv("PATH", folder);
      expect(findRedisServer()).toBe(join(folder, name));
    }
  });

  it("is the one that REDIS_SERVER names, by its path or its name, and no other", () => {
    const server = findRedisServer() ?? expect.fail("There is none.");
    const folder = temporaryFolder();
    symlinkSync(server, join(folder, "my-server"));
    vi.stubEnv("REDIS_SERVER", join(folder, "my-server"));
    expect(findRedisServer()).toBe(join(folder, "my-server"));
    vi.stubEnv("PATH", folder);
    vi.stubEnv("REDIS_SERVER", "my-server");
    expect(findRedisServer()).toBe(join(folder, "my-server"));
    for (const chosen of ["none", "/none", process.execPath]) {
      vi.stubEnv("REDIS_SERVER", chosen);
      expect(findRedisServer).toThrow(`REDIS_SERVER is ${chosen}, expected a redis-server`);
    }
  });
});

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
