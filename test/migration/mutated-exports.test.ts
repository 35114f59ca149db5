import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, it } from "vitest";
import { PolicyCache } from "../../src/cache/policy-cache.js";
import { PolicyCacheError } from "../../src/common/errors.js";
import { importStore, verifyExport } from "../../src/migration/import-store.js";
import { openStore } from "../../src/store/store.js";
import { errorOf } from "../faults/input/values.js";
import { DEPLOY, failures, successes } from "../support/events.js";
import { openTestStore } from "../support/stores/stores.js";
import { linesOf } from "./export-content.js";

async function filled(): Promise<readonly string[]> {
  const cache = await PolicyCache.open("memory:", { workers: "inline" });
  await cache.recordMany([...successes(8, { params: { a: "deploy.yml" } }), ...failures(2)]);
  const decision = await cache.decide({ agentId: "agent-1", state: DEPLOY, fallback: () => ({ type: "other" }) });
  await cache.report(decision.decisionId, { outcome: "success" });
  const lines = await linesOf(cache.store);
  await cache.close();
  return lines;
}

/** With an end that proves the lines whole. */
function sealed(lines: readonly string[]): AsyncIterable<string> {
  const text = lines.map((line) => `${line}\n`).join("");
  const end = { kind: "end", lines: lines.length, sha256: createHash("sha256").update(text).digest("hex") };
  return (async function* () {
    yield text;
    yield JSON.stringify(end);
  })();
}

const STRANGE = [
  null,
  true,
  {},
  [],
  [null],
  "",
  "x",
  "{",
  "\ud800",
  -1,
  0.5,
  1e308,
  "1e999",
  [[1]],
  { a: { b: 1 } },
  undefined,
];

/** All places of a value: paths of keys. */
function placesOf(value: unknown, path: readonly string[] = []): readonly (readonly string[])[] {
  if (typeof value !== "object" || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, part]) => placesOf(part, [...path, key]))];
}

function changed(line: string, path: readonly string[], value: unknown): string {
  const whole = JSON.parse(line) as Record<string, unknown>;
  let parent = whole;
  for (const key of path.slice(0, -1)) parent = parent[key] as Record<string, unknown>;
  parent[path.at(-1) ?? ""] = value;
  return JSON.stringify(whole);
}

it("what could not have been stored is refused, whoever computed the checksum", async () => {
  const lines = (await filled()).slice(0, -1);
  const places = lines.flatMap((line, index) => placesOf(JSON.parse(line)).map((path) => ({ index, path })));
  const mutation = fc.record({
    place: fc.constantFrom(...places.filter(({ path }) => path.length > 0)),
    value: fc.constantFrom(...STRANGE),
  });
  await fc.assert(
    fc.asyncProperty(mutation, async ({ place: { index, path }, value }) => {
      const mutated = lines.map((line, number) => (number === index ? changed(line, path, value) : line));
      const store = await openStore("memory:");
      try {
        await importStore(store, sealed(mutated));
      } catch (error) {
        expect(error).toMatchObject({ code: expect.stringMatching(/DATA_FORMAT|INVALID_ARGUMENT/) });
        return;
      }
      const opened = await PolicyCache.open(store as never, { workers: "none" }).catch((error) => error);
      if (PolicyCacheError.isInstance(opened)) return; // settings that another cache may have, and this one has not
      const cache = opened as PolicyCache;
      // What is taken can be read.
      await cache.decide({ agentId: "agent-1", state: DEPLOY });
      await cache.explain({ agentId: "agent-1", state: DEPLOY });
      await cache.statistics();
    }),
    { numRuns: 400 },
  );
});

it.each([1e308, -1, 0.5, "9", null])("impossible counts are refused: %s", async (value) => {
  const lines = (await filled()).slice(0, -1);
  const index = lines.findIndex((line) => /"\w*[tT]rials":/.test(line));
  const name = /"(\w*[tT]rials)":/.exec(lines[index] ?? "")?.[1] ?? "";
  const mutated = lines.map((line, number) => (number === index ? changed(line, ["fields", name], value) : line));
  expect((await errorOf(() => verifyExport(sealed(mutated)))).code).toBe("DATA_FORMAT");
});

it.each([undefined, null, "a text", 5, {}, [], new Map()])("a source that is none is named: %s", async (source) => {
  expect((await errorOf(() => verifyExport(source as never))).code).toBe("INVALID_ARGUMENT");
  const store = await openTestStore("memory");
  expect((await errorOf(() => importStore(store, source as never))).code).toBe("INVALID_ARGUMENT");
  expect(await store.shards.length).toBe(1);
});
