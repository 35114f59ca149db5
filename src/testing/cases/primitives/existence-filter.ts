import assert from "node:assert/strict";
import { seededRandom } from "../../../maths/learning/seeded-random.js";
import { bloomPositions, bloomSize, fnv1a32 } from "../../../maths/sketches/bloom.js";
import { sketchColumns } from "../../../maths/sketches/count-min.js";
import { tokenize } from "../../../maths/sketches/text-tokens.js";
import { keyField, textField } from "../../../model/fields.js";
import { type ExistenceFilterOptions, existenceFilter } from "../../../primitives/existence-filter.js";
import { frequencySketch } from "../../../primitives/frequency-sketch.js";
import { defineModel } from "../../../repository/define-model.js";
import { Repository } from "../../../repository/repository.js";
import { assertWithin, throwsConfiguration, untyped } from "../../assertions.js";
import { type ConformanceContext, section } from "../../conformance-case.js";

async function openNotes(context: ConformanceContext, options: ExistenceFilterOptions = {}) {
  const model = defineModel("Note", {
    identity: ["id"],
    fields: {
      id: keyField(),
      text: textField({ default: "" }),
      seen: existenceFilter(options),
      words: frequencySketch({ fingerprint: ({ text }) => String(text) }),
    },
  });
  return new Repository(await context.openStore(), model);
}

/** A filter without an engine: one byte per bit. */
class PlainFilter {
  readonly #bits: Uint8Array;
  readonly #hashes: number;

  constructor(errorRate: number, capacity: number) {
    const { bits, hashes } = bloomSize(errorRate, capacity);
    this.#bits = new Uint8Array(bits);
    this.#hashes = hashes;
  }

