import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { createTemporaryFolder, removeFolder, temporaryFolder } from "../../../support/temporary-folder.js";
import { jsonOf, runCli } from "../../run-cli.js";
import { eventLine, eventLines, joined } from "./event-lines.js";
import type { LearnSummary } from "./learn-summary.js";

const LINE_FEED = Buffer.from("\n");

const nested = (depth: number): string => `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`;

/** A line that holds no event, and the reason that must be given for it. */
const MALFORMED: readonly (readonly [what: string, line: string | Buffer, reason: RegExp])[] = [
  ["text", "hello", /^not valid JSON: /],
  ["an unfinished object", '{"agentId":"a"', /^not valid JSON: /],
  ["two objects", "{}{}", /^not valid JSON: /],
  ["a single quote", "{'agentId':'a'}", /^not valid JSON: /],
  ["NaN", eventLine().replace('"reward":1', '"reward":NaN'), /^not valid JSON: /],
  ["a number", "42", /^event is 42, expected a plain object\.$/],
  ["null", "null", /^event is null, expected a plain object\.$/],
  ["an array", `[${eventLine()}]`, /^event is an array of 1, expected a plain object\.$/],
  ["an object without anything", "{}", /^action is undefined, expected a plain object\.$/],
  ["no action", eventLine({ action: undefined }), /^action is undefined/],
  ["an action that is text", eventLine({ action: "run" }), /^action is "run", expected a plain object\.$/],
  ["no action type", eventLine({ action: {} }), /^action\.type is undefined, expected a non-empty string\.$/],
  ["an empty action type", eventLine({ action: { type: "" } }), /^action\.type is an empty string/],
  ["an action spec that is a list", eventLine({ action: { type: "t", spec: [] } }), /^action\.spec is an array of 0/],
  ["no state", eventLine({ state: undefined }), /^state is undefined, expected a plain object\.$/],
  ["a state that is text", eventLine({ state: "deploy" }), /^state is "deploy", expected a plain object\.$/],
  [
    "a state nested too deep",
    eventLine({ state: JSON.parse(nested(200)) }),
    /^state\.a\.a.*at most 128 levels of nesting/,
  ],
  ["no outcome", eventLine({ outcome: undefined }), /^outcome is undefined, expected "success" or "failure"\.$/],
  ["an unknown outcome", eventLine({ outcome: "maybe" }), /^outcome is "maybe", expected "success" or "failure"\.$/],
  ["an empty agent", eventLine({ agentId: "" }), /^agentId is an empty string, expected a non-empty string\.$/],
  ["an agent that is a number", eventLine({ agentId: 7 }), /^agentId is 7, expected a non-empty string\.$/],
  [
    "an agent with a control character",
    eventLine({ agentId: "a\tb" }),
    /^agentId is "a\\\\?tb", expected text without control/,
  ],
  ["an unpaired surrogate", eventLine({ agentId: "\ud800" }), /^agentId is .*unpaired surrogates\.$/],
  ["a reward that is text", eventLine({ reward: "1" }), /^reward is "1", expected a finite number/],
  ["a reward beyond all numbers", eventLine().replace('"reward":1', '"reward":1e999'), /^reward is Infinity/],
  ["a fractional step", eventLine({ step: 1.5 }), /^step is 1\.5, expected an integer of at least 0\.$/],
  [
    "a time in milliseconds",
    eventLine({ ts: 1_716_000_000_000 }),
    /^ts is 1716000000000, .* Divide milliseconds by 1000\.$/,
  ],
  [
    "an integer that would be rounded",
    eventLine({ state: { order: 1 } }).replace('"order":1', '"order":9007199254740993'),
    /^state\.order is "9007199254740993", expected an integer from .* Write longer ones as texts\.$/,
  ],
  ["a negative time", eventLine({ ts: -1 }), /^ts is -1, expected Unix seconds of at least 0\.$/],
  ["an id that is a number", eventLine({ id: 7 }), /^id is 7, expected a non-empty string\.$/],
  [
    "a misspelt agent",
    eventLine({ agent_id: "a" }),
    /^agent_id is "a", expected a known name\. Did you mean agentId\?$/,
  ],
  ["a propensity above 1", eventLine({ propensity: 2 }), /^propensity is 2, expected /],
  ["done that is text", eventLine({ done: "yes" }), /^done is "yes", expected true or false\.$/],
  [
    "a next state that is a list",
    eventLine({ nextState: [] }),
    /^nextState is an array of 0, expected a plain object\.$/,
  ],
  ["bytes that are no UTF-8", Buffer.from([0x7b, 0xff, 0xfe, 0x7d]), /^the line is not valid UTF-8 or UTF-16$/],
  ["an overlong UTF-8 form", Buffer.from([0x22, 0xc0, 0xaf, 0x22]), /^the line is not valid UTF-8 or UTF-16$/],
];

