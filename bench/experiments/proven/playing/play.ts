import { setImmediate as nextTurn } from "node:timers/promises";
import { library, seededRandom } from "../../../harness/library.js";
import { Life, type LifeRecord } from "./life.js";
import { defaultsFor, type Setting } from "./setting.js";
import { makeWorld, type WorldKind } from "./worlds.js";

/** Some of the worlds of a setting, each by itself: they are the same however they are divided among processes. */
export interface Worlds {
  readonly setting: Setting;
  readonly seed: number;
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
}

/** Many states of one agent, which come by like words in a text: the n-th most frequent one 1/n times as often. */
export interface Town {
  /** `decisions` in all. */
  readonly setting: Setting;
  /** What the states are like, in turns. */
  readonly kinds: readonly WorldKind[];
  readonly states: number;
  readonly seed: number;
}

export async function playWorlds({ setting, seed, from, to }: Worlds): Promise<readonly LifeRecord[]> {
  const records: LifeRecord[] = [];
  await withCache(setting, async (openLife) => {
    for (let number = from; number < to; number += 1) {
      const { life, takeTurn } = openLife(number, setting.world, seedOf(seed, number));
      for (let decision = 0; decision < setting.decisions && !life.isOver; decision += 1) await takeTurn();
      records.push(life.record);
      await nextTurn(); // to hear that the run was interrupted
    }
  });
  return records;
}

/** @returns a record of each state */
export async function playTown({ setting, kinds, states, seed }: Town): Promise<readonly LifeRecord[]> {
  const random = seededRandom(seedOf(seed, -1));
  const upTo: number[] = [];
  for (let state = 0; state < states; state += 1) upTo.push((upTo[state - 1] ?? 0) + 1 / (state + 1));
  const all = upTo[states - 1] ?? 0;
  return withCache(setting, async (openLife) => {
    const lives = upTo.map((_, state) => {
      return openLife(state, kinds[state % kinds.length] ?? setting.world, seedOf(seed, state));
    });
    for (let decision = 0; decision < setting.decisions; decision += 1) {
      const place = random() * all;
      await lives[firstAbove(upTo, place)]?.takeTurn();
      if (decision % 1000 === 0) await nextTurn();
    }
    return lives.map(({ life }) => life.record);
  });
}

interface OpenedLife {
  readonly life: Life;
  readonly takeTurn: () => Promise<void>;
}

type OpenLife = (number: number, world: WorldKind, seed: number) => OpenedLife;

/** A coin of the cache for each world, which knows nothing of what the world will do. */
async function withCache<Result>(setting: Setting, play: (openLife: OpenLife) => Promise<Result>): Promise<Result> {
  let coin = seededRandom(0);
  const store = await library.openStore("memory:", { defaults: defaultsFor(setting), random: () => coin() });
  const cache = await library.PolicyCache.open(store, { workers: "inline" });
  try {
    return await play((number, world, seed) => {
      const own = seededRandom(seedOf(seed, 1));
      const life = new Life(cache, number, makeWorld(world, seed), setting);
      const takeTurn = () => {
        coin = own;
        return life.step();
      };
      return { life, takeTurn };
    });
  } finally {
    await cache.close();
    await store.close();
  }
}

/** Far from those of the worlds beside it. */
function seedOf(seed: number, number: number): number {
  return Math.floor(seededRandom(Math.imul(seed, 1_000_003) + number)() * 2 ** 32);
}

function firstAbove(ascending: readonly number[], value: number): number {
  let low = 0;
  let high = ascending.length - 1;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if ((ascending[middle] ?? 0) > value) high = middle;
    else low = middle + 1;
  }
  return low;
}
