import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../../../support/temporary-folder.js";
import { jsonOf, runCli } from "../../run-cli.js";
import { eventLine, eventLines, joined } from "./event-lines.js";
import type { LearnSummary } from "./learn-summary.js";

const BYTE_ORDER_MARK = "\ufeff";
const MEBIBYTE = 1_048_576;

/** Prints the most memory a process had, when it ends. Without a space: it travels in NODE_OPTIONS. */
const TELL_MEMORY = "process.on('exit',()=>console.error('kibibytes='+process.resourceUsage().maxRSS))";

/** Learns what stdin holds into a store that is gone afterwards. */
async function learn(input: string | Buffer): Promise<{ readonly summary: LearnSummary; readonly stderr: string }> {
  const run = await runCli(["learn", "-", "--store", "memory:", "--json"], { input });
  return { summary: jsonOf<LearnSummary>(run), stderr: run.stderr };
}

describe("an event file", () => {
  const lines = eventLines(4);

  it.each([
    ["ends without a line break", lines.join("\n")],
    ["has the line breaks of Windows", lines.map((line) => `${line}\r\n`).join("")],
    ["begins with a byte order mark", BYTE_ORDER_MARK + joined(lines)],
    ["has byte order marks where files were joined", lines.map((line) => `${BYTE_ORDER_MARK}${line}\n`).join("")],
    ["is UTF-16 as Windows writes it", Buffer.from(`${BYTE_ORDER_MARK}${lines.join("\r\n")}\r\n`, "utf16le")],
    ["is UTF-16 with its bytes the other way round", Buffer.from(BYTE_ORDER_MARK + joined(lines), "utf16le").swap16()],
    ["is packed by gzip", gzipSync(joined(lines))],
    ["is UTF-16 packed by gzip", gzipSync(Buffer.from(BYTE_ORDER_MARK + joined(lines), "utf16le"))],
    ["has empty lines and lines of spaces", `\n\n${lines.join("\n\n  \t\n")}\n\r\n\n`],
    ["has spaces around its events", joined(lines.map((line) => `  ${line}\t`))],
    ["has fields nobody knows", joined(eventLines(4, { stepStatus: "ok", nested: { a: [1] }, constructor: 1 }))],
    [
      "leaves out all that is optional",
      joined(eventLines(4, { agentId: undefined, reward: undefined, ts: undefined })),
    ],
    ["has rewards of null", joined(eventLines(4, { reward: null }))],
    ["has __proto__ as a field", joined(lines.map((line) => line.replace("{", '{"__proto__":{"outcome":"failure"},')))],
  ])("that %s is read whole", async (_, input) => {
    const { summary, stderr } = await learn(input);
    expect(stderr).toBe("");
    expect(summary).toMatchObject({
      events: 4,
      recorded: 4,
      duplicates: 0,
      rejected: 0,
      states: 1,
      pairs: 1,
      agents: 1,
    });
  });

  it("may be empty", async () => {
    expect((await learn("")).summary).toMatchObject({ events: 0, rejected: 0, states: 0, policies: 0 });
  });

  it("gives an event without an id the same one whatever the line breaks and the mark at its beginning", async () => {
    const folder = temporaryFolder();
    const store = ["--store", "a.db", "--json"];
    await runCli(["learn", "-", ...store], { folder, input: joined(lines) });
    const input = BYTE_ORDER_MARK + lines.join("\r\n");
    const again = await runCli(["learn", "-", ...store], { folder, input });
    expect(jsonOf<LearnSummary>(again)).toMatchObject({ events: 4, recorded: 0, duplicates: 4 });
  });

  it("gives an event the same id however its file is packed, and with --new a new one", async () => {
    const folder = temporaryFolder();
    const forms = {
      "a.jsonl": joined(lines),
      "b.txt": Buffer.from(BYTE_ORDER_MARK + joined(lines), "utf16le"),
      "c.log": gzipSync(joined(lines)),
    };
    for (const [name, content] of Object.entries(forms)) writeFileSync(join(folder, name), content);
    const run = await runCli(["learn", ...Object.keys(forms), "--store", "a.db", "--json"], { folder });
    expect(jsonOf<LearnSummary>(run)).toMatchObject({ events: 12, recorded: 4, duplicates: 8 });
    const once = await runCli(["learn", "c.log", "--new", "--store", "a.db", "--json"], { folder });
    expect(jsonOf<LearnSummary>(once)).toMatchObject({ events: 4, recorded: 4, duplicates: 0 });
  });

  it("whose packed end is missing is learned up to there, and the line is named", async () => {
    const folder = temporaryFolder();
    const events = eventLines(5000);
    const packed = gzipSync(joined(events));
    writeFileSync(join(folder, "cut.gz"), packed.subarray(0, packed.length - 100));
    const run = await runCli(["learn", "cut.gz", "--store", "a.db", "--json"], { folder });
    expect(run.exitCode).toBe(1);
    const { error } = jsonOf<{ error: { line: number } }>(run);
    expect(error).toMatchObject({ code: "INPUT_UNREADABLE", file: "cut.gz" });
    expect(run.stderr).toMatch(/Cannot read cut\.gz after line \d+: what gzip packed has no end\./);
    const stats = await runCli(["stats", "--store", "a.db", "--json"], { folder });
    expect(jsonOf<object>(stats)).toMatchObject({ totals: { events: error.line } });
    writeFileSync(join(folder, "whole.gz"), packed);
    const whole = await runCli(["learn", "whole.gz", "--store", "a.db", "--json"], { folder });
    expect(jsonOf<LearnSummary>(whole)).toMatchObject({ duplicates: error.line, recorded: 5000 - error.line });
  });

  it("names the line that is no text in UTF-16", async () => {
    const [first = "", second = ""] = lines;
    const broken = Buffer.concat([
      Buffer.from(`${BYTE_ORDER_MARK}${first}\n`, "utf16le"),
      Buffer.from([0x00, 0xd8]),
      Buffer.from(`\n${second}\n`, "utf16le"),
    ]);
    const { summary, stderr } = await learn(broken);
    expect(stderr).toBe("stdin:2: the line is not valid UTF-8 or UTF-16\n");
    expect(summary).toMatchObject({ recorded: 2, rejected: 1 });
  });

  it("may repeat a line: without an id each is an event of its own, with an id only the first is", async () => {
    const same = await learn(joined([eventLine(), eventLine(), eventLine()]));
    expect(same.summary).toMatchObject({ events: 3, recorded: 3, duplicates: 0 });
    const named = await learn(joined([eventLine({ id: "x" }), eventLine({ id: "x" }), eventLine({ id: "y" })]));
    expect(named.summary).toMatchObject({ events: 3, recorded: 2, duplicates: 1 });
  });

  it("counts only its new lines when it has grown since the last run", async () => {
    const folder = temporaryFolder();
    const command = ["learn", "log.jsonl", "--store", "a.db", "--json"];
    writeFileSync(join(folder, "log.jsonl"), joined(lines));
    expect(jsonOf<LearnSummary>(await runCli(command, { folder }))).toMatchObject({ recorded: 4, crystallized: 0 });
    writeFileSync(join(folder, "log.jsonl"), joined([...lines, ...eventLines(2, { episodeId: "later" })]));
    const grown = jsonOf<LearnSummary>(await runCli(command, { folder }));
    expect(grown).toMatchObject({ events: 6, recorded: 2, duplicates: 4, episodes: 1, crystallized: 1, policies: 1 });
  });

  it("may have lines of up to 4 MiB; a longer one is refused without being kept in memory", async () => {
    const padded = (bytes: number) => {
      const line = eventLine({ pad: "" });
      return line.replace('"pad":""', `"pad":"${"x".repeat(bytes - line.length)}"`);
    };
    const huge = Array<Buffer>(5).fill(Buffer.alloc(64 * MEBIBYTE, "x"));
    const input = [
      Buffer.from(`${padded(4 * MEBIBYTE)}\n${padded(4 * MEBIBYTE + 1)}\n`),
      ...huge,
      Buffer.from(`\n${eventLine()}\n`),
      ...huge,
    ];
    const run = await runCli(["learn", "-", "--store", "memory:", "--json"], {
      input,
      env: { NODE_OPTIONS: `--import=data:text/javascript,${TELL_MEMORY}` },
    });
    const [memory = "", ...complaints] = run.stderr.split("\n").reverse().slice(1);
    expect(complaints.reverse()).toEqual(
      [2, 3, 5].map((line) => `stdin:${line}: the line is longer than 4194304 bytes`),
    );
    expect(jsonOf<LearnSummary>(run)).toMatchObject({ events: 2, recorded: 2, rejected: 3 });
    expect(Number(/^kibibytes=(\d+)$/.exec(memory)?.[1])).toBeLessThan(256 * 1024);
  });

  it("may come with others, and with stdin among them; each is named in complaints and in the summary", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "a.jsonl"), joined([...eventLines(2), "bad"]));
    writeFileSync(join(folder, "b.jsonl"), joined(eventLines(3, { agentId: "agent-2" })));
    const parameters = ["learn", "a.jsonl", "-", "b.jsonl", "--store", "a.db", "--json"];
    const run = await runCli(parameters, { folder, input: joined(["worse", eventLine({ agentId: "agent-3" })]) });
    expect(run.stderr.split("\n").map((line) => line.split(": ")[0])).toEqual(["a.jsonl:3", "stdin:1", ""]);
    expect(jsonOf<LearnSummary>(run)).toMatchObject({
      events: 6,
      rejected: 2,
      agents: 3,
      states: 3,
      files: ["a.jsonl", "-", "b.jsonl"],
      store: "a.db",
    });
  });

  it("that is not there is noticed before the first one is read", async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, "folder"));
    writeFileSync(join(folder, "a.jsonl"), joined(lines));
    for (const missing of ["none.jsonl", "folder"]) {
      const run = await runCli(["learn", "a.jsonl", missing, "--store", "a.db", "--json"], { folder });
      expect(run.exitCode).toBe(1);
      expect(jsonOf<object>(run)).toMatchObject({ error: { code: "INPUT_UNREADABLE", file: missing } });
    }
    const stats = await runCli(["stats", "--store", "a.db", "--json"], { folder });
    expect(jsonOf<object>(stats)).toMatchObject({ error: { code: "STORE_NOT_FOUND" } });
  });
});
