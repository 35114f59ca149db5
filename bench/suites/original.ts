// The calls of the original's PolicyCache page beside ours, on the same Redis, taking turns. The method:
// docs/benchmarks.md.

import { decisionIdOf } from "../harness/decision-id.js";
import { library, type PolicyCache, seededRandom } from "../harness/library.js";
import { runMeasurement } from "../harness/measurement.js";
import { toNumbers } from "../harness/options.js";
import type { Progress } from "../harness/progress.js";
import { median, overRounds, quantile } from "../harness/statistics.js";
import { openFilled } from "../harness/stores/fill-store.js";
import { syntheticEvent } from "../harness/stores/synthetic-policies.js";
import { OriginalCommands, type OriginalPolicy } from "./original/commands.js";
import { type ComparedJob, originalBlocks } from "./original/report.js";

const USAGE = `Usage: npm run bench -- original [options]

  --quick                  1000 and 10 000 policies, fewer rounds
  --policies <n,n,...>     policies of the agent (default 1000,10000,100000)
  --rounds <n>             rounds (default 9, quick 2)
  --json                   print the figures as JSON instead of a table
`;

const AGENT = "agent";
const BATCH = 500;
const CALLS_PER_TURN = 20;
const TOP = { indexes: { expectedValue: 0.6, confidence: 0.2 }, limit: 10 };

/** The same job done both ways, each from the number of a policy. */
interface Job {
  readonly name: string;
  /** What it is called in the original. */
  readonly original: string;
  /** It reads every policy of the agent, and is called less often. */
  readonly isScan?: boolean;
  /** Not timed. */
  readonly prepareOurs: (index: number) => Promise<() => Promise<unknown>>;
  readonly theirs: (index: number) => Promise<unknown>;
}

function jobs(cache: PolicyCache, origin: OriginalCommands, policies: number): readonly Job[] {
  const { policies: repository, store } = cache;
  const where = { agentId: AGENT };
  let created = policies;
  return [
    {
      name: "save a new policy",
      original: "save",
      prepareOurs: async () => () => repository.save(valuesOf(++created)),
      theirs: () => origin.save(entry(++created)),
    },
    {
      name: "one step of a Q-value",
      original: "update_q_value",
      prepareOurs: async (index) => () => library.updateQValue(store, entry(index), { reward: 0.8, maxFutureQ: 0.6 }),
      theirs: (index) => origin.updateQValue(entry(index), 0.8, 0.6),
    },
    {
      name: "learn from a success",
      original: "acted, update_q_value",
      prepareOurs: async (index) => {
        const decisionId = decisionIdOf(await cache.decide({ agentId: AGENT, state: stateOf(index) }));
        return () => cache.report(decisionId, { outcome: "success", reward: 0.9 });
      },
      theirs: (index) => origin.learn(entry(index), 0.9),
    },
    {
      name: "the ten best by decayed value",
      original: "top_by_decay",
      isScan: true,
      prepareOurs: async () => () => repository.topByDecay(where, 10),
      theirs: () => origin.topByDecay(AGENT),
    },
    {
      name: "the ten best by composite",
      original: "composite_score",
      isScan: true,
      prepareOurs: async () => () => repository.compositeScore(where, TOP),
      theirs: () => origin.compositeScore(AGENT),
    },
    {
      name: "what to do in a state",
      original: "composite_score",
      isScan: true,
      prepareOurs: async (index) => () => cache.decide({ agentId: AGENT, state: stateOf(index) }),
      theirs: () => origin.compositeScore(AGENT),
    },
  ];
}

function stateOf(index: number) {
  return syntheticEvent(AGENT, index).state;
}

/** A policy as the original saves it. */
function entry(index: number): OriginalPolicy {
  const { state, action } = syntheticEvent(AGENT, index);
  return {
    entryId: index.toString(16).padStart(24, "0"),
    agentId: AGENT,
    stateFingerprint: library.computeFingerprint(state),
    state: { ...state, urgent: true },
    actionType: action.type,
    spec: action.spec,
    qValue: 0.1 + 0.9 * ((index * 0.618) % 1),
  };
}

