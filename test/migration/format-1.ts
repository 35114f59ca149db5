import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createClient } from "@redis/client";
import { importStore } from "../../src/migration/import-store.js";
import { openStore } from "../../src/store/store.js";
import { openSqlite } from "../support/stores/sqlite-database.js";

// `format-1/` holds exports that the last release of format 1 wrote.

/** The lines of an export of format 1. */
export function formerExport(name: "events" | "episodes"): readonly string[] {
  const file = fileURLToPath(new URL(`format-1/${name}.jsonl`, import.meta.url));
  return readFileSync(file, "utf8").trimEnd().split("\n");
}

/** The same with as many more agents that did what agent-1 did. */
export function withMoreAgents(lines: readonly string[], more: number): readonly string[] {
  const content = lines.slice(1, -1);
  const own = content.filter((line) => line.includes("agent-1") && !line.startsWith('{"kind":"entry"'));
  const copies = Array.from({ length: more }, (_, index) =>
    own.map((line) => line.replaceAll("agent-1", `copy-${index}`)),
  );
  const [streams, items] = [content.filter(isOfStream), content.filter((line) => !isOfStream(line))];
  const ofStreams = copies.flat().filter(isOfStream);
  const others = copies.flat().filter((line) => !isOfStream(line));
  return sealed([lines[0] ?? "", ...items, ...others, ...streams.concat(ofStreams)]);
}

function isOfStream(line: string): boolean {
  return line.startsWith('{"kind":"stream"') || line.startsWith('{"kind":"entry"');
}

function sealed(lines: readonly string[]): readonly string[] {
  const hash = createHash("sha256");
  for (const line of lines) hash.update(`${line}\n`);
  return [...lines, JSON.stringify({ kind: "end", lines: lines.length, sha256: hash.digest("hex") })];
}

export async function* asSource(lines: readonly string[]): AsyncGenerator<string> {
  yield `${lines.join("\n")}\n`;
}

/** Makes a store of format 1: what such an export holds is put into a new store as it is, which then says it is one. */
export async function makeFormerStore(location: string, lines: readonly string[]): Promise<void> {
  const [header = "{}", ...rest] = lines.slice(0, -1);
  const unconverted = sealed([JSON.stringify({ ...JSON.parse(header), version: 2 }), ...rest]);
  const store = await openStore(location);
  await importStore(store, asSource(unconverted));
  await store.close();
  if (!location.startsWith("redis:")) {
    const database = openSqlite(location);
    database.exec("PRAGMA user_version = 1");
    database.close();
    return;
  }
  const client = createClient({ url: location });
  await client.connect();
  await client.set("{policycache}:store", JSON.stringify({ format: 1, shards: 1 }));
  client.destroy();
}
