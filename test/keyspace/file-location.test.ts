import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PolicyCache } from "../../src/cache/policy-cache.js";
import { pathOfLocation } from "../../src/keyspace/file-location.js";
import { openEngine } from "../../src/keyspace/open-engine.js";
import { createTemporaryFolder, removeFolder, temporaryFolder } from "../support/temporary-folder.js";

describe("the path of a location", () => {
  it.each([
    ["policies.db", "policies.db"],
    ["./memory", "./memory"],
    ["../redis", "../redis"],
    ["memory.db", "memory.db"],
    ["file:local.db", "local.db"],
    ["FILE:local.db", "local.db"],
    ["file:./dev.db", "./dev.db"],
    ["file:../dev.db", "../dev.db"],
    ["file:data/my%20policies.db", "data/my policies.db"],
    ["file:100%25.db", "100%.db"],
    ["file:/var/lib/policies.db", "/var/lib/policies.db"],
    ["file:///var/lib/my%20policies.db", "/var/lib/my policies.db"],
    ["file://localhost/var/lib/policies.db", "/var/lib/policies.db"],
  ])("%s is %s", (location, path) => {
    expect(pathOfLocation(location)).toBe(path);
  });

  it("is made relative to the working folder by the engine", async () => {
    const folder = temporaryFolder();
    const location = pathToFileURL(join(folder, "of url.db")).href;
    await (await openEngine(location)).close();
    expect(readdirSync(folder)).toEqual(["of url.db"]);
  });
});

describe("a location that is likely to mean something else", () => {
  let folder: string;
  const before = process.cwd();
  beforeAll(() => {
    folder = createTemporaryFolder();
    process.chdir(folder);
  });
  afterAll(() => {
    process.chdir(before);
    removeFolder(folder);
  });

  it.each([
    ["memory", /"memory:" for a store in memory.*write "\.\/memory"/],
    [":memory:", /"memory:" for a store in memory/],
    ["file::memory:", /"memory:" for a store in memory/],
    ["file:memory:", /"memory:" for a store in memory/],
    [":memory", /"memory:"/],
    ["Memory", /"memory:"/],
    ["in-memory", /"memory:"/],
    ["inmemory", /"memory:"/],
    ["mem", /"memory:"/],
    [" memory ", /"memory:"/],
    ["Memory:", /"memory:", with nothing after it/],
    ["memory://", /"memory:", with nothing after it/],
    ["memory:cache", /"memory:", with nothing after it/],
    ["redis", /"redis:\/\/localhost:6379" for a server/],
    ["localhost", /for a server/],
    ["localhost:6379", /expected "memory:", the path/],
    ["sqlite", /its path, such as/],
    ["sqlite:policies.db", /path of the SQLite file alone/],
    ["sqlite:///policies.db", /path of the SQLite file alone/],
    ["libsql://example.com", /not supported/],
    ["file:", /a file: URL of a path/],
    ["file:policies.db?mode=ro", /without parameters.*readOnly/],
    ["file:///policies.db?mode=memory&cache=shared", /without parameters/],
    ["file:policies.db#part", /without parameters/],
    ["file:%ZZ.db", /a file: URL of a path/],
    ["file:%00.db", /a file: URL of a path/],
    ["file://elsewhere/policies.db", /a file: URL of a path on this machine/],
  ])("is refused with what to write instead, and nothing is made: %s", async (location, message) => {
    const opening = PolicyCache.open(location);
    await expect(opening).rejects.toMatchObject({ code: "INVALID_CONFIGURATION", option: "location" });
    await expect(opening).rejects.toThrow(message);
    expect(readdirSync(folder)).toEqual([]);
  });

  it("opens what was meant when it is written so", async () => {
    await (await PolicyCache.open("./memory")).close();
    await (await PolicyCache.open("file:local.db")).close();
    expect(existsSync(join(folder, "memory"))).toBe(true);
    expect(existsSync(join(folder, "local.db"))).toBe(true);
  });
});
