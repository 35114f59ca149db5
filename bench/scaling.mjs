// What decide, record, report and the best ten cost in stores of growing size and of different shape, taking turns.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { PolicyCache } from "../dist/index.js";
import { describeMachine } from "./environment.mjs";
import { Progress } from "./progress.mjs";
import { seededRandom } from "./random.mjs";
import { median, overRounds } from "./statistics.mjs";
import { renderTable } from "./table.mjs";

const USAGE = `Usage: node bench/scaling.mjs [options]

  --quick                    1000 and 10 000 policies, fewer rounds
  --json                     print the figures as JSON instead of a table
  --policies <n,n,...>       policies of a store, smallest first (default 1000,10000,100000)
  --engine <memory|sqlite>   default sqlite
  --rounds <n>               default 9, quick 5
`;

/** One success makes a policy: how much evidence there is does not change what a call costs. */
const DEFAULTS = { minEvents: 1, ciThreshold: 0.1 };
const CALLS_PER_TURN = 20;
const TURNS_PER_ROUND = 10;
const EVENTS_PER_BATCH = 1000;

/** How policies are spread over agents. */
const SHAPES = {
  "one agent": () => "agent",
  "a hundred policies each": (pair) => `agent-${Math.floor(pair / 100)}`,
  "one agent with half": (pair) => (pair % 2 === 0 ? "agent" : `agent-${Math.floor(pair / 100)}`),
};

function eventOf(shape, pair) {
  return {
    agentId: SHAPES[shape](pair),
    state: { task: `task ${pair % 7}`, service: `service ${pair}`, urgent: pair % 2 === 0 },
    action: { type: `action ${pair % 5}`, spec: { attempts: 3 } },
    outcome: "success",
    reward: 1,
  };
}

async function fill(location, shape, policies, onProgress) {
  const cache = await PolicyCache.open(location, { workers: "inline", defaults: DEFAULTS });
  for (let first = 0; first < policies; first += EVENTS_PER_BATCH) {
    const size = Math.min(EVENTS_PER_BATCH, policies - first);
    await cache.recordMany(Array.from({ length: size }, (_, index) => eventOf(shape, first + index)));
    onProgress(first + size);
  }
  await cache.ranking({ agentId: SHAPES[shape](0) }); // reads every policy once; bounds serve from then on
  return cache;
}

/** Each returns how long one call took, in microseconds. */
const CALLS = {
  decide: async (cache, event) => timed(() => cache.decide(event())),
  record: async (cache, event) => timed(() => cache.record(event())),
  report: async (cache, event) => {
    const decision = await cache.decide(event());
    if (decision.kind !== "serve") throw new Error(decision.reason);
    return timed(() => cache.report(decision.decisionId, { outcome: "success", reward: 0.9 }));
  },
  "best ten": async (cache, event) => timed(() => cache.ranking({ agentId: event().agentId })),
};

async function timed(call) {
  const started = performance.now();
  await call();
  return (performance.now() - started) * 1000;
}

async function measureShape({ engine, shape, sizes, rounds, folder, progress }) {
  const stores = [];
  for (const policies of sizes) {
    const location = engine === "memory" ? "memory:" : join(folder, `${shape.replaceAll(" ", "-")}-${policies}.db`);
    const show = (created) => progress.show(`${shape}: ${created} of ${policies} policies`);
    stores.push({ policies, cache: await fill(location, shape, policies, show), rounds: {} });
  }
  const random = seededRandom(11);
  for (let round = 0; round <= rounds; round += 1) {
    progress.show(`${shape}: round ${round} of ${rounds}`);
    for (const [call, measure] of Object.entries(CALLS)) {
      const times = stores.map(() => []);
      for (let turn = 0; turn < TURNS_PER_ROUND; turn += 1) {
        for (const [index, { cache, policies }] of stores.entries()) {
          const event = () => eventOf(shape, Math.floor(random() * policies));
          for (let made = 0; made < CALLS_PER_TURN; made += 1) times[index].push(await measure(cache, event));
        }
      }
      for (const [index, store] of stores.entries()) {
        store.rounds[call] ??= [];
        if (round > 0) store.rounds[call].push(median(times[index])); // the first is for V8 to optimise
      }
    }
  }
  for (const { cache } of stores) await cache.close();
  return Object.keys(CALLS).flatMap((call) =>
    stores.map(({ policies, rounds: of }) => ({
      engine,
      shape,
      call,
      policies,
      microseconds: overRounds(of[call]),
      timesSmallest: overRounds(of[call].map((value, round) => value / stores[0].rounds[call][round])),
    })),
  );
}

function render(results) {
  const rows = results.map(({ shape, call, policies, microseconds, timesSmallest }) => [
    `${call}, ${shape}`,
    String(policies),
    microseconds.median.toFixed(0),
    timesSmallest.median.toFixed(2),
    `(${timesSmallest.lowest.toFixed(2)} to ${timesSmallest.highest.toFixed(2)})`,
  ]);
  return renderTable(["call, agents", "policies", "median us", "times smallest", ""], rows);
}

const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
    policies: { type: "string" },
    engine: { type: "string", default: "sqlite" },
    rounds: { type: "string" },
  },
});

if (values.help) process.stdout.write(USAGE);
else {
  const sizes = (values.policies ?? (values.quick ? "1000,10000" : "1000,10000,100000")).split(",").map(Number);
  const rounds = Number(values.rounds ?? (values.quick ? 5 : 9));
  const folder = await mkdtemp(join(tmpdir(), "policycache-bench-"));
  const progress = new Progress();
  try {
    const results = [];
    for (const shape of Object.keys(SHAPES)) {
      results.push(...(await measureShape({ engine: values.engine, shape, sizes, rounds, folder, progress })));
    }
    progress.clear();
    const environment = describeMachine();
    process.stdout.write(values.json ? `${JSON.stringify({ environment, results })}\n` : `${render(results)}\n`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
