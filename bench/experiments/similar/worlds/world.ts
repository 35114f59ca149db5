import type { JsonObject } from "../../../../src/maths/json/json-value.js";
import { seededRandom } from "../../../../src/maths/learning/seeded-random.js";

/** What makes states resemble each other, or only seem to. */
export const WORLD_KINDS = ["smooth", "rough", "Simpson", "independent", "drift", "hidden"] as const;
export type WorldKind = (typeof WORLD_KINDS)[number];

/** What the agent does in one situation, and how well each action does. */
export interface Situation {
  readonly state: JsonObject;
  /** Actions that the agent may take, with the chances that it does. */
  readonly habits: readonly number[];
  /** Chance of each action to go well, given what only the agent sees. */
  readonly chances: readonly number[];
  /** Chance of each action to go well in all situations of this state. */
  readonly whenTaken: readonly number[];
  /** Chance of each action that the agent takes it in a situation of this state. */
  readonly whenAsked: readonly number[];
}

export const ACTIONS = ["a0", "a1", "a2", "a3"] as const;
const FEATURES = 6;
const VALUES = 4;
/** Values are met as often as 1, 1/4, 1/9, 1/16: some states come often, most hardly ever. */
const WEIGHTS = Array.from({ length: VALUES }, (_, value) => 1 / (value + 1) ** 2);
const WEIGHT_SUM = WEIGHTS.reduce((sum, weight) => sum + weight, 0);

const WRONG_ACTION_CHANCE = 0.3;
/** States of a rough world that are unlike those that resemble them. */
const ROUGH_SHARE = 0.15;
/** Where the second half of a drifting world differs. */
const DRIFTED_SHARE = 0.5;

interface Rule {
  readonly action: number;
  /** How often the agent takes it. */
  readonly habit: number;
  readonly chance: number;
}

/**
 * A world of six features with four values each. The first two decide what is right, unless the kind says otherwise:
 *
 * - rough: in some states something else is right;
 * - Simpson: the sixth feature, which is rarely other than 0, turns what is right;
 * - independent: one action is right everywhere;
 * - drift: after half of the time something else is right in half of all cells;
 * - hidden: the agent sees a coin that the state lacks, and the coin decides.
 */
export class World {
  readonly #kind: WorldKind;
  readonly #random: () => number;
  readonly #seed: number;
  readonly #rules = new Map<string, Rule>();
  readonly #situations = new Map<string, Situation>();

  constructor(kind: WorldKind, seed: number) {
    this.#kind = kind;
    this.#seed = seed;
    this.#random = seededRandom(seed);
  }

  /** @param progress - share of the time that has gone by */
  next(progress: number): Situation {
    const values = Array.from({ length: FEATURES }, () => drawn(WEIGHTS, this.#random() * WEIGHT_SUM));
    const era = this.#kind === "drift" && progress >= 0.5 ? 1 : 0;
    const coin = this.#kind === "hidden" && this.#random() < 0.5 ? 1 : 0;
    const key = `${era} ${coin} ${values.join("")}`;
    const situation = this.#situations.get(key) ?? this.#situation(values, era, coin);
    this.#situations.set(key, situation);
    return situation;
  }

  /** The action that the agent takes. */
  choose({ habits }: Situation): number {
    return drawn(habits, this.#random());
  }

  succeeds({ chances }: Situation, action: number): boolean {
    return this.#random() < (chances[action] ?? 0);
  }

  /** A number from 0 to below 1. */
  toss(): number {
    return this.#random();
  }

  #situation(values: readonly number[], era: number, coin: number): Situation {
    const seen = this.#outlook(values, era, coin);
    const other = this.#kind === "hidden" ? this.#outlook(values, era, 1 - coin) : seen;
    const half = (one: readonly number[], two: readonly number[]) =>
      one.map((value, at) => (value + (two[at] ?? 0)) / 2);
    return {
      state: Object.fromEntries(values.map((value, feature) => [`f${feature}`, value])),
      ...seen,
      whenTaken: half(seen.chances, other.chances),
      whenAsked: half(seen.habits, other.habits),
    };
  }

  #outlook(values: readonly number[], era: number, coin: number): Pick<Situation, "habits" | "chances"> {
    const { action, habit, chance } = this.#ruleOf(values, era, coin);
    const others = (1 - habit) / (ACTIONS.length - 1);
    return {
      habits: ACTIONS.map((_, index) => (index === action ? habit : others)),
      chances: ACTIONS.map((_, index) => (index === action ? chance : WRONG_ACTION_CHANCE)),
    };
  }

  #ruleOf(values: readonly number[], era: number, coin: number): Rule {
    const [first = 0, second = 0] = values;
    const exact = values.join("");
    const cell = this.#kind === "independent" ? "all" : `${first}${second}`;
    const rule = this.#named(cell);
    if (this.#kind === "rough" && this.#chanceOf(`rough ${exact}`) < ROUGH_SHARE) return this.#named(`exact ${exact}`);
    if (this.#kind === "Simpson" && (values[FEATURES - 1] ?? 0) >= 2) return this.#named(`turned ${cell}`);
    if (era === 1 && this.#chanceOf(`era ${cell}`) < DRIFTED_SHARE) return this.#named(`late ${cell}`);
    return coin === 1 ? { ...rule, action: (rule.action + 1) % ACTIONS.length } : rule;
  }

  /** The rule of a name, which is always the same in this world. */
  #named(name: string): Rule {
    const known = this.#rules.get(name);
    if (known !== undefined) return known;
    const rule = {
      action: Math.floor(this.#chanceOf(`action ${name}`) * ACTIONS.length),
      habit: 0.8 + 0.2 * this.#chanceOf(`habit ${name}`),
      chance: 0.85 + 0.15 * this.#chanceOf(`chance ${name}`),
    };
    this.#rules.set(name, rule);
    return rule;
  }

  /** A number from 0 to below 1 that follows from a name. */
  #chanceOf(name: string): number {
    let hash = this.#seed;
    for (const character of name) hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193) >>> 0;
    return seededRandom(hash)();
  }
}

function drawn(weights: readonly number[], point: number): number {
  let passed = 0;
  for (const [index, weight] of weights.entries()) {
    passed += weight;
    if (point < passed) return index;
  }
  return weights.length - 1;
}
