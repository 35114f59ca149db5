import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { describeWithRedis } from "../support/redis/describe-with-redis.js";
import { temporaryFolder } from "../support/temporary-folder.js";
import { jsonOf, runCli } from "./run-cli.js";
import { HISTORY, PRODUCTION, STAGING } from "./sample-store.js";

describeWithRedis(
  "the command line on a Redis server",
  (server) => {
    it.each([
      ["stats"],
      ["decide", "--agent", "agent-1", "--state", STAGING],
      ["explain", "--agent", "agent-1", "--state", STAGING],
      ["report", "d3x", "--outcome", "success"],
      ["invalidate", "--agent", "agent-1"],
    ])("finds no store there and makes none: %s", async (...call) => {
      await server.command("FLUSHALL");
      await server.command("SET", "somebody's", "else");
      const run = await runCli([...call, "--store", server.url, "--json"]);
      const message = /^There is no store at redis:\/\/\*\*\*@127\.0\.0\.1:\d+\. Fill one with `policycache learn`/;
      expect(jsonOf<object>(run)).toMatchObject({
        error: { code: "STORE_NOT_FOUND", message: expect.stringMatching(message) },
      });
      expect(run.exitCode).toBe(1);
      expect(run.stdout + run.stderr).not.toContain("open-sesame");
      expect(await server.command("KEYS", "*")).toEqual(["somebody's"]);
    });

    it("exports nothing where there is no store", async () => {
      await server.command("FLUSHALL");
      const file = join(temporaryFolder(), "all.jsonl");
      const run = await runCli(["export", server.url, file, "--json"]);
      expect(jsonOf<object>(run)).toMatchObject({ error: { code: "STORE_NOT_FOUND" } });
      expect(existsSync(file)).toBe(false);
      expect(await server.command("DBSIZE")).toBe(0);
    });

    it("reads without changing anything, down to the last field, what learn has put there", async () => {
      await server.command("FLUSHALL");
      expect(await runCli(["learn", "-", "--store", server.url], { input: HISTORY })).toMatchObject({ exitCode: 0 });
      const before = await server.command("DEBUG", "DIGEST");
      for (const call of [
        ["stats"],
        ["policies", "--agent", "agent-1"],
        ["decide", "--agent", "agent-1", "--state", PRODUCTION],
        ["explain", "--agent", "agent-1", "--state", STAGING],
      ]) {
        expect(await runCli([...call, "--store", server.url])).toMatchObject({ exitCode: 0, stderr: "" });
      }
      const { stdout } = await runCli(["stats", "--json", "--store", server.url]);
      expect(stdout).toContain("redis://***@");
      expect(await runCli(["export", server.url])).toMatchObject({ exitCode: 0, stderr: "" });
      expect(await server.command("DEBUG", "DIGEST")).toBe(before);
    });
  },
  { password: "open-sesame" },
);
