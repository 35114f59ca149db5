import { seededRandom } from "../../../harness/library.js";

/** One opportunity in a state. */
export interface Moment {
  /** What the agent does when it decides for itself. */
  readonly choice: string;
  /** Whether an action would succeed now. */
  readonly succeeds: (action: string) => boolean;
}

/** A state with known truth. */
export interface World {
  /** The chance that an action succeeds when it is taken in this state, whatever else is the case. */
  readonly rateOf: (action: string) => number;
  /** @param served - decisions that the cache has served here */
  readonly next: (served: number) => Moment;
}

/** What a world is like; drawn anew for each world where there is something to draw. */
export type WorldKind =
  /** A coin that only the agent sees says which of two actions is right. */
  | { readonly name: "hidden coin" }
  /** The two actions are right in turns, and the agent knows. */
  | { readonly name: "alternating" }
  /**
   * Two hidden contexts; the share of the first is uniform. Each of two actions succeeds in each context at a rate uniform
   * from 0.9 to 1, or, one time in four, from 0 to 1. The agent does what is best in the context where it sees it, otherwise
   * what is best on the whole.
   */
  | { readonly name: "contexts"; readonly seen: number }
  /** The agent does one action so often, otherwise another; both succeed at the same rate, whatever the rest. */
  | { readonly name: "steady"; readonly rate: number; readonly share: number }
  /** Three actions with rates uniform from 1 - 3 budgets to 1; the agent chooses at random. */
  | { readonly name: "aimless"; readonly budget: number }
  /** One action, whose failure rate is another one after so many served decisions. */
  | { readonly name: "turning"; readonly before: number; readonly after: number; readonly served: number };

const [A, B, C] = ["a", "b", "c"];

/** @param seed - two worlds of one seed live through the same */
export function makeWorld(kind: WorldKind, seed: number): World {
  const random = seededRandom(seed);
  if (kind.name === "hidden coin") return oneIsRight(() => random() < 0.5);
  if (kind.name === "alternating") {
    let turn = 0;
    return oneIsRight(() => turn++ % 2 === 0);
  }
  if (kind.name === "contexts") return contexts(kind.seen, random);
  if (kind.name === "aimless") return aimless(kind.budget, random);
  if (kind.name === "steady") {
    const { rate, share } = kind;
    return {
      rateOf: () => rate,
      next: () => ({ choice: random() < share ? A : B, succeeds: independently(() => rate, random) }),
    };
  }
  const { before, after, served: turn } = kind;
  return {
    rateOf: () => 1 - before,
    next: (served) => ({ choice: A, succeeds: independently(() => 1 - (served < turn ? before : after), random) }),
  };
}

function oneIsRight(isFirst: () => boolean): World {
  return {
    rateOf: () => 0.5,
    next: () => {
      const right = isFirst() ? A : B;
      return { choice: right, succeeds: (action) => action === right };
    },
  };
}

function contexts(seen: number, random: () => number): World {
  const share = random();
  const drawRate = () => (random() < 0.25 ? random() : 0.9 + 0.1 * random());
  const rates = new Map([A, B].map((action) => [action, [drawRate(), drawRate()] as const]));
  const rateIn = (first: boolean) => (action: string) => rates.get(action)?.[first ? 0 : 1] ?? 0;
  const rateOf = (action: string) => share * rateIn(true)(action) + (1 - share) * rateIn(false)(action);
  const better = (rate: (action: string) => number) => (rate(A) >= rate(B) ? A : B);
  return {
    rateOf,
    next: () => {
      const rate = rateIn(random() < share);
      return { choice: better(random() < seen ? rate : rateOf), succeeds: independently(rate, random) };
    },
  };
}

function aimless(budget: number, random: () => number): World {
  const actions = [A, B, C];
  const rates = new Map(actions.map((action) => [action, 1 - 3 * budget * random()]));
  const rateOf = (action: string) => rates.get(action) ?? 0;
  return {
    rateOf,
    next: () => ({
      choice: actions[Math.floor(random() * actions.length)] ?? A,
      succeeds: independently(rateOf, random),
    }),
  };
}

/** One draw per moment, whatever is asked of it. */
function independently(rateOf: (action: string) => number, random: () => number): Moment["succeeds"] {
  const luck = random();
  return (action) => luck < rateOf(action);
}
