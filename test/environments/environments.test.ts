import { describe, expect, it } from "vitest";
import { cliffWalking } from "../../src/environments/cliff-walking.js";
import { type Environment, sampleTransition } from "../../src/environments/environment.js";
import { meanStartValue, optimalValues, policyValues } from "../../src/environments/exact-values.js";
import { FROZEN_LAKE_4X4, FROZEN_LAKE_8X8, frozenLake } from "../../src/environments/frozen-lake.js";
import { taxi } from "../../src/environments/taxi.js";
import { describeWithData, expectWithin, readJson } from "../support/golden.js";

const environments = [
  frozenLake(FROZEN_LAKE_4X4, true, 100),
  frozenLake(FROZEN_LAKE_8X8, true, 200),
  cliffWalking(200),
  taxi(200),
];

describe.each(environments.map((environment) => [environment.name, environment] as const))(
  "%s",
  (_name, environment) => {
    const states = Array.from({ length: environment.stateCount }, (_, state) => state);

    it("shows every state differently", () => {
      expect(new Set(states.map((state) => JSON.stringify(environment.features(state)))).size).toBe(states.length);
    });

    it("has transitions whose probabilities sum to 1, from wherever one can act", () => {
      for (const state of states) {
        for (const action of environment.actions.keys()) {
          const transitions = environment.transitions(state, action);
          if (transitions.length === 0) continue;
          expectWithin(
            transitions.reduce((sum, { probability }) => sum + probability, 0),
            1,
            1e-12,
          );
        }
      }
      for (const start of environment.starts) expect(environment.transitions(start, 0)).not.toEqual([]);
    });

    it("ends where nothing can be done, and only there", () => {
      for (const state of states) {
        for (const action of environment.actions.keys()) {
          for (const { next, done } of environment.transitions(state, action)) {
            expect(done).toBe(environment.transitions(next, 0).length === 0);
          }
        }
      }
    });
  },
);

describe("the best that can be reached", () => {
  it.each([
    ["Frozen Lake 4x4", 0.7442],
    ["Frozen Lake 8x8", 0.9132],
    ["Cliff Walking", -13],
    ["Taxi", 7.93],
  ])("%s: %d", (name, published) => {
    const environment = named(name);
    expectWithin(meanStartValue(environment, optimalValues(environment)), published, 5e-5, name);
  });

  it("is what the best policy of each moment gives, and no policy gives more", () => {
    const lake = named("Frozen Lake 4x4");
    const always = (action: number) =>
      meanStartValue(
        lake,
        policyValues(lake, () => action),
      );
    const best = meanStartValue(lake, optimalValues(lake));
    for (const action of lake.actions.keys()) expect(always(action)).toBeLessThan(best);
    expect(meanStartValue(lake, optimalValues(lake, 5))).toBe(0); // the goal is six steps away
  });

  it("Taxi starts in 300 of its 500 states", () => {
    expect(named("Taxi").starts).toHaveLength(300);
    expect(named("Taxi").stateCount).toBe(500);
  });
});

describe("sampleTransition", () => {
  it("draws each transition with its probability", () => {
    const transitions = named("Frozen Lake 4x4").transitions(0, 2);
    const drawn = Array.from({ length: 300 }, (_, index) => sampleTransition(transitions, (index + 0.5) / 300));
    for (const transition of transitions) {
      expect(drawn.filter((one) => one === transition)).toHaveLength(100);
    }
  });
});

interface GoldenEnvironment {
  readonly name: string;
  readonly actions: readonly string[];
  readonly start: string;
  readonly states: readonly string[];
  readonly transitions: readonly {
    readonly state: string;
    readonly action: string;
    readonly reward: number;
    readonly next: string;
    readonly done: boolean;
  }[];
  readonly optimalReturnFromStart: number;
}

describeWithData("the golden tables", "golden/gridworld.json", (file) => {
  const golden = readJson<{ readonly environments: readonly GoldenEnvironment[] }>(file).environments;

  it.each([
    ["cliff-4x12-gamma-1", cliffWalking(200)],
    ["frozen-lake-4x4-gamma-0.95", frozenLake(FROZEN_LAKE_4X4, false, 100)],
  ] as const)("%s: every transition", (name, environment) => {
    const table = golden.find((candidate) => candidate.name === name);
    if (table === undefined) throw new Error(`${name} is missing.`);
    const stateOf = stateByPlace(environment);
    expect(environment.actions).toEqual(table.actions);
    expect(environment.starts).toEqual([stateOf(table.start)]);
    expect(table.transitions.length).toBeGreaterThan(40);
    for (const { state, action, reward, next, done } of table.transitions) {
      const transitions = environment.transitions(stateOf(state), environment.actions.indexOf(action));
      expect(transitions).toEqual([{ probability: 1, reward, next: stateOf(next), done }]);
    }
  });

  it("cliff-4x12-gamma-1: the best return", () => {
    const table = golden.find(({ name }) => name === "cliff-4x12-gamma-1");
    const cliff = named("Cliff Walking");
    expect(meanStartValue(cliff, optimalValues(cliff))).toBe(table?.optimalReturnFromStart);
  });
});

function named(name: string): Environment {
  const environment = environments.find((candidate) => candidate.name === name);
  if (environment === undefined) throw new Error(`${name} is missing.`);
  return environment;
}

/** Finds states by "row,column". */
function stateByPlace(environment: Environment): (place: string) => number {
  const states = new Map<string, number>();
  for (let state = 0; state < environment.stateCount; state += 1) {
    const { row, column } = environment.features(state);
    states.set(`${row},${column}`, state);
  }
  return (place) => {
    const state = states.get(place);
    if (state === undefined) throw new Error(`There is no state at ${place}.`);
    return state;
  };
}
