import { expect, it } from "vitest";
import { GROUP_KEYS, type KeyDefinition, STORAGE_KEYS } from "../../../src/store/storage-keys.js";
import { readPage } from "../code-blocks.js";

/** The table of docs/how-it-works.md, from the registry. */
function rows(): readonly string[] {
  const kinds = [...Object.entries<KeyDefinition>(STORAGE_KEYS), ["*group*", GROUP_KEYS] as const];
  return kinds.map(([kind, { parts, structure, holds }]) => {
    const name = kind.startsWith("*") ? kind : `\`${kind}\``;
    return `| ${[name, ...parts].join(" ")} | ${structure} | ${holds} |`;
  });
}

it("docs/how-it-works.md lists every kind of key there is, as the registry has it", () => {
  const lines = readPage("docs/how-it-works.md").split("\n");
  const start = lines.indexOf("| key | structure | content |");
  const table = lines.slice(start + 2, lines.indexOf("", start));
  expect(table).toEqual(rows());
});
