import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { importStore, verifyExport } from "../../src/migration/import-store.js";
import { restoreItems } from "../../src/operations/records/restore.js";
import { STORAGE_KEYS } from "../../src/store/storage-keys.js";
import { ManualClock } from "../../src/testing/manual-clock.js";
import { describeOnEveryEngine, openTestStore } from "../support/stores/stores.js";
import { linesOf } from "./export-content.js";
import { fillStore, RICH_DEFAULTS } from "./rich-store.js";

const STRUCTURES = { record: "records", score: "index", member: "set", bits: "bits", counter: "counter" } as const;
const UNKNOWN = { keys: { place: "tomorrow\tNote\tagent-1" }, kind: "member", member: "a" } as const;

/** What the registry says a rich store holds: all but what is there for a moment, or is no structure of an operation. */
function registered() {
  const { import: _mark, deliveries: _deliveries, ...others } = STORAGE_KEYS;
  const kinds = Object.entries(others).map(([kind, { structure }]) => `${kind}: ${structure}`);
  return [...kinds, "topic: records"].sort(); // the group of a model
}

describeOnEveryEngine("every key that a rich store holds", (engine) => {
  it("is of a registered kind and structure, and every kind is there", async () => {
    const clock = new ManualClock(1_715_860_800);
    const store = await openTestStore(engine, { clock: clock.read, defaults: RICH_DEFAULTS });
    await fillStore(store, clock);
    const found = new Set<string>();
    for (const line of await linesOf(store)) {
      const { kind, key } = JSON.parse(line) as { readonly kind: keyof typeof STRUCTURES; readonly key?: string };
      if (key !== undefined) found.add(`${key.split("\t")[0]}: ${STRUCTURES[kind]}`);
    }
    expect([...found].sort()).toEqual(registered());
  });
});

describeOnEveryEngine("a kind of key that this release does not know", (engine) => {
  const refusal = { code: "DATA_FORMAT", message: expect.stringMatching(/the kind "tomorrow".* Use the release/) };

  it("is not exported", async () => {
    const store = await openTestStore(engine);
    await store.run(restoreItems, { items: [{ ...UNKNOWN, fields: {}, value: 0, positions: [] }] }, 0);
    await expect(linesOf(store)).rejects.toMatchObject(refusal);
  });

  it("is not imported", async () => {
    const header = { kind: "header", format: "policycache-export", version: 1, shards: 1, exportedAtSeconds: 0 };
    const item = { kind: UNKNOWN.kind, shard: 0, key: UNKNOWN.keys.place, member: UNKNOWN.member };
    const lines = [header, item].map((line) => `${JSON.stringify(line)}\n`).join("");
    const sha256 = createHash("sha256").update(lines).digest("hex");
    const text = `${lines}${JSON.stringify({ kind: "end", lines: 2, sha256 })}\n`;
    await expect(verifyExport(textSource(text))).rejects.toMatchObject(refusal);
    await expect(importStore(await openTestStore(engine), textSource(text))).rejects.toMatchObject(refusal);
  });
});

async function* textSource(text: string) {
  yield text;
}
