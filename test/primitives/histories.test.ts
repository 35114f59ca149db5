/**
 * Random histories of all operations of all primitives, on two agents, lived through by a memory and a SQLite store:
 * after every step both must have given the same, and must hold the same.
 *
 * A failure prints its seed, the path of the shortened history, and the history itself. To live through it again:
 *
 *     FC_SEED=1234 FC_PATH=56:0:1 npx vitest run test/primitives/histories.test.ts
 *
 * FC_RUNS sets how many histories are tried.
 */
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import Database from "libsql";
import { expect, it } from "vitest";
import { PolicyCacheError } from "../../src/index.js";
import { seededRandom } from "../../src/maths/learning/seeded-random.js";
import { openStore, Repository } from "../../src/models.js";
import { ManualClock } from "../../src/testing/manual-clock.js";
import { FaultInjector } from "../support/faults.js";
import { Lesson } from "../support/lesson.js";
import { dumpKeys, keysInTables } from "../support/stores/dump-store.js";
import { atomically } from "../support/stores/stores.js";
import { STRUCTURES, type TouchedKeys } from "../support/stores/wrapped-keyspace.js";
import { history, type Step, type World } from "./history-steps.js";

const RUNS = 50;

async function live(steps: readonly Step[]): Promise<void> {
  const database = new Database(":memory:");
  const clocks = [new ManualClock(1_715_860_800), new ManualClock(1_715_860_800)] as const;
  const stores = [
    await openStore("memory:", { clock: clocks[0].read, random: seededRandom(1) }),
    await openStore("ours.db", { clock: clocks[1].read, random: seededRandom(1), database }),
  ] as const;
  const inMemory = new FaultInjector(stores[0]); // notes the keys that were used
  const worlds = stores.map((store, index): World => {
    return { lessons: new Repository(store, Lesson), clock: clocks[index] as ManualClock, predictionIds: [] };
  }) as [World, World];
  try {
    for (const [index, step] of steps.entries()) {
      const results = [await resultOf(step, worlds[0]), await resultOf(step, worlds[1])];
      expect(results[1], `what step ${index} gave on SQLite, against memory`).toEqual(results[0]);
      const keys = union(inMemory.touched, keysInTables(database));
      const states = [];
      for (const world of worlds) {
        const dump = await atomically(world.lessons.store, (keyspace) => dumpKeys(keyspace, keys));
        states.push(comparable(dump, world));
      }
      if (isDeepStrictEqual(states[1], states[0])) continue; // many times as fast as an expectation
      expect(states[1], `what SQLite holds after step ${index}, against memory`).toEqual(states[0]);
      throw new Error(`The states differ after step ${index}.`);
    }
  } finally {
    for (const store of stores) await store.close();
    database.close();
  }
}

/** What a step gives, or how it fails: by an error of ours, or not at all. */
async function resultOf(step: Step, world: World): Promise<unknown> {
  try {
    return comparable(await step.take(world), world);
  } catch (error) {
    if (!PolicyCacheError.isInstance(error)) throw error;
    return { code: error.code, message: error.message };
  }
}

/** A copy without what may differ: random ids become their number. A negative zero counts as zero, as in JSON. */
function comparable(value: unknown, { predictionIds }: World): unknown {
  if (typeof value === "string") return predictionIds.includes(value) ? predictionIds.indexOf(value) : value;
  if (value === 0) return 0;
  if (Array.isArray(value)) return value.map((item) => comparable(item, { predictionIds } as World));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [name, comparable(part, { predictionIds } as World)]),
  );
}

function union(left: TouchedKeys, right: TouchedKeys): TouchedKeys {
  return new Map(
    STRUCTURES.map((structure) => [
      structure,
      new Set([...(left.get(structure) ?? []), ...(right.get(structure) ?? [])]),
    ]),
  );
}

it("any history gives the same and leaves the same on memory and on SQLite", async () => {
  const { FC_SEED: seed, FC_PATH: path, FC_RUNS: runs } = process.env;
  const details = await fc.check(fc.asyncProperty(history, live), {
    numRuns: Number(runs ?? RUNS),
    ...(seed === undefined ? {} : { seed: Number(seed) }),
    ...(path === undefined ? {} : { path, endOnFailure: true }),
  });
  if (!details.failed) return;
  const replay = `FC_SEED=${details.seed} FC_PATH=${details.counterexamplePath} npx vitest run test/primitives/histories`;
  throw new Error(`${fc.defaultReportMessage(details)}\n\nReplay: ${replay}`, { cause: details.errorInstance });
}, 600_000);
