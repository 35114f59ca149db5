import fc from "fast-check";
import type { ExplorationStrategy } from "../../src/cache/deciding/exploring/explore-options.js";
import type { OutcomeEvent, OutcomeName } from "../../src/cache/events/outcome-event.js";
import type { JsonObject } from "../../src/maths/json/json-value.js";

/** One step of a random history: plain data, so that a failing history can be read and replayed. */
export type Step =
  | { readonly do: "record"; readonly event: OutcomeEvent }
  | { readonly do: "recordMany"; readonly events: readonly OutcomeEvent[] }
  | {
      readonly do: "decide";
      readonly agentId: string;
      readonly state: JsonObject;
      readonly context: readonly number[];
      readonly explore: ExplorationStrategy | undefined;
    }
  | {
      readonly do: "report";
      /** Which of the decisions so far, counted round and round. */
      readonly decision: number;
      readonly outcome: OutcomeName;
      readonly reward: number | undefined;
      readonly nextState: JsonObject | undefined;
    }
  | { readonly do: "delete"; readonly policy: PolicyChoice }
  | { readonly do: "explain"; readonly agentId: string; readonly state: JsonObject; readonly events: number }
  | { readonly do: "retire"; readonly policy: PolicyChoice }
  | { readonly do: "restore"; readonly policy: PolicyChoice }
  | { readonly do: "invalidate"; readonly agentId: string; readonly actionType: string }
  | { readonly do: "updateQValue"; readonly policy: PolicyChoice; readonly reward: number; readonly maxFutureQ: number }
  | { readonly do: "initializeQValue"; readonly policy: PolicyChoice; readonly qValue: number }
  | { readonly do: "touch"; readonly policy: PolicyChoice }
  | { readonly do: "updateConfidence"; readonly policy: PolicyChoice; readonly signal: number }
  | { readonly do: "updateSpec"; readonly policy: PolicyChoice; readonly spec: JsonObject }
  /** A consumer takes entries and dies with them. */
  | { readonly do: "abandon"; readonly limit: number }
  | { readonly do: "consume"; readonly batchSize: number }
  | { readonly do: "flush" }
  | { readonly do: "advance"; readonly seconds: number };

export interface PolicyChoice {
  readonly agentId: string;
  readonly state: JsonObject;
  readonly actionType: string;
}

export interface Settings {
  readonly workers: "inline" | "none";
  readonly ciThreshold: number;
  readonly minEvents: number;
  readonly initialQ: "bound" | "learned" | "meanReward" | number;
  readonly tdSteps: number;
  readonly tdLambda: number;
  readonly seedConfidence: boolean;
  readonly streamMaxLength: number;
  readonly reportTtlSeconds: number;
  readonly maxLedger: number;
  readonly retirementFalseAlarmRate: number;
  readonly historyLength: number;
  readonly evidence: "event" | "episode";
}

export interface History {
  readonly settings: Settings;
  readonly steps: readonly Step[];
}

export const AGENTS = ["alice", "bob"];
/** Few and small, so that histories meet the same pairs again and again. */
export const STATES: readonly JsonObject[] = [{ place: 1 }, { place: 2 }, { place: "Zürich", "\u{1F600}": [1, null] }];
export const ACTIONS = ["go", "\uFF5E", "\u{1F600}"];

const agentId = fc.constantFrom(...AGENTS);
const state = fc.constantFrom(...STATES);
const actionType = fc.constantFrom(...ACTIONS);
const reward = fc.oneof(
  fc.constantFrom(0, 1, -1, -0, 0.1, 1e6),
  fc.double({ min: -10, max: 10, noNaN: true, noDefaultInfinity: true }),
);
const outcome = fc.constantFrom<OutcomeName>("success", "success", "success", "failure");
const spec = fc.record({ n: fc.integer({ min: 0, max: 3 }) });
const policy = fc.record({ agentId, state, actionType });
const maybe = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined });

