import { exportStore } from "../../../src/migration/export-store.js";
import type { Store } from "../../../src/store/store.js";

type Line = Readonly<Record<string, unknown>>;

/** Everything in a store, each part under a name that it has on every engine. */
export async function storedContent(store: Store): Promise<Readonly<Record<string, unknown>>> {
  let text = "";
  for await (const lines of exportStore(store)) text += lines;
  const content: Record<string, unknown> = {};
  for (const line of text.trimEnd().split("\n").slice(1, -1)) {
    const { kind, shard, key, stream, id, member, positions, ...rest } = JSON.parse(line) as Line;
    const name = [kind, shard, key ?? stream, id ?? member].join(" ");
    // Engines page bit arrays differently.
    if (Array.isArray(positions)) for (const position of positions) content[`${name} ${position}`] = 1;
    else content[name] = rest;
  }
  return Object.fromEntries(Object.entries(content).sort(([left], [right]) => (left < right ? -1 : 1)));
}
