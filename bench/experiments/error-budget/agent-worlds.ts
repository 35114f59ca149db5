import { library, type PolicyCache, seededRandom } from "../../harness/library.js";
import { type Estimated, proportion, ratioOfSums } from "../../harness/statistics.js";
import { ONE_SIDED_WILSON_Z, type Rule } from "./rule.js";

const ACTIONS = ["a", "b", "c"];

export interface AgentWorldsOptions {
  readonly worlds: number;
  /** Decisions in each world. */
  readonly steps: number;
  readonly seed: number;
  readonly budget: number;
  readonly rule: Rule;
  readonly onProgress: (world: number) => void;
}

export interface AgentWorldsFigures {
  readonly budget: number;
  readonly rule: Rule;
  readonly worlds: number;
  readonly steps: number;
  readonly servedShare: number;
  /** Of what was served, what failed. */
  readonly wrong: Estimated;
  /** Worlds in which an action was served whose success rate the budget does not allow. */
  readonly badWorlds: Estimated;
}

/**
 * An agent in random worlds, each a state with three actions of unknown success rates. It asks before every step, does what
 * is served or else acts at random, and tells the cache how it went.
 */
export async function agentWorlds(options: AgentWorldsOptions): Promise<AgentWorldsFigures> {
  const { worlds, steps, seed, budget, rule, onProgress } = options;
  const defaults =
    rule === "budget"
      ? { errorBudget: budget }
      : { ciThreshold: 1 - budget, wilsonZ: ONE_SIDED_WILSON_Z, minEvents: 1 };
  // The coin of a trial must not know what the world will do.
  const store = await library.openStore("memory:", { defaults, random: seededRandom(seed + 1_000_003) });
  const cache = await library.PolicyCache.open(store, { workers: "inline" });
  const random = seededRandom(seed);
  const perWorld: (readonly [wrong: number, served: number])[] = [];
  let badWorlds = 0;
  for (let world = 0; world < worlds; world += 1) {
    const rates = new Map(ACTIONS.map((action) => [action, 1 - 3 * budget * random()]));
    const { served, wrong, servedBad } = await liveIn({ cache, world, rates, steps, random, budget });
    perWorld.push([wrong, served]);
    if (servedBad) badWorlds += 1;
    onProgress(world + 1);
  }
  await cache.close();
  await store.close();
  const served = perWorld.reduce((sum, [, count]) => sum + count, 0);
  const servedShare = served / (worlds * steps);
  return {
    budget,
    rule,
    worlds,
    steps,
    servedShare,
    wrong: ratioOfSums(perWorld),
    badWorlds: proportion(badWorlds, worlds),
  };
}

interface Life {
  readonly cache: PolicyCache;
  readonly world: number;
  /** Success rates of the actions. */
  readonly rates: ReadonlyMap<string, number>;
  readonly steps: number;
  readonly random: () => number;
  readonly budget: number;
}

async function liveIn({ cache, world, rates, steps, random, budget }: Life) {
  const state = { world };
  const rateOf = (action: string) => rates.get(action) ?? 0;
  const outcomeOf = (action: string) => (random() < rateOf(action) ? "success" : "failure");
  let served = 0;
  let wrong = 0;
  let servedBad = false;
  for (let step = 0; step < steps; step += 1) {
    const fallback = () => ({ type: ACTIONS[Math.floor(random() * ACTIONS.length)] ?? "a" });
    const decision = await cache.decide({ state, fallback });
    const action = decision.action.type;
    const outcome = outcomeOf(action);
    if (decision.kind === "serve") {
      served += 1;
      if (outcome === "failure") wrong += 1;
      if (rateOf(action) < 1 - budget) servedBad = true;
    }
    await cache.report(decision.decisionId, { outcome });
  }
  return { served, wrong, servedBad };
}
