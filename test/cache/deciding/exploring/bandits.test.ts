import { describe, expect, it } from "vitest";
import type { ExplorationStrategy } from "../../../../src/cache/deciding/exploring/explore-options.js";
import { PolicyCache } from "../../../../src/cache/policy-cache.js";
import { describeWithData, expectWithin, readJson } from "../../../support/golden.js";
import { seededRandom } from "../../../support/seeded-random.js";
import { describeOnEveryEngine, openTestCache } from "../../../support/stores/stores.js";

type PerArm = Readonly<Record<string, number>>;
type PerPair = Readonly<Record<string, PerArm>>;

interface Bandit {
  readonly contexts: readonly string[];
  readonly arms: readonly string[];
  readonly successProbability: PerPair;
  readonly replay: {
    readonly contexts: readonly number[];
    readonly arms: readonly number[];
    readonly rewards: readonly number[];
  };
  readonly afterReplay: {
    readonly counts: PerPair;
    readonly successes: PerPair;
    readonly tdAlpha01InitialQ0: PerPair;
    readonly wilsonLower196: PerPair;
  };
}

describeWithData("the reference bandit", "golden/gridworld.json", (file) => {
  const [bandit] = readJson<{ bandits: readonly Bandit[] }>(file).bandits;
  if (bandit === undefined) throw new Error("There is no bandit in the file.");

  describeOnEveryEngine("replayed from its log", (engine) => {
    it("gives the reference counts, values and bounds", async () => {
      const cache = await openTestCache(engine, { workers: "inline" });
      const { contexts, arms, rewards } = bandit.replay;
      await cache.recordMany(
        contexts.map((context, index) => ({
          state: { context: bandit.contexts[context] ?? "" },
          action: { type: bandit.arms[arms[index] ?? -1] ?? "" },
          outcome: rewards[index] === 1 ? "success" : "failure",
          reward: rewards[index] ?? Number.NaN,
        })),
      );
      const { counts, successes, tdAlpha01InitialQ0, wilsonLower196 } = bandit.afterReplay;
      for (const context of bandit.contexts) {
        const { evidence } = await cache.explain({ state: { context } });
        for (const arm of bandit.arms) {
          const pair = evidence.find(({ actionType }) => actionType === arm);
          expect(pair).toMatchObject({ trials: counts[context]?.[arm], successes: successes[context]?.[arm] });
          expectWithin(pair?.qValue ?? Number.NaN, tdAlpha01InitialQ0[context]?.[arm] ?? Number.NaN, 1e-9);
          expectWithin(pair?.bound ?? Number.NaN, wilsonLower196[context]?.[arm] ?? Number.NaN, 1e-12);
        }
      }
    });
  });
});

/** Success probabilities by context and arm: those of the reference. */
const WORLD: readonly PerArm[] = [
  { a: 0.41, b: 0.6, c: 0.41 },
  { a: 0.26, b: 0.12, c: 0.58 },
  { a: 0.21, b: 0.47, c: 0.12 },
  { a: 0.35, b: 0.07, c: 0.53 },
];

/** @returns the expected regret of the first and of the second half of the rounds */
async function regretOf(strategy: ExplorationStrategy, epsilon: number | undefined, rounds: number) {
  const random = seededRandom(11);
  const cache = await PolicyCache.open("memory:", { workers: "none", random: seededRandom(12) });
  const candidates = Object.keys(WORLD[0] ?? {}).map((type) => ({ type }));
  const explore = { strategy, candidates, ...(epsilon === undefined ? {} : { epsilon }) };
  const halves = [0, 0];
  for (let round = 0; round < rounds; round += 1) {
    const context = Math.floor(random() * WORLD.length);
    const decision = await cache.decide({ state: { context }, explore });
    if (decision.kind !== "explore") throw new Error(decision.reason);
    const chances = WORLD[context] ?? {};
    const chance = chances[decision.action.type] ?? Number.NaN;
    const half = round < rounds / 2 ? 0 : 1;
    halves[half] = (halves[half] ?? 0) + Math.max(...Object.values(chances)) - chance;
    await cache.report(decision.decisionId, { outcome: random() < chance ? "success" : "failure" });
  }
  await cache.close();
  return { first: halves[0] ?? Number.NaN, second: halves[1] ?? Number.NaN };
}

describe("regret on a contextual Bernoulli bandit", () => {
  const ROUNDS = 600;
  const ofAnyAction = regretOf("epsilon-greedy", 1, ROUNDS);

  it.each<[ExplorationStrategy]>([["epsilon-greedy"], ["softmax"], ["ucb1"], ["thompson"]])(
    "of %s is below that of any action, and grows more slowly as it learns",
    async (strategy) => {
      const uniform = await ofAnyAction;
      const { first, second } = await regretOf(strategy, undefined, ROUNDS);
      expect(first + second).toBeLessThan(0.9 * (uniform.first + uniform.second));
      expect(second).toBeLessThan(first);
    },
  );
});
