import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { functionAt } from "../../src/keyspace/redis/scripts/assemble-script.js";
import { COMPILED_OPERATIONS, LUA_LIBRARY } from "../../src/keyspace/redis/scripts/compiled-operations.js";
import { scriptOf } from "../../src/keyspace/redis/scripts/operation-scripts.js";

const scripts = Object.entries(COMPILED_OPERATIONS).map(([name, { access }]) => {
  return { name, access, ...scriptOf(name) };
});

describe("compiled operations", () => {
  it("are what their sources give: after a change, `npm run scripts:lua` brings them up to date", () => {
    execFileSync("npm", ["run", "--silent", "scripts:lua", "--", "--check"], { stdio: ["ignore", "ignore", "pipe"] });
  }, 120_000);

  it("need nothing that Redis does not offer to a script", () => {
    for (const { name, lua } of scripts) expect(lua, name).not.toMatch(/__TS__|____exports|\brequire\b|\bkeyspace[.:]/);
  });

  it("are called by the SHA1 of their text, and say when they only read", () => {
    for (const { name, lua, sha1, access } of scripts) {
      expect(createHash("sha1").update(lua).digest("hex"), name).toBe(sha1);
      expect(lua.split("\n")[0], name).toBe(access === "write" ? "#!lua" : "#!lua flags=no-writes");
    }
  });

  it("hold only the functions that they call", () => {
    for (const { name, lua } of scripts) {
      const made = [...lua.matchAll(/^(\w+) = function/gm)].map(([, made]) => made);
      const called = new Set([...lua.matchAll(/\bF\.(\w+)/g)].map(([, called]) => called));
      expect(new Set(made), name).toEqual(called);
    }
  });

  it("begin each function at a line that names it, so that an error leads to its source", () => {
    for (const { name, lua, parts } of scripts) {
      const named = lua.split("\n").flatMap((line) => functionAt(line) ?? []);
      const functions = [...parts].filter((part) => LUA_LIBRARY[part]?.kind !== "constant");
      expect(new Set(named), name).toEqual(new Set(functions));
    }
  });

  it("are stored as functions that the package holds once", () => {
    const texts = Object.values(LUA_LIBRARY).map(({ lua }) => lua);
    expect(texts.join("").length).toBeLessThan(scripts.reduce((sum, { lua }) => sum + lua.length, 0) / 4);
    for (const { source } of Object.values(LUA_LIBRARY)) expect(source).toMatch(/^\w+ \(src\/.+\.ts:\d+\)$/);
  });
});
