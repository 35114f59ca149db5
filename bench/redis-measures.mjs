import { median, overRounds, quantile } from "./statistics.mjs";

/** Calls in a row before their bare commands follow: short, so that both meet the same weather. */
const CALLS_PER_TURN = 20;
const CALLERS = 50;
const CALLS_PER_CALLER = 4;
const CALLS_FOR_PROCESSOR_TIME = 500;

/**
 * Calls one after another, each awaited, against bare commands likewise.
 *
 * @param goal - the most a call may take, as a multiple of its bare command; Infinity where nothing was promised
 */
export function awaited(name, kind, bare, goal = Number.POSITIVE_INFINITY) {
  return {
    name,
    processorTime: async (serverMicroseconds) => ({
      call: await processorTime(kind, serverMicroseconds),
      bare: await processorTime(bare, serverMicroseconds),
    }),
    measure: async (calls) => {
      await bare.before?.();
      await kind.before?.();
      const times = { calls: [], bare: [] };
      while (times.calls.length < calls) {
        times.calls.push(...(await timeEach(kind)));
        times.bare.push(...(await timeEach(bare)));
      }
      await kind.after?.();
      return times;
    },
    summarise: (rounds) => {
      const ratio = overRounds(rounds.map(({ calls, bare }) => median(calls) / median(bare)));
      return {
        against: `an awaited ${bare.name}`,
        unit: "us",
        call: overRounds(rounds.map(({ calls }) => median(calls))),
        callP99: overRounds(rounds.map(({ calls }) => quantile(calls, 0.99))),
        bare: overRounds(rounds.map(({ bare }) => median(bare))),
        ratio,
        ...(goal === Number.POSITIVE_INFINITY ? {} : { goal: `<= ${goal}`, met: ratio.median <= goal }),
      };
    },
  };
}

/** Processor time per call on both sides: unlike the clock it does not count what else the machine does. */
async function processorTime({ before = nothing, prepare = nothing, call, after = nothing }, serverMicroseconds) {
  await before();
  const prepared = [];
  while (prepared.length < CALLS_FOR_PROCESSOR_TIME) prepared.push(await prepare());
  const [client, server] = [process.cpuUsage(), await serverMicroseconds()];
  for (const argument of prepared) await call(argument);
  const { user, system } = process.cpuUsage(client);
  const serverTotal = (await serverMicroseconds()) - server;
  await after();
  return { client: (user + system) / prepared.length, server: serverTotal / prepared.length };
}

/** @returns what each call of a turn took, in microseconds */
async function timeEach({ prepare = nothing, call, check = nothing }) {
  const times = [];
  while (times.length < CALLS_PER_TURN) {
    const argument = await prepare();
    const started = performance.now();
    const result = await call(argument);
    times.push((performance.now() - started) * 1000);
    check(result);
  }
  return times;
}

/** Many callers in one process, each awaiting its own calls. @param goal - the least share of the bare rate */
export function inFlight(name, kind, bare, goal) {
  const rateOf = async ({ prepare = nothing, call, check = nothing }) => {
    const queues = [];
    while (queues.length < CALLERS) queues.push(await preparedArguments(prepare));
    const started = performance.now();
    await Promise.all(
      queues.map(async (queue) => {
        for (const argument of queue) check(await call(argument));
      }),
    );
    return (CALLERS * CALLS_PER_CALLER * 1000) / (performance.now() - started);
  };
  return rates(`${name}, ${CALLERS} in flight`, kind, bare, goal, rateOf, CALLERS * CALLS_PER_CALLER);
}

async function preparedArguments(prepare) {
  const queue = [];
  while (queue.length < CALLS_PER_CALLER) queue.push(await prepare());
  return queue;
}

/** Batches of `size`, each awaited, against as many bare commands sent together. */
export function inBatches(size, name, kind, bare, goal) {
  const rateOf = async ({ prepare = nothing, call, check = nothing }) => {
    const argument = await prepare();
    const started = performance.now();
    check(await call(argument));
    return (size * 1000) / (performance.now() - started);
  };
  return rates(`${name}, batches of ${size}`, kind, bare, goal, rateOf, size);
}

/** Turns of both kinds until as many calls were made. */
function rates(name, kind, bare, goal, rateOf, callsPerTurn) {
  return {
    name,
    measure: async (calls) => {
      await bare.before?.();
      const perSecond = { calls: [], bare: [] };
      for (let made = 0; made < Math.max(calls, 5 * callsPerTurn); made += callsPerTurn) {
        perSecond.calls.push(await rateOf(kind));
        perSecond.bare.push(await rateOf(bare));
      }
      await kind.after?.();
      return perSecond;
    },
    summarise: (rounds) => {
      const ratio = overRounds(rounds.map(({ calls, bare }) => median(calls) / median(bare)));
      return {
        against: bare.name,
        unit: "per second",
        call: overRounds(rounds.map(({ calls }) => median(calls))),
        bare: overRounds(rounds.map(({ bare }) => median(bare))),
        ratio,
        goal: `>= ${goal}`,
        met: ratio.median >= goal,
      };
    },
  };
}

function nothing() {}
