import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "libsql";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTemporaryFolder, removeFolder } from "../support/temporary-folder.js";
import { eventLine } from "./commands/learn/event-lines.js";
import { type CliRun, jsonOf, runCli } from "./run-cli.js";

interface Failure {
  readonly call: string;
  readonly code: string;
  readonly exitCode: 1 | 2;
  readonly message: RegExp;
}

// Parameters are separated by spaces; in the folder there are: one.jsonl, one.db, junk.db, other.db and folder.
const FAILURES: readonly Failure[] = [
  {
    call: "lern one.jsonl",
    code: "USAGE",
    exitCode: 2,
    message: /^unknown command 'lern' \(Did you mean learn\?\)\. See /,
  },
  { call: "learn", code: "USAGE", exitCode: 2, message: /^missing required argument 'events\.jsonl'\. See / },
  { call: "learn one.jsonl --fast", code: "USAGE", exitCode: 2, message: /^unknown option '--fast'\. See / },
  { call: "stats more", code: "USAGE", exitCode: 2, message: /^too many arguments for 'stats'/ },
  { call: "decide --state {}", code: "USAGE", exitCode: 2, message: /^required option '--agent <id>' not specified/ },
  { call: "report d3x", code: "USAGE", exitCode: 2, message: /^required option '--outcome <outcome>' not specified/ },
  ...[
    ["learn one.jsonl --ci-threshold abc", '--ci-threshold is "abc", expected a number from 0 to below 1.'],
    ["learn one.jsonl --ci-threshold 1", '--ci-threshold is "1", expected a number from 0 to below 1.'],
    ["learn one.jsonl --ci-threshold -0.1", '--ci-threshold is "-0.1", expected a number from 0 to below 1.'],
    ["learn one.jsonl --ci-threshold NaN", '--ci-threshold is "NaN", expected a number from 0 to below 1.'],
    ["learn one.jsonl --ci-threshold 0x0", '--ci-threshold is "0x0", expected a number from 0 to below 1.'],
    ["learn one.jsonl --min-events 0", '--min-events is "0", expected an integer of at least 1.'],
    ["learn one.jsonl --min-events 2.5", '--min-events is "2.5", expected an integer of at least 1.'],
    ["learn one.jsonl --batch-size 0", '--batch-size is "0", expected an integer from 1 to 10000.'],
    ["learn one.jsonl --batch-size 10001", '--batch-size is "10001", expected an integer from 1 to 10000.'],
    ["policies --limit 0", '--limit is "0", expected an integer from 1 to 1000.'],
    ["policies --offset -1", '--offset is "-1", expected an integer of at least 0.'],
    ["report d3x --outcome maybe", '--outcome is "maybe", expected success or failure.'],
    ["report d3x --outcome success --reward much", '--reward is "much", expected a number.'],
    ["report d3x --outcome success --reward 1e999", '--reward is "1e999", expected a number.'],
    ["decide --agent a --state [1]", "--state is an array of 1, expected a JSON object."],
    ["decide --agent a --state null", "--state is null, expected a JSON object."],
    [
      'decide --agent a --state {"a":[-9007199254740993]}',
      '--state.a.0 is "-9007199254740993", expected an integer from -9007199254740991 to 9007199254740991. Write longer ones as texts.',
    ],
    ["report d3x --outcome success --next-state 1", "--next-state is 1, expected a JSON object."],
    ["learn - -", 'events is "-", expected stdin only once among the sources.'],
    [
      "report d3x --outcome success --store one.db",
      'decisionId is "d3x", expected the decisionId of a decision, whole and unchanged.',
    ],
    [
      "stats --store memory:",
      '--store is "memory:", expected a store that outlives a process. A store in memory is empty in every new process.',
    ],
  ].map(([call = "", message = ""]) => ({
    call,
    code: "INVALID_ARGUMENT",
    exitCode: 2 as const,
    message: new RegExp(`^${message.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}$`),
  })),
  {
    call: 'explain --agent a --state {"a":',
    code: "INVALID_ARGUMENT",
    exitCode: 2,
    message: /^--state is .*, expected valid JSON/,
  },
  {
    call: 'decide --agent a --state {"a":1} --store one.db --context x',
    code: "INVALID_ARGUMENT",
    exitCode: 2,
    message: /^context is "x"/,
  },
  {
    call: "stats --store mysql://localhost",
    code: "INVALID_CONFIGURATION",
    exitCode: 2,
    message: /mysql:\/\/localhost/,
  },
  {
    call: "stats --store redis://127.0.0.1:1",
    code: "STORE_UNAVAILABLE",
    exitCode: 1,
    message: /^The store at redis:\/\/127\.0\.0\.1:1 cannot be reached/,
  },
  {
    call: "stats",
    code: "STORE_NOT_FOUND",
    exitCode: 1,
    message: /^There is no store at \.\/policies\.db\. Fill one with /,
  },
  {
    call: "policies --store none.db",
    code: "STORE_NOT_FOUND",
    exitCode: 1,
    message: /^There is no store at none\.db\. /,
  },
  {
    call: "decide --agent a --state {} --store none.db",
    code: "STORE_NOT_FOUND",
    exitCode: 1,
    message: /^There is no store /,
  },
  {
    call: "explain --agent a --state {} --store none.db",
    code: "STORE_NOT_FOUND",
    exitCode: 1,
    message: /^There is no store /,
  },
  {
    call: "report d3x --outcome success --store none.db",
    code: "STORE_NOT_FOUND",
    exitCode: 1,
    message: /^There is no store /,
  },
  { call: "stats --store folder", code: "STORE_UNAVAILABLE", exitCode: 1, message: /^folder is a folder\./ },
  {
    call: "learn one.jsonl --store none/a.db",
    code: "STORE_UNAVAILABLE",
    exitCode: 1,
    message: /^There is no folder /,
  },
  {
    call: "stats --store junk.db",
    code: "DATA_FORMAT",
    exitCode: 1,
    message: /^The file at junk\.db is not a readable SQLite/,
  },
  {
    call: "learn one.jsonl --store other.db",
    code: "DATA_FORMAT",
    exitCode: 1,
    message: /^The database at other\.db was not made/,
  },
  {
    call: "learn none.jsonl",
    code: "INPUT_UNREADABLE",
    exitCode: 1,
    message: /^Cannot read none\.jsonl: there is no such file\.$/,
  },
  {
    call: "decide --agent a --state @none",
    code: "INPUT_UNREADABLE",
    exitCode: 1,
    message: /^Cannot read none: there is no such file\.$/,
  },
  {
    call: "decide --agent a --state @folder",
    code: "INPUT_UNREADABLE",
    exitCode: 1,
    message: /^Cannot read folder: it is a folder\.$/,
  },
];