/** As many complaints as are printed one by one. */
const LINES_PER_RUN = 20;

describe("a malformed line", () => {
  /** What was complained about each line of the table, in order. */
  const complaints: string[] = [];
  const summaries: LearnSummary[] = [];

  beforeAll(async () => {
    const folder = createTemporaryFolder();
    try {
      for (let start = 0; start < MALFORMED.length; start += LINES_PER_RUN) {
        const lines = MALFORMED.slice(start, start + LINES_PER_RUN).map(([, line]) => Buffer.from(line));
        const input = Buffer.concat(
          [eventLine(), ...lines, eventLine()].flatMap((line) => [Buffer.from(line), LINE_FEED]),
        );
        const run = await runCli(["learn", "-", "--store", `${start}.db`, "--json"], { folder, input });
        complaints.push(...run.stderr.split("\n").slice(0, -1));
        summaries.push(jsonOf<LearnSummary>(run));
      }
    } finally {
      removeFolder(folder);
    }
  }, 60_000);

  it.each(MALFORMED.map(([what, , reason], index) => ({ what, reason, index })))(
    "that holds $what is told with its place and the reason",
    ({ reason, index }) => {
      const [place, ...text] = (complaints[index] ?? "").split(": ");
      expect(place).toBe(`stdin:${(index % LINES_PER_RUN) + 2}`);
      expect(text.join(": ")).toMatch(reason);
    },
  );

  it("is counted and skipped, and the lines around it are recorded", () => {
    expect(complaints).toHaveLength(MALFORMED.length);
    const rejected = summaries.map((summary) => summary.rejected);
    expect(rejected.reduce((sum, count) => sum + count)).toBe(MALFORMED.length);
    for (const summary of summaries) expect(summary).toMatchObject({ events: 2, recorded: 2, states: 1, pairs: 1 });
  });

  it("is told one by one only for the first 20", async () => {
    const input = joined([...Array.from({ length: 25 }, () => "bad"), eventLine()]);
    const run = await runCli(["learn", "-", "--store", "memory:", "--json"], { input });
    const lines = run.stderr.split("\n");
    expect(lines.slice(0, 20).map((line) => line.split(": ")[0])).toEqual(
      Array.from({ length: 20 }, (_, index) => `stdin:${index + 1}`),
    );
    expect(lines.slice(20)).toEqual(["... and 5 more malformed lines", ""]);
    expect(jsonOf<LearnSummary>(run)).toMatchObject({ events: 1, rejected: 25 });
  });

  it("cannot steer the terminal of whoever reads about it", async () => {
    const input = joined([
      `{"agentId":"\\u001b[2J\\u202e","state":{},"action":{"type":"t"},"outcome":"success"}`,
      "\u001b[2J",
    ]);
    const run = await runCli(["learn", "-", "--store", "memory:"], { input });
    expect(run.stderr).toContain("stdin:1: agentId is ");
    expect(run.stderr).toContain("stdin:2: not valid JSON");
    expect([...run.stderr].filter((character) => character !== "\n" && /[\p{Cc}\u202e]/u.test(character))).toEqual([]);
  });

  it("ends the run with --strict; what came before it stays recorded", async () => {
    const folder = temporaryFolder();
    const lines = [...eventLines(60), '{"agentId":7}', ...eventLines(3, { outcome: "failure" })];
    writeFileSync(join(folder, "a.jsonl"), joined(lines));
    const strict = await runCli(["learn", "a.jsonl", "--strict", "--store", "a.db", "--json"], { folder });
    const reason = "action is undefined, expected a plain object.";
    expect(strict.exitCode).toBe(1);
    expect(strict.stderr).toBe(`policycache: a.jsonl:61: ${reason} Stopped; 60 events before it stay recorded.\n`);
    expect(jsonOf<object>(strict)).toEqual({
      error: {
        code: "MALFORMED_EVENT",
        message: strict.stderr.slice("policycache: ".length, -1),
        file: "a.jsonl",
        line: 61,
        reason,
        recorded: 60,
        duplicates: 0,
      },
    });
    const stats = await runCli(["stats", "--store", "a.db", "--json"], { folder });
    expect(jsonOf<object>(stats)).toMatchObject({ totals: { events: 60, successes: 60 }, stream: { appended: 60 } });
    const lenient = await runCli(["learn", "a.jsonl", "--store", "a.db", "--json"], { folder });
    expect(jsonOf<LearnSummary>(lenient)).toMatchObject({ events: 63, recorded: 3, duplicates: 60, rejected: 1 });
  });
});
