import { expect, it } from "vitest";
import { bloomPositions } from "../../src/maths/sketches/bloom.js";
import { keyField } from "../../src/model/fields.js";
import { Repository } from "../../src/models.js";
import { existenceFilter } from "../../src/primitives/existence-filter.js";
import { defineModel } from "../../src/repository/define-model.js";
import { atomically, describeOnEveryEngine, openTestStore } from "../support/stores/stores.js";

const Page = defineModel("Page", {
  identity: ["id"],
  fields: { id: keyField(), seen: existenceFilter({ capacity: 100_000 }) },
});
const { bits, hashes } = Page.fields.seen;

function names(from: number, to: number): readonly string[] {
  return Array.from({ length: to - from }, (_, index) => `page-${from + index}`);
}

describeOnEveryEngine("an existence filter with few items", (engine) => {
  it("answers as one with many, before and after its items are turned into bits", async () => {
    const store = await openTestStore(engine);
    const pages = new Repository(store, Page);
    const filter = pages.filter("seen");
    const setBits = () => atomically(store, (keyspace) => keyspace.countBits("filter\tPage\tseen\t"));
    let saved = 0;
    for (const [count, takesBits] of [
      [1, false],
      [256, false],
      [257, true],
      [400, true],
    ] as const) {
      await pages.saveMany(names(saved, count).map((id) => ({ id })));
      await pages.saveMany([{ id: "page-0" }]); // a repeat adds nothing
      saved = count;
      const ones = new Set(names(0, saved).flatMap((name) => [...bloomPositions(name, bits, hashes)])).size;
      expect(await filter.fillRatio()).toBe(ones / bits);
      expect(await setBits()).toBe(takesBits ? ones : 0);
      expect(await filter.mightExistCount(names(0, saved))).toBe(saved);
      expect(await filter.mightExistCount(names(saved, saved + 200))).toBe(0);
    }
    for (const id of names(10, 400)) await pages.delete({ id });
    expect(await filter.rebuild()).toBe(10);
    expect(await setBits()).toBe(0);
    expect(await filter.mightExistCount(names(0, 400))).toBe(10);
  });
});
