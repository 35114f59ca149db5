import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { jsonOf, runCli } from "../run-cli.js";
import { STAGING, useSampleStore } from "../sample-store.js";

const sample = useSampleStore();

describe("policycache backup", () => {
  it("makes a store of its own, and takes the place of nothing", async () => {
    const backup = jsonOf<object>(await sample.run("backup", "policies.db", "saved.db", "--json"));
    expect(backup).toMatchObject({ store: "policies.db", file: "saved.db", kind: "sqlite" });
    expect(await sample.succeed("stats", "--store", "saved.db")).toBe(await sample.succeed("stats"));
    expect(await sample.run("backup", "policies.db", "saved.db")).toMatchObject({ exitCode: 2, stdout: "" });
    expect(await sample.run("backup", "nothing.db", "other.db")).toMatchObject({ exitCode: 1, stdout: "" });
    expect(await sample.run("backup", "policies.db", "nowhere/other.db")).toMatchObject({ exitCode: 1, stdout: "" });
    expect(existsSync(join(sample.folder, "other.db"))).toBe(false);
  });
});

describe("policycache export and import", () => {
  it("move a store: what is decided, counted and explained stays the same", async () => {
    const exported = jsonOf<{ entries: number }>(await sample.run("export", "policies.db", "all.jsonl", "--json"));
    expect(exported).toMatchObject({ store: "policies.db", file: "all.jsonl", shards: 1, pending: 0 });
    expect(exported.entries).toBeGreaterThan(29);
    const imported = jsonOf<object>(await sample.run("import", "moved.db", "all.jsonl", "--json"));
    expect(imported).toEqual({ ...exported, store: "moved.db" });
    for (const command of [
      ["stats"],
      ["policies", "--agent", "agent-1"],
      ["explain", "--agent", "agent-1", "--state", STAGING],
    ]) {
      const before = await sample.succeed(...command);
      expect(await sample.succeed(...command, "--store", "moved.db")).toBe(before);
    }
  });

  it("write to stdout and read from stdin, and tell a person what was moved", async () => {
    const text = await sample.succeed("export", "policies.db");
    expect(text.split("\n")[0]).toContain('"format":"policycache-export"');
    const { exitCode, stdout, stderr } = await runCli(["import", "piped.db"], { folder: sample.folder, input: text });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout).toMatch(
      /^Imported \d+ records, .* entries of \d+ streams \(0 pending\), in 1 shard into piped.db\n$/,
    );
  });

  it("leave alone what is there already, and start nothing with a damaged file", async () => {
    const path = join(sample.folder, "once.jsonl");
    await sample.succeed("export", "policies.db", "once.jsonl");
    const again = await sample.run("export", "policies.db", "once.jsonl");
    expect(again).toMatchObject({ exitCode: 1, stdout: "" });
    expect(again.stderr).toContain("once.jsonl cannot be written: it exists already");
    const full = await sample.run("import", "policies.db", "once.jsonl", "--json");
    expect(jsonOf<object>(full)).toMatchObject({ error: { code: "STORE_NOT_EMPTY" } });
    writeFileSync(path, readFileSync(path, "utf8").slice(0, 5000));
    const damaged = await sample.run("import", "damaged.db", "once.jsonl");
    expect(damaged.stderr).toContain("The export is damaged");
    expect(existsSync(join(sample.folder, "damaged.db"))).toBe(false);
    const missing = await sample.run("export", "nothing.db", "nothing.jsonl");
    expect(missing.stderr).toContain("There is no store at nothing.db");
    expect(existsSync(join(sample.folder, "nothing.jsonl"))).toBe(false);
  });
});