  add(item: string): void {
    for (const position of this.#positions(item)) this.#bits[position] = 1;
  }

  mightExist(item: string): boolean {
    return this.#positions(item).every((position) => this.#bits[position] === 1);
  }

  get fill(): number {
    return this.#bits.reduce((sum, bit) => sum + bit, 0) / this.#bits.length;
  }

  #positions(item: string): readonly number[] {
    return bloomPositions(item, this.#bits.length, this.#hashes);
  }
}

/** Distinct texts of 16 hexadecimal characters. */
function hexItems(count: number, seed: number): readonly string[] {
  const random = seededRandom(seed);
  const word = () => Math.floor(random() * 2 ** 32);
  const items = new Set<string>();
  while (items.size < count) {
    items.add(word().toString(16).padStart(8, "0") + word().toString(16).padStart(8, "0"));
  }
  return [...items];
}

function sequentialItems(from: number, to: number): readonly string[] {
  return Array.from({ length: to - from }, (_, index) => `policy-entry-${from + index}`);
}

function share(items: readonly string[], accepts: (item: string) => boolean): number {
  return items.filter(accepts).length / items.length;
}

export const existenceFilterCases = section("Existence filter and sketch", {
  C66: [
    "Sizes follow from error rate and capacity",
    () => {
      for (const [errorRate, capacity, bits, hashes] of [
        [0.01, 100_000, 958_506, 7],
        [0.1, 1_000, 4_793, 3],
        [0.05, 10_000, 62_353, 4],
        [0.001, 100_000, 1_437_759, 10],
      ] as const) {
        assert.deepEqual(bloomSize(errorRate, capacity), { bits, hashes });
        const declared = existenceFilter({ errorRate, capacity });
        assert.deepEqual({ bits: declared.bits, hashes: declared.hashes }, { bits, hashes });
      }
      for (const errorRate of [0, 1, -0.1, Number.NaN, "0.01"]) {
        throwsConfiguration(() => existenceFilter({ errorRate: untyped(errorRate) }));
      }
      for (const capacity of [0, -1, 1.5]) throwsConfiguration(() => existenceFilter({ capacity }));
    },
  ],
  C67: [
    "The hash is FNV-1a with 32 bits",
    () => {
      const hash = (text: string) => fnv1a32(new TextEncoder().encode(text));
      assert.equal(hash(""), 2_166_136_261);
      assert.equal(hash("a"), 0xe40c292c);
      assert.equal(hash("foobar"), 0xbf9cf968);
    },
  ],
  C68: [
    "Positions follow from two hashes of the item",
    () => {
      const positions = (item: string) => bloomPositions(item, 958_506, 7);
      assert.deepEqual(positions("kubernetes"), [404057, 268507, 132957, 955913, 820363, 684813, 549263]);
      assert.deepEqual(positions("a"), [604774, 255034, 863800, 514060, 164320, 773086, 423346]);
      assert.deepEqual(positions(""), [871207, 786168, 701129, 616090, 531051, 446012, 360973]);
    },
  ],
  C69: [
    "A filter never denies what was added, and forgets what was deleted only when it is rebuilt",
    async (context) => {
      const notes = await openNotes(context);
      const filter = notes.filter("seen");
      assert.equal(await filter.definitelyMissing("a"), true);
      assert.equal(await filter.fillRatio(), 0);
      await notes.create({ id: "a" });
      await notes.create({ id: "b" });
      assert.equal(await filter.definitelyMissing("a"), false);
      await notes.delete({ id: "a" });
      assert.equal(await filter.definitelyMissing("a"), false);
      assert.equal(await filter.rebuild(), 1);
      assert.equal(await filter.definitelyMissing("a"), true);
      assert.deepEqual(await filter.mightExistBatch(["b", "a"]), [true, false]);
      assert.equal(await filter.mightExistCount(["b", "a"]), 1);

      const plain = new PlainFilter(0.01, 100_000);
      const items = hexItems(100_000, 1);
      for (const item of items) plain.add(item);
      assert.equal(
        share(items, (item) => plain.mightExist(item)),
        1,
      );
    },
  ],
  C70: [
    "At capacity a filter keeps its error rate, also for identifiers in a row",
    async (context) => {
      const plain = new PlainFilter(0.01, 100_000);
      const items = hexItems(150_000, 2);
      for (const item of items.slice(0, 100_000)) plain.add(item);
      assertWithin(plain.fill, 0.518, 0.005, "the fill");
      assert.ok(share(items.slice(100_000), (item) => plain.mightExist(item)) <= 0.015);
      const row = new PlainFilter(0.01, 100_000);
      for (const item of sequentialItems(0, 10_000)) row.add(item);
      assert.ok(share(sequentialItems(10_000, 20_000), (item) => row.mightExist(item)) <= 0.001);

      // The engine's own bits at a size that does not take minutes: the arithmetic is the same.
      const notes = await openNotes(context, { capacity: 1_000 });
      const [added, fresh] = [items.slice(0, 1_000), items.slice(1_000, 3_000)];
      for (const id of added) await notes.create({ id });
      const filter = notes.filter("seen");
      assertWithin(await filter.fillRatio(), 0.518, 0.01, "the fill of the engine's filter");
      assert.equal(await filter.mightExistCount(added), added.length);
      assert.ok((await filter.mightExistCount(fresh)) / fresh.length <= 0.015);
    },
  ],
  C71: [
    "A sketch counts every save of a word, in the columns of its hashes",
    async (context) => {
      assert.deepEqual(sketchColumns("kubernetes", 2003, 7), [822, 1752, 647, 859, 1119, 1641, 422]);
      assert.deepEqual(sketchColumns("testing", 2003, 7), [1394, 1544, 1527, 1596, 763, 1901, 344]);
      const notes = await openNotes(context);
      const sketch = notes.sketch("words");
      assert.equal(await sketch.estimate("kubernetes"), 0);
      for (let count = 1; count <= 5; count += 1) {
        await notes.save({ id: `note ${count}`, text: count === 1 ? "kubernetes testing" : "Kubernetes" });
      }
      assert.equal(await sketch.estimate("kubernetes"), 5);
      assert.equal(await sketch.estimate("kubernetes testing"), 1);
      await notes.delete({ id: "note 1" });
      assert.equal(await sketch.estimate("testing"), 1);
      for (const depth of [0, 8]) throwsConfiguration(() => frequencySketch({ depth }));
      throwsConfiguration(() => frequencySketch({ width: 0 }));
    },
  ],
  C72: [
    "Texts are cut into words of three characters or more, without stop words and repeats",
    () => {
      assert.deepEqual(tokenize("Kubernetes Deployment Guide"), ["kubernetes", "deployment", "guide"]);
      assert.deepEqual(tokenize("redis-cache:primary"), ["redis", "cache", "primary"]);
      assert.deepEqual(tokenize("a is to go run"), ["run"]);
      assert.deepEqual(tokenize("the and for with"), []);
      assert.deepEqual(tokenize("test test test again"), ["test", "again"]);
    },
  ],
  C73: [
    "In exact mode a text is one item; in text mode any of its words is",
    async (context) => {
      const fingerprint: ExistenceFilterOptions["fingerprint"] = ({ text }) => String(text);
      const exact = await openNotes(context, { fingerprint, mode: "exact" });
      await exact.create({ id: "1", text: "agent-1|fp1|deploy" });
      assert.equal(await exact.filter("seen").definitelyMissing("agent-1|fp2|deploy"), true);
      assert.equal(await exact.filter("seen").mightExist("agent-1|fp1|deploy"), true);
      const text = await openNotes(context, { fingerprint, mode: "text" });
      await text.create({ id: "1", text: "agent-1|fp1|deploy" });
      assert.equal(await text.filter("seen").mightExist("agent-1|fp2|deploy"), true);
      assert.equal(await text.filter("seen").definitelyMissing("something else entirely"), true);
      await text.create({ id: "2", text: "The AND" });
      assert.equal(await text.filter("seen").mightExist("the and"), true);
    },
  ],
});
