import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { COMPILED_OPERATIONS } from "../../src/keyspace/redis/compiled-operations.js";

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

  it("hold only the functions that they call, and say where each begins", () => {
    for (const [name, { lua, functions }] of scripts) {
      expect(functions.length, name).toBeGreaterThan(0);
      for (const [line] of functions) {
        const declared = /^(\w+) = function/.exec(lua.split("\n")[line - 1] ?? "")?.[1];
        expect(lua, `${name}: ${declared}`).toMatch(new RegExp(`\\bF\\.${declared}\\b`));
      }
      const called = new Set(lua.match(/\bF\.\w+/g));
      expect(called.size, name).toBe(functions.length);
    }
  });
});
