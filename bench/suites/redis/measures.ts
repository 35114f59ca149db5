import { median, type OverRounds, overRounds, quantile } from "../../harness/statistics.js";

/** Calls in a row before their bare commands follow: short, so that both meet the same weather. */
const CALLS_PER_TURN = 20;
const CALLERS = 50;
const CALLS_PER_CALLER = 4;
const CALLS_FOR_PROCESSOR_TIME = 500;

/** Something that is timed again and again. */
export interface TimedCall {
  /** Before each series of calls. */
  readonly before?: () => Promise<void>;
  /** Not timed. @returns the call itself, which throws when its result is not what it should be */
  readonly prepare: () => Promise<() => Promise<unknown>>;
  readonly after?: () => Promise<void>;
}

export interface BareCommand extends TimedCall {
  readonly name: string;
}

/** What one round measured: microseconds, or calls per second. */
export interface Round {
  readonly calls: readonly number[];
  readonly bare: readonly number[];
}

export interface CallFigures {
  readonly name: string;
  readonly against: string;
  readonly unit: "us" | "per second";
  readonly call: OverRounds;
  readonly callP99?: OverRounds;
  readonly bare: OverRounds;
  readonly ratio: OverRounds;
  /** Where something was promised. */
  readonly goal?: Goal;
  readonly processor?: ProcessorTimes;
}

/** Of the ratio: the most it may be, or the least. */
export interface Goal {
  readonly bound: "<=" | ">=";
  readonly value: number;
  readonly isMet: boolean;
}

/** Microseconds per call on both sides. */
export interface ProcessorTime {
  readonly client: number;
  readonly server: number;
}

export interface ProcessorTimes {
  readonly call: ProcessorTime;
  readonly bare: ProcessorTime;
}

/** Microseconds the server has computed since it started. */
type ServerClock = () => Promise<number>;

/** A kind of call with how it is measured beside its bare command. */
export interface CallKind {
  readonly name: string;
  readonly processorTime?: (serverMicroseconds: ServerClock) => Promise<ProcessorTimes>;
  readonly measure: (calls: number) => Promise<Round>;
  readonly summarise: (rounds: readonly Round[]) => CallFigures;
}

/**
 * Calls one after another, each awaited, against bare commands likewise.
 *
 * @param goal - the most a call may take, as a multiple of its bare command; undefined where nothing was promised
 */
export function awaited(name: string, kind: TimedCall, bare: BareCommand, goal?: number): CallKind {
  return {
    name,
    processorTime: async (serverMicroseconds) => ({
      call: await processorTime(kind, serverMicroseconds),
      bare: await processorTime(bare, serverMicroseconds),
    }),
    measure: async (count) => {
      await bare.before?.();
      await kind.before?.();
      const times = { calls: [] as number[], bare: [] as number[] };
      while (times.calls.length < count) {
        times.calls.push(...(await timeEach(kind)));
        times.bare.push(...(await timeEach(bare)));
      }
      await kind.after?.();
      return times;
    },
    summarise: (rounds) => {
      const ratio = ratioOf(rounds);
      return {
        name,
        against: `an awaited ${bare.name}`,
        unit: "us",
        call: overRounds(rounds.map(({ calls }) => median(calls))),
        callP99: overRounds(rounds.map(({ calls }) => quantile(calls, 0.99))),
        bare: overRounds(rounds.map(({ bare }) => median(bare))),
        ratio,
        ...(goal === undefined ? {} : { goal: { bound: "<=", value: goal, isMet: ratio.median <= goal } }),
      };
    },
  };
}

/** Processor time per call on both sides: unlike the clock it does not count what else the machine does. */
async function processorTime(
  { before = nothing, prepare, after = nothing }: TimedCall,
  serverMicroseconds: ServerClock,
): Promise<ProcessorTime> {
  await before();
  const calls = await prepareCalls(prepare, CALLS_FOR_PROCESSOR_TIME);
  const [client, server] = [process.cpuUsage(), await serverMicroseconds()];
  for (const call of calls) await call();
  const { user, system } = process.cpuUsage(client);
  const serverTotal = (await serverMicroseconds()) - server;
  await after();
  return { client: (user + system) / calls.length, server: serverTotal / calls.length };
}

/** @returns what each call of a turn took, in microseconds */
async function timeEach({ prepare }: TimedCall): Promise<readonly number[]> {
  const times: number[] = [];
  while (times.length < CALLS_PER_TURN) {
    const call = await prepare();
    const started = performance.now();
    await call();
    times.push((performance.now() - started) * 1000);
  }
  return times;
}

/** Many callers in one process, each awaiting its own calls. @param goal - the least share of the bare rate */
export function inFlight(name: string, kind: TimedCall, bare: BareCommand, goal: number): CallKind {
  const rateOf = async ({ prepare }: TimedCall) => {
    const queues: (() => Promise<unknown>)[][] = [];
    while (queues.length < CALLERS) queues.push(await prepareCalls(prepare, CALLS_PER_CALLER));
    const started = performance.now();
    await Promise.all(
      queues.map(async (queue) => {
        for (const call of queue) await call();
      }),
    );
    return (CALLERS * CALLS_PER_CALLER * 1000) / (performance.now() - started);
  };
  return rates(`${name}, ${CALLERS} in flight`, kind, bare, goal, rateOf, CALLERS * CALLS_PER_CALLER);
}

async function prepareCalls(prepare: TimedCall["prepare"], count: number) {
  const calls: (() => Promise<unknown>)[] = [];
  while (calls.length < count) calls.push(await prepare());
  return calls;
}

/** Batches of `size`, each awaited, against as many bare commands sent together. */
export function inBatches(size: number, name: string, kind: TimedCall, bare: BareCommand, goal: number): CallKind {
  const rateOf = async ({ prepare }: TimedCall) => {
    const call = await prepare();
    const started = performance.now();
    await call();
    return (size * 1000) / (performance.now() - started);
  };
  return rates(`${name}, batches of ${size}`, kind, bare, goal, rateOf, size);
}

/** Turns of both kinds until as many calls were made. */
function rates(
  name: string,
  kind: TimedCall,
  bare: BareCommand,
  goal: number,
  rateOf: (timed: TimedCall) => Promise<number>,
  callsPerTurn: number,
): CallKind {
  return {
    name,
    measure: async (count) => {
      await bare.before?.();
      const perSecond = { calls: [] as number[], bare: [] as number[] };
      for (let made = 0; made < Math.max(count, 5 * callsPerTurn); made += callsPerTurn) {
        perSecond.calls.push(await rateOf(kind));
        perSecond.bare.push(await rateOf(bare));
      }
      await kind.after?.();
      return perSecond;
    },
    summarise: (rounds) => {
      const ratio = ratioOf(rounds);
      return {
        name,
        against: bare.name,
        unit: "per second",
        call: overRounds(rounds.map(({ calls }) => median(calls))),
        bare: overRounds(rounds.map(({ bare }) => median(bare))),
        ratio,
        goal: { bound: ">=", value: goal, isMet: ratio.median >= goal },
      };
    },
  };
}

function ratioOf(rounds: readonly Round[]): OverRounds {
  return overRounds(rounds.map(({ calls, bare }) => median(calls) / median(bare)));
}

async function nothing(): Promise<void> {}
