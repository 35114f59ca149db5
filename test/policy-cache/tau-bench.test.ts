import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { CRYSTALLIZER_GROUP, crystallizationHandler, OUTCOME_STREAM } from "../../src/policy-cache/crystallization.js";
import type { OutcomeEvent } from "../../src/policy-cache/outcome-event.js";
import type { PolicyCache, PolicyCacheOptions } from "../../src/policy-cache/policy-cache.js";
import { StreamConsumer } from "../../src/streams/stream-consumer.js";
import { describeWithData, expectWithin, readJson, sharedData } from "../golden.js";
import { ENGINES, type EngineName, openTestCache } from "../support/stores.js";

// Reference figures computed elsewhere, by another program in another language: see the README beside the data.

const AGENT = "airline-gpt-4o";
const FOLDER = "tau-bench-airline";
const BATCH_SIZES = [1, 7, 50, 5000];
const WORKERS = ["background", "inline", "none"] as const;

interface Pair {
  readonly stateFingerprint: string;
  readonly actionType: string;
  readonly total: number;
  readonly successes: number;
  readonly wilsonLower: number;
}

interface Variant {
  readonly events: number;
  readonly episodes: number;
  readonly successEvents: number;
  readonly distinctStates: number;
  readonly distinctStateActionPairs: number;
  readonly crystallizable: {
    readonly "wilsonAbove0.6": number;
    readonly "wilsonAbove0.3": number;
    readonly "everAbove0.6DuringReplay": number;
    readonly "everAbove0.3DuringReplay": number;
  };
  readonly pairsAbove06: readonly Pair[];
  readonly pairsAbove03: readonly Pair[];
}

const VARIANTS = [
  { variant: "base", file: `${FOLDER}/train.events.jsonl` },
  { variant: "rich", file: `${FOLDER}/train.rich.events.jsonl` },
] as const;

function readEvents(file: string): OutcomeEvent[] {
  const lines = readFileSync(file, "utf8").trimEnd().split("\n");
  return lines.map((line, position) => ({ ...(JSON.parse(line) as OutcomeEvent), id: `line-${position}` }));
}

function expectedFigures(variant: "base" | "rich"): Variant {
  const file = sharedData(`${FOLDER}/expected.json`) ?? "";
  return readJson<{ base: Variant; rich: Variant }>(file)[variant];
}

/** Learns a whole file and waits until all of it is counted. */
async function learn(
  engine: EngineName,
  events: readonly OutcomeEvent[],
  batchSize: number,
  options: PolicyCacheOptions,
): Promise<PolicyCache> {
  const cache = await openTestCache(engine, { ...options, batchSize });
  for (let start = 0; start < events.length; start += batchSize) {
    await cache.recordMany(events.slice(start, start + batchSize));
  }
  if (options.workers === "none") await consumeWithOwnConsumer(cache, batchSize);
  await cache.flush();
  return cache;
}

async function consumeWithOwnConsumer({ store }: PolicyCache, batchSize: number): Promise<void> {
  const consumer = new StreamConsumer({
    store,
    streamKey: OUTCOME_STREAM,
    groupName: CRYSTALLIZER_GROUP,
    consumerName: "own",
    batchSize,
    handler: crystallizationHandler,
  });
  while ((await consumer.processBatch({ blockMs: 0 })) > 0) {
    // Until nothing is left.
  }
}

async function expectFigures(
  cache: PolicyCache,
  expected: Variant,
  ciThreshold: 0.3 | 0.6,
  agentId = AGENT,
): Promise<void> {
  const { totals, malformed, stream } = await cache.statistics({ agentId });
  expect({ ...totals, malformed, pending: stream.groups }).toEqual({
    events: expected.events,
    successes: expected.successEvents,
    episodes: expected.episodes,
    states: expected.distinctStates,
    pairs: expected.distinctStateActionPairs,
    passing: expected.crystallizable[`wilsonAbove${ciThreshold}`],
    policies: expected.crystallizable[`everAbove${ciThreshold}DuringReplay`],
    malformed: 0,
    pending: [{ name: CRYSTALLIZER_GROUP, pending: 0, lag: 0 }],
  });
  const { policies } = await cache.ranking({ agentId, limit: 1000 });
  expect(policies).toHaveLength(totals.policies);
  const passing = policies.filter(({ evidence }) => evidence.passes);
  const pairs = ciThreshold === 0.6 ? expected.pairsAbove06 : expected.pairsAbove03;
  expect(passing).toHaveLength(pairs.length);
  for (const pair of pairs) {
    const policy = passing.find(
      ({ entry }) => entry.stateFingerprint === pair.stateFingerprint && entry.actionType === pair.actionType,
    );
    expect(policy?.evidence).toMatchObject({ trials: pair.total, successes: pair.successes });
    expectWithin(policy?.evidence.bound ?? Number.NaN, pair.wilsonLower, 1e-12, `bound of ${pair.stateFingerprint}`);
  }
}

// Every engine, worker and batch size, with the thresholds in turns: each of them meets each of the others.
const MATRIX = ENGINES.flatMap((engine) =>
  WORKERS.flatMap((workers, workersAt) =>
    BATCH_SIZES.map((batchSize, batchAt) => ({
      engine,
      workers,
      batchSize,
      ciThreshold: (workersAt + batchAt) % 2 === 0 ? (0.6 as const) : (0.3 as const),
    })),
  ),
);

for (const { variant, file } of VARIANTS) {
  describeWithData(`learning from real agent runs, ${variant} states`, file, (path) => {
    const events = readEvents(path);
    const expected = expectedFigures(variant);
    it.each([
      { shards: 3, workers: "background" },
      { shards: 8, workers: "inline" },
      { shards: 8, workers: "none" },
    ] as const)(
      "gives them to each of four agents in $shards shards, workers $workers",
      async ({ shards, workers }) => {
        const agents = [AGENT, "agent-1", "agent-2", "agent-3"];
        const mixed = events.flatMap((event) => agents.map((agentId) => ({ ...event, agentId })));
        const cache = await learn("memory", mixed, 50, { shards, workers, defaults: { ciThreshold: 0.3 } });
        expect(new Set(agents.map((agent) => cache.store.shardOf(agent))).size).toBeGreaterThan(1);
        for (const agentId of agents) await expectFigures(cache, expected, 0.3, agentId);
      },
    );
    const settings = variant === "base" ? MATRIX : MATRIX.filter(({ workers }) => workers !== "none");
    it.each(settings)(
      "gives the reference figures on $engine, workers $workers, batches of $batchSize, threshold $ciThreshold",
      async ({ engine, workers, batchSize, ciThreshold }) => {
        const cache = await learn(engine, events, batchSize, { workers, defaults: { ciThreshold } });
        await expectFigures(cache, expected, ciThreshold);
        if (batchSize !== 5000) return;
        expect(await cache.recordMany(events)).toMatchObject({ recorded: 0, duplicates: events.length });
        await expectFigures(cache, expected, ciThreshold);
      },
    );
  });
}
