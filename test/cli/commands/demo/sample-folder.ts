import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { randomInteger, seededRandom } from "../../../support/seeded-random.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";

/** How many files of each sort {@link sampleFolder} writes. */
export interface SampleFiles {
  /** JSON of repeated records: every codec halves it. */
  readonly json?: number;
  /** Prose of made-up words: only strong codecs come below 45 %. */
  readonly text?: number;
  /** Random bytes: no codec makes them smaller. */
  readonly noise?: number;
}

/** A folder of different files of 1 to 4 KiB, the same in every run, removed after the test. */
export function sampleFolder({ json = 0, text = 0, noise = 0 }: SampleFiles): string {
  const folder = temporaryFolder();
  const random = seededRandom(7);
  mkdirSync(join(folder, "nested", "deeper"), { recursive: true });
  for (let index = 0; index < json; index += 1) {
    writeFileSync(join(folder, `${index}.json`), records(random));
  }
  for (let index = 0; index < text; index += 1) {
    writeFileSync(join(folder, "nested", `${index}.md`), prose(random));
  }
  for (let index = 0; index < noise; index += 1) {
    writeFileSync(join(folder, "nested", "deeper", `${index}.png`), bytes(random));
  }
  return folder;
}

function records(random: () => number): string {
  const list = Array.from({ length: 40 }, (_, index) => ({
    index,
    name: "record",
    value: randomInteger(random, 0, 9),
  }));
  return JSON.stringify(list);
}

function prose(random: () => number): string {
  const word = () => String.fromCharCode(...Array.from({ length: 4 }, () => randomInteger(random, 97, 122)));
  const vocabulary = Array.from({ length: 200 }, word);
  return Array.from({ length: 500 }, () => vocabulary[randomInteger(random, 0, 199)]).join(" ");
}

function bytes(random: () => number): Buffer {
  return Buffer.from(Array.from({ length: 2000 }, () => randomInteger(random, 0, 255)));
}
