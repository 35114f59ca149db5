import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { COMPILED_OPERATIONS } from "../../src/keyspace/redis/scripts/compiled-operations.js";

const compiler = fileURLToPath(new URL("../../scripts/compile-operations.mjs", import.meta.url));
const scripts = Object.entries(COMPILED_OPERATIONS);

describe("compiled operations", () => {
  it("are what their sources give: after a change, `npm run scripts:lua` brings them up to date", () => {
    execFileSync(process.execPath, [compiler, "--check"], { stdio: ["ignore", "ignore", "pipe"] });
  }, 120_000);

  it("need nothing that Redis does not offer to a script", () => {
    for (const [name, { lua }] of scripts)
      expect(lua, name).not.toMatch(/__TS__|____exports|\brequire\b|\bkeyspace[.:]/);
  });

  it("are called by the SHA1 of their text, and say when they only read", () => {
    for (const [name, { lua, sha1, access }] of scripts) {
      expect(createHash("sha1").update(lua).digest("hex"), name).toBe(sha1);
      expect(lua.split("\n")[0], name).toBe(access === "write" ? "#!lua" : "#!lua flags=no-writes");
    }
  });

  it("hold only the functions that they call", () => {
    for (const [name, { lua }] of scripts) {
      const made = [...lua.matchAll(/^(\w+) = function/gm)].map(([, made]) => made);
      const called = new Set([...lua.matchAll(/\bF\.(\w+)/g)].map(([, called]) => called));
      expect(new Set(made), name).toEqual(called);
    }
  });

  it("say at which lines what a function does begins or goes on, without a mark of it in the text", () => {
    for (const [name, { lua, functions }] of scripts) {
      const lines = functions.map(([line]) => line);
      expect(lines.length, name).toBeGreaterThan(0);
      expect(lines, name).toEqual([...new Set(lines)].sort((left, right) => left - right));
      expect(lines.at(-1), name).toBeLessThanOrEqual(lua.split("\n").length + 1);
      expect(lua, name).not.toMatch(/^ *--/m);
      for (const [, source] of functions) expect(source, name).toMatch(/^\w+ \(src\/.+\.ts:\d+\)$/);
    }
  });
});