const event: fc.Arbitrary<OutcomeEvent> = fc
  .record({
    agentId,
    state,
    action: fc.record({ type: actionType, spec }),
    outcome,
    reward: maybe(reward),
    id: maybe(fc.integer({ min: 0, max: 30 }).map((id) => `id-${id}`)),
    episodeId: maybe(fc.constantFrom("first", "second")),
    done: maybe(fc.boolean()),
    nextState: maybe(state),
    dependsOn: maybe(fc.constantFrom({ book: "1" }, { book: "1" }, { book: "2" })),
    propensity: maybe(fc.constantFrom(0.25, 1)),
    ts: maybe(fc.integer({ min: 1_715_800_000, max: 1_715_900_000 })),
  })
  .map((given) => Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as never);

const weighted: readonly (readonly [number, fc.Arbitrary<Step>])[] = [
  [6, fc.record({ do: fc.constant("record" as const), event })],
  [4, fc.record({ do: fc.constant("recordMany" as const), events: fc.array(event, { maxLength: 12 }) })],
  [
    5,
    fc.record({
      do: fc.constant("decide" as const),
      agentId,
      state,
      context: fc.array(fc.nat({ max: 20 }), { maxLength: 2 }),
      explore: maybe(fc.constantFrom<ExplorationStrategy>("epsilon-greedy", "softmax", "ucb1", "thompson")),
    }),
  ],
  [
    6,
    fc.record({
      do: fc.constant("report" as const),
      decision: fc.nat({ max: 20 }),
      outcome,
      reward: maybe(reward),
      nextState: maybe(state),
    }),
  ],
  [1, fc.record({ do: fc.constant("delete" as const), policy })],
  [1, fc.record({ do: fc.constant("explain" as const), agentId, state, events: fc.integer({ min: 0, max: 9 }) })],
  [1, fc.record({ do: fc.constant("retire" as const), policy })],
  [1, fc.record({ do: fc.constant("restore" as const), policy })],
  [1, fc.record({ do: fc.constant("invalidate" as const), agentId, actionType })],
  [1, fc.record({ do: fc.constant("updateQValue" as const), policy, reward, maxFutureQ: reward })],
  [1, fc.record({ do: fc.constant("initializeQValue" as const), policy, qValue: reward })],
  [1, fc.record({ do: fc.constant("touch" as const), policy })],
  [
    1,
    fc.record({ do: fc.constant("updateConfidence" as const), policy, signal: fc.constantFrom(0, 0.3, 0.5, 0.9, 1) }),
  ],
  [1, fc.record({ do: fc.constant("updateSpec" as const), policy, spec })],
  [1, fc.record({ do: fc.constant("abandon" as const), limit: fc.integer({ min: 1, max: 9 }) })],
  [3, fc.record({ do: fc.constant("consume" as const), batchSize: fc.constantFrom(1, 2, 5, 50) })],
  [1, fc.record({ do: fc.constant("flush" as const) })],
  [
    2,
    fc.record({
      do: fc.constant("advance" as const),
      seconds: fc.constantFrom(0.0005, 0.25, 1, 60, 3600, 100_000, -30),
    }),
  ],
];

const settings: fc.Arbitrary<Settings> = fc.record({
  workers: fc.constantFrom("inline" as const, "none" as const),
  ciThreshold: fc.constantFrom(0, 0.2, 0.3, 0.6),
  minEvents: fc.integer({ min: 1, max: 4 }),
  initialQ: fc.constantFrom("bound" as const, "learned" as const, "meanReward" as const, 0.25),
  tdSteps: fc.constantFrom(1, 3),
  tdLambda: fc.constantFrom(0.5, 1),
  seedConfidence: fc.boolean(),
  streamMaxLength: fc.constantFrom(3, 20, 10_000),
  reportTtlSeconds: fc.constantFrom(5000, 2_592_000),
  maxLedger: fc.constantFrom(1, 20),
  // At 0.5 a failure or two retire.
  retirementFalseAlarmRate: fc.constantFrom(0, 0.001, 0.5),
  historyLength: fc.constantFrom(0, 3, 20),
  evidence: fc.constantFrom("event" as const, "event" as const, "episode" as const),
});

/** Random histories of a store with two agents. */
export const histories: fc.Arbitrary<History> = fc.record({
  settings,
  steps: fc.array(fc.oneof(...weighted.map(([weight, arbitrary]) => ({ weight, arbitrary }))), {
    minLength: 1,
    maxLength: 70,
    size: "max",
  }),
});
