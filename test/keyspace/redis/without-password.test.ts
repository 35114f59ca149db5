import { describe, expect, it } from "vitest";
import { withoutPassword } from "../../../src/common/without-secrets.js";
import { openEngine } from "../../../src/keyspace/open-engine.js";

describe("a URL in a message", () => {
  it.each([
    ["redis://host:6379/0", "redis://host:6379/0"],
    ["redis://user:secret@host", "redis://***@host"],
    ["rediss://:se:cr/et@x@host/1", "rediss://***@host/1"],
  ])("of %s is %s", (url, shown) => {
    expect(withoutPassword(url)).toBe(shown);
  });

  it("shows no password when the URL is refused", async () => {
    const message = await openEngine("redis://user:secret@host:no-port").then(() => "opened", String);
    expect(message).toContain("redis://***@host:no-port");
    expect(message).not.toContain("secret");
  });
});
