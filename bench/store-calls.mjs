import { rm } from "node:fs/promises";
import { join } from "node:path";
import { createClient } from "@redis/client";
import Database from "libsql";
import { openFilled } from "./fill-store.mjs";
import { seededRandom } from "./random.mjs";
import { median, overRounds, quantile } from "./statistics.mjs";
import { syntheticEvent } from "./synthetic-policies.mjs";

/** Calls in a row before the next store has its turn: short, so that all meet the same weather. */
const CALLS_PER_TURN = 20;
const BATCH = 100;
/** Calls of each kind before anything is counted: V8 takes about as many to optimise what they run through. */
const WARM_UP_CALLS = 300;

/** The weights of the default ranking. */
const BEST_TEN = { indexes: { expectedValue: 0.6, confidence: 0.2, accessCount: 0.1 }, limit: 10 };

export const ENGINES = ["memory", "SQLite", "Redis"];

/** How policies are spread over agents, each from the number of a policy. */
export const SHAPES = {
  "one agent": () => "agent",
  "agents of a hundred": (index) => `agent-${Math.floor(index / 100)}`,
  "one agent with a hundred times the rest": (index) =>
    index % 101 === 0 ? `agent-${Math.floor(index / 1010)}` : "agent",
};

/** One call each, of a policy chosen at random. The time of `prepare` is not counted. */
export const CALLS = {
  decide: {
    against: "read",
    call: (cache, { agentId, state }) => cache.decide({ agentId, state }),
    check: ({ kind }) => kind === "serve",
  },
  record: { against: "write", call: (cache, event) => cache.record(event), check: ({ recorded }) => recorded },
  report: {
    against: "write",
    prepare: async (cache, { agentId, state }) => (await cache.decide({ agentId, state })).decisionId,
    call: (cache, decisionId) => cache.report(decisionId, { outcome: "success", reward: 0.9 }),
    check: ({ status }) => status === "learned",
  },
  recordMany: {
    against: "write",
    callsPerMeasure: BATCH,
    prepare: (_cache, _event, nextEvent) => Array.from({ length: BATCH }, nextEvent),
    call: (cache, events) => cache.recordMany(events),
    check: ({ recorded }) => recorded === BATCH,
  },
  "best ten": {
    against: "read",
    call: (cache, { agentId }) => cache.policies.compositeScore({ agentId }, BEST_TEN),
    check: (ranked) => ranked.length > 0,
  },
};

/**
 * A filled store with the bare operations of its engine beside it.
 *
 * @param url - of a Redis server, of which the store takes a database for itself
 */
export async function openStore({ library, engine, shape, policies, folder, url, onProgress }) {
  const agentOf = SHAPES[shape];
  const location = { memory: "memory:", SQLite: join(folder, `${fileName(shape)}-${policies}.db`), Redis: url }[engine];
  const started = performance.now();
  const cache = await openFilled(library, location, { policies, agentOf, onProgress });
  const seconds = (performance.now() - started) / 1000;
  const random = seededRandom(11);
  const nextEvent = () => {
    const index = Math.floor(random() * policies);
    return syntheticEvent(agentOf(index), index);
  };
  await cache.policies.compositeScore({ agentId: nextEvent().agentId }, BEST_TEN);
  const bare = await BARE[engine](location, random);
  const close = async () => {
    await cache.close();
    await bare.close();
    if (engine === "SQLite") await rm(location); // large ones would fill the disk
  };
  return { engine, shape, policies, fillSeconds: seconds, cache, nextEvent, bare, close };
}

const BARE = {
  memory: async () => ({ close: async () => {} }),
  SQLite: async (path, random) => {
    const database = new Database(path);
    database.exec("PRAGMA synchronous = NORMAL");
    const places = sampledPlaces(database);
    const place = () => places[Math.floor(random() * places.length)];
    const select = database.prepare("SELECT fields FROM records WHERE key = ? AND id = ?");
    const begin = database.prepare("BEGIN IMMEDIATE");
    const commit = database.prepare("COMMIT");
    const update = database.prepare("UPDATE records SET fields = ? WHERE key = ? AND id = ?");
    return {
      read: async () => {
        const { key, id } = place();
        return select.get(key, id);
      },
      prepareWrite: () => {
        const { key, id } = place();
        return [select.get(key, id).fields, key, id];
      },
      write: async (values) => {
        begin.run();
        update.run(...values);
        commit.run();
      },
      close: async () => database.close(),
    };
  },
  Redis: async (url, random) => {
    const client = await createClient({ url }).connect();
    const places = [];
    for await (const page of client.scanIterator({ MATCH: "*:state\t*", COUNT: 1000 })) {
      places.push(...page);
      if (places.length >= 10_000) break;
    }
    const entry = { fields: "x".repeat(350) };
    return {
      read: () => client.hGetAll(places[Math.floor(random() * places.length)]),
      prepareWrite: () => undefined,
      write: () => client.xAdd("bare:stream", "*", entry),
      close: async () => client.destroy(),
    };
  },
};