/** The same as ours saves it. */
function valuesOf(index: number) {
  const { state, action } = syntheticEvent(AGENT, index);
  const stateFingerprint = library.computeFingerprint(state);
  return { agentId: AGENT, stateFingerprint, stateFeatures: state, actionType: action.type, actionSpec: action.spec };
}

interface CompareOptions {
  readonly url: string;
  readonly policies: number;
  readonly rounds: number;
  readonly quick: boolean;
  readonly progress: Progress;
}

/** What each call of one round took, in microseconds. */
interface Times {
  readonly ours: number[];
  readonly theirs: number[];
}

async function compare({ url, policies, rounds, quick, progress }: CompareOptions): Promise<readonly ComparedJob[]> {
  const show = (made: number) => progress.show(`original: ${made} of ${policies} policies`);
  const cache = await openFilled(url, { policies, agentOf: () => AGENT, onProgress: show });
  const origin = await OriginalCommands.connect(url);
  try {
    for (let first = 0; first < policies; first += BATCH) {
      const size = Math.min(BATCH, policies - first);
      await origin.fill(Array.from({ length: size }, (_, index) => entry(first + index)));
      show(first + size);
    }
    const results: ComparedJob[] = [];
    const random = seededRandom(3);
    for (const job of jobs(cache, origin, policies)) {
      const calls = job.isScan ? (quick || policies > 10_000 ? 2 : 20) : quick ? 100 : 400;
      const measured: Times[] = [];
      for (let round = 0; round <= rounds; round += 1) {
        progress.show(`original, ${policies} policies, ${job.name}: round ${round} of ${rounds}`);
        const times: Times = { ours: [], theirs: [] };
        const anyPolicy = () => Math.floor(random() * policies);
        for (let made = 0; made < calls; made += CALLS_PER_TURN) {
          const turn = Math.min(calls, CALLS_PER_TURN);
          times.ours.push(...(await timeTurn(turn, () => job.prepareOurs(anyPolicy()))));
          times.theirs.push(
            ...(await timeTurn(turn, async () => {
              const index = anyPolicy();
              return () => job.theirs(index);
            })),
          );
        }
        if (round > 0) measured.push(times);
      }
      results.push({ policies, name: job.name, original: job.original, ...summarise(measured) });
    }
    return results;
  } finally {
    origin.close();
    await cache.close();
  }
}

/** @returns what each call took, in microseconds */
async function timeTurn(calls: number, prepare: () => Promise<() => Promise<unknown>>): Promise<readonly number[]> {
  const times: number[] = [];
  while (times.length < calls) {
    const call = await prepare();
    const started = performance.now();
    await call();
    times.push((performance.now() - started) * 1000);
  }
  return times;
}

function summarise(rounds: readonly Times[]) {
  const over = (figure: (times: Times) => number) => overRounds(rounds.map(figure));
  return {
    ours: over(({ ours }) => median(ours)),
    oursP99: over(({ ours }) => quantile(ours, 0.99)),
    theirs: over(({ theirs }) => median(theirs)),
    theirsP99: over(({ theirs }) => quantile(theirs, 0.99)),
    timesFaster: over(({ ours, theirs }) => median(theirs) / median(ours)),
  };
}

await runMeasurement({
  usage: USAGE,
  options: { numbers: ["rounds"], texts: ["policies"], flags: ["quick"] },
  measure: async ({ quick, policies, rounds }, { startRedis, progress }) => {
    const sizes = toNumbers(policies ?? (quick ? "1000,10000" : "1000,10000,100000"));
    const figures: ComparedJob[] = [];
    for (const size of sizes) {
      const server = await startRedis();
      if (server === undefined) return { figures };
      const count = rounds ?? (quick ? 2 : 9);
      figures.push(...(await compare({ url: server.url, policies: size, rounds: count, quick, progress })));
    }
    return { figures };
  },
  blocks: originalBlocks,
});