/** How many calls run at once. */
const AT_ONCE = 4;

describe("a call that fails", () => {
  let folder = "";
  let before: readonly string[] = [];
  const runs = new Map<Failure, CliRun>();

  beforeAll(async () => {
    folder = createTemporaryFolder();
    writeFileSync(join(folder, "one.jsonl"), `${eventLine()}\n`);
    writeFileSync(join(folder, "junk.db"), "This was never a database. ".repeat(40));
    mkdirSync(join(folder, "folder"));
    const other = new Database(join(folder, "other.db"));
    other.exec("CREATE TABLE theirs (a)");
    other.close();
    await runCli(["learn", "one.jsonl", "--store", "one.db"], { folder });
    before = readdirSync(folder);
    const waiting = [...FAILURES];
    const runWaiting = async () => {
      for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
        runs.set(next, await runCli([...next.call.split(" "), "--json"], { folder }));
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, runWaiting));
  }, 60_000);
  afterAll(() => removeFolder(folder));

  it.each(FAILURES)("is told in one line: $call", (failure) => {
    const run = runs.get(failure) ?? { exitCode: null, stdout: "", stderr: "" };
    const [line = "", ...more] = run.stderr.split("\n");
    expect(more).toEqual([""]);
    const message = line.slice("policycache: ".length);
    expect(line).toBe(`policycache: ${message}`);
    expect(message).toMatch(failure.message);
    expect(jsonOf<object>(run)).toMatchObject({ error: { code: failure.code, message } });
    expect(run.exitCode).toBe(failure.exitCode);
  });

  it("creates nothing", () => {
    expect(readdirSync(folder)).toEqual(before);
  });

  it("prints nothing on stdout without --json", async () => {
    const run = await runCli(["stats"], { folder });
    expect(run).toEqual({
      exitCode: 1,
      stdout: "",
      stderr:
        "policycache: There is no store at ./policies.db. Fill one with `policycache learn`, or name another with --store.\n",
    });
  });
});

describe("policycache", () => {
  it("prints its help on stdout when called alone, with --help, or for one command", async () => {
    const alone = await runCli([]);
    expect(alone).toMatchObject({ exitCode: 0, stderr: "" });
    for (const name of ["learn", "decide", "report", "policies", "explain", "stats", "demo"]) {
      expect(alone.stdout).toMatch(new RegExp(`^ {2}${name} `, "m"));
    }
    expect(await runCli(["--help"])).toEqual(alone);
    const learn = await runCli(["learn", "--help"]);
    expect(learn).toMatchObject({ exitCode: 0, stderr: "" });
    for (const option of ["--ci-threshold <x>", "--store <location>", "--json"]) expect(learn.stdout).toContain(option);
  });

  it("prints the version of the package", async () => {
    const { version } = (await import("../../package.json", { with: { type: "json" } })).default;
    expect(await runCli(["--version"])).toEqual({ exitCode: 0, stdout: `${version}\n`, stderr: "" });
  });
});
