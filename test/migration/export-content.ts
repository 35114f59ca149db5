import { exportStore } from "../../src/migration/export-store.js";
import type { Store } from "../../src/store/store.js";

export async function linesOf(store: Store): Promise<string[]> {
  let text = "";
  for await (const lines of exportStore(store)) text += lines;
  return text.trimEnd().split("\n");
}

/** What an export says besides when and in which order; engines page bit arrays differently, and name fields in turns. */
export function contentOf(lines: readonly string[]): readonly string[] {
  return lines
    .slice(1, -1)
    .flatMap((line) => {
      const { positions, ...rest } = JSON.parse(line) as { positions?: readonly number[] };
      return positions === undefined ? [rest] : positions.map((position) => ({ ...rest, position }));
    })
    .map((item) => JSON.stringify(inOrder(item)))
    .sort();
}

/** A value whose objects name their fields in alphabetical order. */
function inOrder(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(inOrder);
  const names = Object.keys(value).sort();
  return Object.fromEntries(names.map((name) => [name, inOrder(Reflect.get(value, name))]));
}
