// The calls of the original's PolicyCache page beside ours, on the same Redis, taking turns. The method:
// docs/benchmarks.md.

import { openFilled } from "./fill-store.mjs";
import * as library from "./library.mjs";
import { OriginCommands } from "./origin-commands.mjs";
import { runPart } from "./part.mjs";
import { seededRandom } from "./random.mjs";
import { originBlocks } from "./report-stores.mjs";
import { median, overRounds, quantile } from "./statistics.mjs";
import { syntheticEvent } from "./synthetic-policies.mjs";

const USAGE = `Usage: node bench/origin.mjs [options]

  --quick                  1000 and 10 000 policies, fewer rounds
  --policies <n,n,...>     policies of the agent (default 1000,10000,100000)
  --rounds <n>             rounds (default 9, quick 2)
  --json                   print the figures as JSON instead of a table
`;

const AGENT = "agent";
const BATCH = 500;
const CALLS_PER_TURN = 20;
const TOP = { indexes: { expectedValue: 0.6, confidence: 0.2 }, limit: 10 };

/** The same job done both ways; each gets the number of a policy. Scans are called less often. */
function jobs(cache, origin, policies) {
  const { policies: repository, store } = cache;
  const where = { agentId: AGENT };
  let created = policies;
  return [
    {
      name: "save a new policy",
      original: "save",
      ours: () => repository.save(valuesOf(entry(++created))),
      theirs: () => origin.save(entry(++created)),
    },
    {
      name: "one step of a Q-value",
      original: "update_q_value",
      ours: (index) => library.updateQValue(store, entry(index), { reward: 0.8, maxFutureQ: 0.6 }),
      theirs: (index) => origin.updateQValue(entry(index), 0.8, 0.6),
    },
    {
      name: "learn from a success",
      original: "acted, update_q_value",
      prepare: async (index) => (await cache.decide({ agentId: AGENT, state: stateOf(index) })).decisionId,
      ours: (_index, decisionId) => cache.report(decisionId, { outcome: "success", reward: 0.9 }),
      theirs: (index) => origin.learn(entry(index), 0.9),
    },
    {
      name: "the ten best by decayed value",
      original: "top_by_decay",
      isScan: true,
      ours: () => repository.topByDecay(where, 10),
      theirs: () => origin.topByDecay(AGENT),
    },
    {
      name: "the ten best by composite",
      original: "composite_score",
      isScan: true,
      ours: () => repository.compositeScore(where, TOP),
      theirs: () => origin.compositeScore(AGENT),
    },
    {
      name: "what to do in a state",
      original: "composite_score",
      isScan: true,
      ours: (index) => cache.decide({ agentId: AGENT, state: stateOf(index) }),
      theirs: () => origin.compositeScore(AGENT),
    },
  ];
}

function stateOf(index) {
  return syntheticEvent(AGENT, index).state;
}

/** A policy as the original saves it. */
function entry(index) {
  const { state, action } = syntheticEvent(AGENT, index);
  return {
    entryId: index.toString(16).padStart(24, "0"),
    agentId: AGENT,
    stateFingerprint: library.computeFingerprint(state),
    stateJson: JSON.stringify(state),
    actionType: action.type,
    specJson: JSON.stringify(action.spec),
    qValue: 0.1 + 0.9 * ((index * 0.618) % 1),
  };
}

/** The same as ours saves it. */
function valuesOf({ agentId, stateFingerprint, stateJson, actionType, specJson }) {
  const [stateFeatures, actionSpec] = [JSON.parse(stateJson), JSON.parse(specJson)];
  return { agentId, stateFingerprint, stateFeatures, actionType, actionSpec };
}

async function compare({ url, policies, rounds, quick, progress }) {
  const show = (made) => progress.show(`original: ${made} of ${policies} policies`);
  const cache = await openFilled(library, url, { policies, agentOf: () => AGENT, onProgress: show });
  const origin = await OriginCommands.connect(url);
  try {
    for (let first = 0; first < policies; first += BATCH) {
      const size = Math.min(BATCH, policies - first);
      await origin.fill(Array.from({ length: size }, (_, index) => entry(first + index)));
      show(first + size);
    }
    const results = [];
    const random = seededRandom(3);
    for (const job of jobs(cache, origin, policies)) {
      const calls = job.isScan ? (quick || policies > 10_000 ? 2 : 20) : quick ? 100 : 400;
      const measured = [];
      for (let round = 0; round <= rounds; round += 1) {
        progress.show(`original, ${policies} policies, ${job.name}: round ${round} of ${rounds}`);
        const times = { ours: [], theirs: [] };
        for (let made = 0; made < calls; made += CALLS_PER_TURN) {
          for (const side of Object.keys(times)) {
            for (let call = 0; call < Math.min(calls, CALLS_PER_TURN); call += 1) {
              const index = Math.floor(random() * policies);
              const prepared = side === "ours" ? await job.prepare?.(index) : undefined;
              const started = performance.now();
              await job[side](index, prepared);
              times[side].push((performance.now() - started) * 1000);
            }
          }
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

function summarise(rounds) {
  const over = (figure) => overRounds(rounds.map(figure));
  return {
    ours: over(({ ours }) => median(ours)),
    oursP99: over(({ ours }) => quantile(ours, 0.99)),
    theirs: over(({ theirs }) => median(theirs)),
    theirsP99: over(({ theirs }) => quantile(theirs, 0.99)),
    timesFaster: over(({ ours, theirs }) => median(theirs) / median(ours)),
  };
}

await runPart({
  usage: USAGE,
  options: { policies: { type: "string" }, rounds: { type: "string" } },
  measure: async ({ quick, policies, rounds }, { startRedis, progress }) => {
    const sizes = (policies ?? (quick ? "1000,10000" : "1000,10000,100000")).split(",").map(Number);
    const figures = [];
    for (const size of sizes) {
      const server = await startRedis();
      if (server === undefined) return { figures };
      const count = Number(rounds ?? (quick ? 2 : 9));
      figures.push(...(await compare({ url: server.url, policies: size, rounds: count, quick, progress })));
    }
    return { figures };
  },
  blocks: originBlocks,
});
