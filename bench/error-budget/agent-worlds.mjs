import { seededRandom } from "../random.mjs";
import { ratioOf, shareOf } from "./intervals.mjs";

const ACTIONS = ["a", "b", "c"];
/** The one-sided Wilson bound of the same confidence, 0.95. */
const WILSON_Z = 1.645;

/**
 * An agent in random worlds, each a state with three actions of unknown success rates. It asks before every step, does what
 * is served or else acts at random, and tells the cache how it went.
 */
export async function agentWorlds({ library, worlds, steps, seed, budget, rule, onProgress }) {
  const defaults =
    rule === "budget" ? { errorBudget: budget } : { ciThreshold: 1 - budget, wilsonZ: WILSON_Z, minEvents: 1 };
  const store = await library.openStore("memory:", { defaults, random: seededRandom(seed) });
  const cache = await library.PolicyCache.open(store, { workers: "inline" });
  const random = seededRandom(seed);
  const perWorld = [];
  let badWorlds = 0;
  for (let world = 0; world < worlds; world += 1) {
    const rates = Object.fromEntries(ACTIONS.map((action) => [action, 1 - 3 * budget * random()]));
    const { served, wrong, servedBad } = await liveIn({ cache, world, rates, steps, random, budget });
    perWorld.push([wrong, served]);
    if (servedBad) badWorlds += 1;
    onProgress(world + 1);
  }
  await cache.close();
  await store.close();
  const served = perWorld.reduce((sum, [, count]) => sum + count, 0);
  const servedShare = served / (worlds * steps);
  return { budget, rule, worlds, steps, servedShare, wrong: ratioOf(perWorld), badWorlds: shareOf(badWorlds, worlds) };
}

async function liveIn({ cache, world, rates, steps, random, budget }) {
  const state = { world };
  const outcomeOf = (action) => (random() < rates[action] ? "success" : "failure");
  let served = 0;
  let wrong = 0;
  let servedBad = false;
  for (let step = 0; step < steps; step += 1) {
    const decision = await cache.decide({ state });
    if (decision.kind === "serve") {
      const action = decision.action.type;
      const outcome = outcomeOf(action);
      served += 1;
      if (outcome === "failure") wrong += 1;
      if (rates[action] < 1 - budget) servedBad = true;
      await cache.report(decision.decisionId, { outcome });
    } else {
      const type = ACTIONS[Math.floor(random() * ACTIONS.length)];
      await cache.record({ state, action: { type }, outcome: outcomeOf(type) });
    }
  }
  return { served, wrong, servedBad };
}
