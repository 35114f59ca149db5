import { spawnSync } from "node:child_process";
import { closeSync, createWriteStream, existsSync, openSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { eventually } from "../support/eventually.js";
import { temporaryFolder } from "../support/temporary-folder.js";
import { eventLine, eventLines, joined } from "./commands/learn/event-lines.js";
import type { LearnSummary } from "./commands/learn/learn-summary.js";
import { jsonOf, runCli, startCli } from "./run-cli.js";

describe("policycache learn", () => {
  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)(
    "records what it has read and prints the summary so far on %s, exiting with %i",
    async (signal, exitCode) => {
      const folder = temporaryFolder();
      const learn = startCli(["learn", "-", "--store", "a.db", "--batch-size", "10", "--json"], { folder });
      // The complaint about its last line tells that all of this was read; the unfinished line after it never is.
      learn.process.stdin?.write(`${joined([...eventLines(25), "bad"])}{"agentId":`);
      await eventually("the lines were read", () => learn.stderr().includes("stdin:26:"));
      learn.process.kill(signal);
      const run = await learn.ended;
      expect(run.exitCode).toBe(exitCode);
      expect(run.stderr).toMatch(/^stdin:26: not valid JSON[^\n]*\n$/);
      const counts = { events: 25, recorded: 25, rejected: 1, pairs: 1, crystallized: 1, policies: 1 };
      expect(jsonOf<LearnSummary>(run)).toMatchObject({ ...counts, interrupted: true });

      const input = joined([...eventLines(25), eventLine({ step: 26 })]);
      const resumed = await runCli(["learn", "-", "--store", "a.db", "--json"], { folder, input });
      expect(jsonOf<LearnSummary>(resumed)).toMatchObject({ events: 26, recorded: 1, duplicates: 25, policies: 1 });
      expect(jsonOf<LearnSummary>(resumed)).not.toHaveProperty("interrupted");
    },
  );

  it("says in its human summary that it was interrupted", async () => {
    const learn = startCli(["learn", "-", "--store", "memory:"]);
    learn.process.stdin?.write(joined([eventLine(), "bad"]));
    await eventually("the lines were read", () => learn.stderr().includes("stdin:2:"));
    learn.process.kill("SIGINT");
    const run = await learn.ended;
    expect(run).toMatchObject({
      exitCode: 130,
      stdout: expect.stringMatching(/^Interrupted after learning from stdin/),
    });
  });
});

describe.skipIf(process.platform === "win32")("policycache learn of a named pipe", () => {
  function makePipe(): { readonly folder: string; readonly pipe: string } {
    const folder = temporaryFolder();
    const pipe = join(folder, "events");
    expect(spawnSync("mkfifo", [pipe]).status).toBe(0);
    return { folder, pipe };
  }

  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("that nobody writes to ends on %s, with %i", async (signal, exitCode) => {
    const { folder, pipe } = makePipe();
    const learn = startCli(["learn", pipe, "--store", "a.db", "--json"], { folder });
    await eventually("the store is made", () => existsSync(join(folder, "a.db-wal")));
    learn.process.kill(signal);
    const run = await learn.ended;
    expect([run.exitCode, run.stderr]).toEqual([exitCode, ""]);
    expect(jsonOf<LearnSummary>(run)).toMatchObject({ events: 0, interrupted: true });
  });

  it("learns what is written, however late and in however many pieces, until the writer closes it", async () => {
    const { folder, pipe } = makePipe();
    const learn = startCli(["learn", pipe, "--store", "a.db", "--json"], { folder });
    await eventually("the store is made", () => existsSync(join(folder, "a.db-wal")));
    const writer = createWriteStream(pipe);
    const lines = eventLines(5000);
    for (let from = 0; from < lines.length; from += 1000) writer.write(joined(lines.slice(from, from + 1000)));
    writer.end();
    const run = await learn.ended;
    expect([run.exitCode, run.stderr]).toEqual([0, ""]);
    expect(jsonOf<LearnSummary>(run)).toMatchObject({ events: 5000, recorded: 5000 });
  });
});

describe("a reader that goes away", () => {
  it("ends nothing: what was to be learned is learned, without a word", async () => {
    const folder = temporaryFolder();
    const learn = startCli(["learn", "-", "--store", "a.db"], { folder });
    learn.process.stdout?.destroy();
    learn.process.stdin?.end(joined(eventLines(500)));
    expect(await learn.ended).toEqual({ exitCode: 0, stdout: "", stderr: "" });
    const stats = await runCli(["stats", "--store", "a.db", "--json"], { folder });
    expect(jsonOf<object>(stats)).toMatchObject({ totals: { events: 500 } });
  });

  it.skipIf(!existsSync("/dev/full"))("is told from a disk that is full, which is a failure", async () => {
    const full = openSync("/dev/full", "w");
    const help = await runCli(["--help"], { stdout: full });
    closeSync(full);
    expect(help).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(/^policycache: cannot write to stdout: ENOSPC/),
    });
  });
});
