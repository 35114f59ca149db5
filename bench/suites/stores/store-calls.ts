import { rm } from "node:fs/promises";
import { join } from "node:path";
import { decisionIdOf } from "../../harness/decision-id.js";
import { type PolicyCache, seededRandom } from "../../harness/library.js";
import { median, type OverRounds, overRounds, quantile } from "../../harness/statistics.js";
import { openFilled } from "../../harness/stores/fill-store.js";
import { type SyntheticEvent, syntheticEvent } from "../../harness/stores/synthetic-policies.js";
import { type BareKind, type BareOperations, openBareRedis, openBareSqlite } from "./bare-operations.js";

/** Calls in a row before the next store has its turn: short, so that all meet the same weather. */
const CALLS_PER_TURN = 20;
const BATCH = 100;
/** Calls of each kind before anything is counted: V8 takes about as many to optimise what they run through. */
const WARM_UP_CALLS = 300;

/** The weights of the default ranking. */
const BEST_TEN = { indexes: { expectedValue: 0.6, confidence: 0.2, accessCount: 0.1 }, limit: 10 };

export const ENGINES = ["memory", "SQLite", "Redis"] as const;
export type EngineName = (typeof ENGINES)[number];

export function engineNamed(name: string): EngineName {
  const engine = ENGINES.find((known) => known === name);
  if (engine === undefined) throw new Error(`The engine is ${name}, expected one of ${ENGINES.join(", ")}.`);
  return engine;
}

export const SHAPE_NAMES = ["one agent", "agents of a hundred", "one agent with a hundred times the rest"] as const;
export type ShapeName = (typeof SHAPE_NAMES)[number];

/** How policies are spread over agents, each from the number of a policy. */
const SHAPES: Readonly<Record<ShapeName, (index: number) => string>> = {
  "one agent": () => "agent",
  "agents of a hundred": (index) => `agent-${Math.floor(index / 100)}`,
  "one agent with a hundred times the rest": (index) =>
    index % 101 === 0 ? `agent-${Math.floor(index / 1010)}` : "agent",
};

export const CALL_NAMES = ["decide", "record", "report", "recordMany", "best ten"] as const;
export type CallName = (typeof CALL_NAMES)[number];

interface Call {
  readonly against: BareKind;
  /** How many of them one measured call does; 1 where it is left out. */
  readonly callsPerMeasure?: number;
  /** Makes the measured call, of a policy chosen at random. The time this takes is not counted. */
  readonly prepare: (cache: PolicyCache, nextEvent: () => SyntheticEvent) => Promise<() => Promise<boolean>>;
}

const CALLS: Readonly<Record<CallName, Call>> = {
  decide: {
    against: "read",
    prepare: async (cache, nextEvent) => {
      const { agentId, state } = nextEvent();
      return async () => (await cache.decide({ agentId, state })).kind === "serve";
    },
  },
  record: {
    against: "write",
    prepare: async (cache, nextEvent) => {
      const event = nextEvent();
      return async () => (await cache.record(event)).recorded;
    },
  },
  report: {
    against: "write",
    prepare: async (cache, nextEvent) => {
      const { agentId, state } = nextEvent();
      const decisionId = decisionIdOf(await cache.decide({ agentId, state }));
      return async () => (await cache.report(decisionId, { outcome: "success", reward: 0.9 })).status === "learned";
    },
  },
  recordMany: {
    against: "write",
    callsPerMeasure: BATCH,
    prepare: async (cache, nextEvent) => {
      const events = Array.from({ length: BATCH }, nextEvent);
      return async () => (await cache.recordMany(events)).recorded === BATCH;
    },
  },
  "best ten": {
    against: "read",
    prepare: async (cache, nextEvent) => {
      const { agentId } = nextEvent();
      return async () => (await cache.policies.compositeScore({ agentId }, BEST_TEN)).length > 0;
    },
  },
};

export interface FilledStore {
  readonly engine: EngineName;
  readonly shape: ShapeName;
  readonly policies: number;
  readonly fillSeconds: number;
  readonly cache: PolicyCache;
  readonly nextEvent: () => SyntheticEvent;
  /** Absent in memory. */
  readonly bare: BareOperations | undefined;
  readonly close: () => Promise<void>;
}

export interface FilledStoreOptions {
  readonly engine: EngineName;
  readonly shape: ShapeName;
  readonly policies: number;
  /** For files. */
  readonly folder: string;
  /** Of a Redis server, of which the store takes a database for itself. */
  readonly url: string | undefined;
  readonly onProgress: (made: number) => void;
}

/** A filled store with the bare operations of its engine beside it. */
export async function openFilledStore(options: FilledStoreOptions): Promise<FilledStore> {
  const { engine, shape, policies, onProgress } = options;
  const agentOf = SHAPES[shape];
  const location = locationOf(options);
  const started = performance.now();
  const cache = await openFilled(location, { policies, agentOf, onProgress });
  const fillSeconds = (performance.now() - started) / 1000;
  const random = seededRandom(11);
  const nextEvent = () => {
    const index = Math.floor(random() * policies);
    return syntheticEvent(agentOf(index), index);
  };
  await cache.policies.compositeScore({ agentId: nextEvent().agentId }, BEST_TEN);
  const bare = await openBare(engine, location, random);
  const close = async () => {
    await cache.close();
    await bare?.close();
    if (engine === "SQLite") await rm(location); // large ones would fill the disk
  };
  return { engine, shape, policies, fillSeconds, cache, nextEvent, bare, close };
}

