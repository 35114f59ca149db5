import { readFileSync } from "node:fs";
import { expect } from "vitest";
import type { OutcomeEvent } from "../../../src/cache/events/outcome-event.js";
import type { PolicyCache } from "../../../src/cache/policy-cache.js";
import { crystallizationHandler } from "../../../src/cache/recording/crystallization.js";
import { CRYSTALLIZER_GROUP, OUTCOME_STREAM } from "../../../src/cache/recording/outcome-stream.js";
import { StreamConsumer } from "../../../src/streams/stream-consumer.js";
import { parseEvent } from "../../support/events.js";
import { expectWithin, readJson, sharedData } from "../../support/golden.js";

// Reference figures computed elsewhere, by another program in another language: see the README beside the data.

export const AGENT = "airline-gpt-4o";
const FOLDER = "tau-bench-airline";

interface Pair {
  readonly stateFingerprint: string;
  readonly actionType: string;
  readonly total: number;
  readonly successes: number;
  readonly wilsonLower: number;
}

export interface Variant {
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

export const VARIANTS = [
  { variant: "base", file: `${FOLDER}/train.events.jsonl` },
  { variant: "rich", file: `${FOLDER}/train.rich.events.jsonl` },
] as const;

export function readEvents(file: string): OutcomeEvent[] {
  const lines = readFileSync(file, "utf8").trimEnd().split("\n");
  return lines.map((line, position) => ({ ...parseEvent(line), id: `line-${position}` }));
}

export function expectedFigures(variant: "base" | "rich"): Variant {
  const file = sharedData(`${FOLDER}/expected.json`) ?? "";
  return readJson<{ base: Variant; rich: Variant }>(file)[variant];
}

/** Teaches a cache a whole file and waits until all of it is counted. */
export async function learnAll(
  cache: PolicyCache,
  events: readonly OutcomeEvent[],
  batchSize: number,
  workers: "background" | "inline" | "none",
): Promise<void> {
  for (let start = 0; start < events.length; start += batchSize) {
    await cache.recordMany(events.slice(start, start + batchSize));
  }
  if (workers === "none") await consumeWithOwnConsumer(cache, batchSize);
  await cache.flush();
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

export async function expectFigures(
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
    refusals: 0,
    malformed: 0,
    pending: [{ name: CRYSTALLIZER_GROUP, pending: 0, lag: 0 }],
  });
  const { records: policies } = await cache.ranking({ agentId, limit: 1000 });
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