/** Places of policies all over the file, at most 10 000. */
function sampledPlaces(database) {
  const { count } = database.prepare("SELECT count(*) AS count FROM records").get();
  const sql = "SELECT key, id FROM records WHERE id LIKE 'PolicyEntry%' AND abs(random()) % ? = 0";
  return database.prepare(sql).all(Math.max(1, Math.floor(count / 20_000)));
}

function fileName(text) {
  return text.replaceAll(" ", "-");
}

/**
 * Calls on every store, taking turns. The first round is for V8 to optimise.
 *
 * @returns for every call and store its median and 99th percentile over the rounds, and as multiples of the bare
 *   operation in the same round
 */
export async function measureStores(stores, { calls, rounds, callsPerRound, onProgress }) {
  const measured = [];
  for (const name of calls) {
    const { against, callsPerMeasure = 1 } = CALLS[name];
    const results = stores.map(() => []);
    for (let round = 0; round <= rounds; round += 1) {
      onProgress(`${name}: round ${round} of ${rounds}`);
      const times = stores.map(() => ({ calls: [], bare: [] }));
      const wanted = Math.ceil((round === 0 ? WARM_UP_CALLS : callsPerRound) / callsPerMeasure);
      for (let made = 0; made < wanted; made += CALLS_PER_TURN) {
        const turn = Math.min(CALLS_PER_TURN, wanted - made);
        for (const [index, store] of stores.entries()) {
          times[index].calls.push(...(await timeCalls(store, CALLS[name], turn)));
          if (store.bare[against] !== undefined) times[index].bare.push(...(await timeBare(store.bare, against, turn)));
        }
      }
      if (round > 0) for (const [index, of] of times.entries()) results[index].push(of);
    }
    for (const [index, { engine, shape, policies }] of stores.entries()) {
      measured.push({ engine, shape, policies, call: name, ...summarise(results[index], callsPerMeasure) });
    }
  }
  return measured;
}

async function timeCalls(
  { cache, nextEvent },
  { prepare = (_cache, event) => event, call, check, callsPerMeasure = 1 },
  count,
) {
  const times = [];
  while (times.length < count) {
    const argument = await prepare(cache, nextEvent(), nextEvent);
    const started = performance.now();
    const result = await call(cache, argument);
    times.push(((performance.now() - started) * 1000) / callsPerMeasure);
    if (!check(result)) throw new Error(`Not what was expected: ${JSON.stringify(result).slice(0, 300)}`);
  }
  return times;
}

async function timeBare(bare, kind, count) {
  const times = [];
  while (times.length < count) {
    const argument = kind === "write" ? bare.prepareWrite() : undefined;
    const started = performance.now();
    await bare[kind](argument);
    times.push((performance.now() - started) * 1000);
  }
  return times;
}

function summarise(rounds, callsPerMeasure) {
  const over = (figure) => overRounds(rounds.map(figure));
  const hasBare = rounds[0].bare.length > 0;
  return {
    medians: rounds.map(({ calls }) => median(calls)),
    callsPerRound: rounds[0].calls.length * callsPerMeasure,
    microseconds: over(({ calls }) => median(calls)),
    p99Microseconds: over(({ calls }) => quantile(calls, 0.99)),
    ...(hasBare
      ? {
          bareMicroseconds: over(({ bare }) => median(bare)),
          ratio: over(({ calls, bare }) => median(calls) / median(bare)),
          p99Ratio: over(({ calls, bare }) => quantile(calls, 0.99) / quantile(bare, 0.99)),
        }
      : {}),
  };
}