function locationOf({ engine, shape, policies, folder, url }: FilledStoreOptions): string {
  if (engine === "memory") return "memory:";
  if (engine === "SQLite") return join(folder, `${shape.replaceAll(" ", "-")}-${policies}.db`);
  if (url === undefined) throw new Error("There is no server for a store on Redis.");
  return url;
}

async function openBare(
  engine: EngineName,
  location: string,
  random: () => number,
): Promise<BareOperations | undefined> {
  if (engine === "memory") return undefined;
  return engine === "SQLite" ? openBareSqlite(location, random) : openBareRedis(location, random);
}

/** What each call of one round took, in microseconds. */
interface Times {
  readonly calls: number[];
  readonly bare: number[];
}

/** One call in one store: its median and 99th percentile, and as multiples of the bare operation in the same round. */
export interface MeasuredCall {
  readonly engine: EngineName;
  readonly shape: ShapeName;
  readonly policies: number;
  readonly call: CallName;
  /** Of each round. */
  readonly medians: readonly number[];
  readonly callsPerRound: number;
  readonly microseconds: OverRounds;
  readonly p99Microseconds: OverRounds;
  readonly bareMicroseconds?: OverRounds;
  readonly ratio?: OverRounds;
  readonly p99Ratio?: OverRounds;
}

export interface MeasureOptions {
  readonly calls: readonly CallName[];
  readonly rounds: number;
  readonly callsPerRound: number;
  readonly onProgress: (text: string) => void;
}

/** Calls on every store, taking turns. The first round is for V8 to optimise. */
export async function measureStores(
  stores: readonly FilledStore[],
  { calls, rounds, callsPerRound, onProgress }: MeasureOptions,
): Promise<readonly MeasuredCall[]> {
  const measured: MeasuredCall[] = [];
  for (const name of calls) {
    const results = stores.map((store) => ({ store, rounds: [] as Times[] }));
    for (let round = 0; round <= rounds; round += 1) {
      onProgress(`${name}: round ${round} of ${rounds}`);
      const times = await measureRound(stores, CALLS[name], round === 0 ? WARM_UP_CALLS : callsPerRound);
      if (round > 0)
        for (const result of results) result.rounds.push(times.get(result.store) ?? { calls: [], bare: [] });
    }
    for (const { store, rounds } of results) {
      const { engine, shape, policies } = store;
      measured.push({ engine, shape, policies, call: name, ...summarise(rounds, CALLS[name]) });
    }
  }
  return measured;
}

async function measureRound(
  stores: readonly FilledStore[],
  call: Call,
  calls: number,
): Promise<ReadonlyMap<FilledStore, Times>> {
  const times = new Map(stores.map((store) => [store, { calls: [], bare: [] } as Times]));
  const wanted = Math.ceil(calls / (call.callsPerMeasure ?? 1));
  for (let made = 0; made < wanted; made += CALLS_PER_TURN) {
    const turn = Math.min(CALLS_PER_TURN, wanted - made);
    for (const [store, { calls, bare }] of times) {
      calls.push(...(await timeCalls(store, call, turn)));
      if (store.bare !== undefined) bare.push(...(await timeBare(store.bare, call.against, turn)));
    }
  }
  return times;
}

async function timeCalls({ cache, nextEvent }: FilledStore, { prepare, callsPerMeasure = 1 }: Call, count: number) {
  const times: number[] = [];
  while (times.length < count) {
    const call = await prepare(cache, nextEvent);
    const started = performance.now();
    const isAsExpected = await call();
    times.push(((performance.now() - started) * 1000) / callsPerMeasure);
    if (!isAsExpected) throw new Error("A call did not return what was expected.");
  }
  return times;
}

async function timeBare(bare: BareOperations, kind: BareKind, count: number): Promise<readonly number[]> {
  const times: number[] = [];
  while (times.length < count) {
    const operation = kind === "write" ? bare.prepareWrite() : bare.prepareRead();
    const started = performance.now();
    await operation();
    times.push((performance.now() - started) * 1000);
  }
  return times;
}

function summarise(rounds: readonly Times[], { callsPerMeasure = 1 }: Call) {
  const over = (figure: (times: Times) => number) => overRounds(rounds.map(figure));
  const medians = rounds.map(({ calls }) => median(calls));
  const ofCalls = {
    medians,
    callsPerRound: (rounds[0]?.calls.length ?? 0) * callsPerMeasure,
    microseconds: overRounds(medians),
    p99Microseconds: over(({ calls }) => quantile(calls, 0.99)),
  };
  if (rounds.every(({ bare }) => bare.length === 0)) return ofCalls;
  return {
    ...ofCalls,
    bareMicroseconds: over(({ bare }) => median(bare)),
    ratio: over(({ calls, bare }) => median(calls) / median(bare)),
    p99Ratio: over(({ calls, bare }) => quantile(calls, 0.99) / quantile(bare, 0.99)),
  };
}
