// What the memory of a store goes into: bytes per policy by kind of key, and what further use adds.

import { splitParts } from "../../../src/common/joined-parts.js";
import type { ContentLine } from "../../../src/migration/export-format.js";
import { decisionIdOf } from "../../harness/decision-id.js";
import { library, type OutcomeEvent, type PolicyCache } from "../../harness/library.js";
import { sampleEvent } from "../../harness/stores/sample-events.js";
import type { BytesByKind, MemoryEngine } from "./engines.js";

/** One success makes a policy: how much evidence there is hardly changes what it takes. */
const DEFAULTS = { minEvents: 1, ciThreshold: 0.1 };
const EVENTS_PER_BATCH = 500;
/** Policies of the store in which further use is measured. */
const USED_POLICIES = 500;
const STEPS_PER_EPISODE = 10;

/** What use of a store adds to it, each from the number of a pair. */
const USES: Readonly<Record<string, (cache: PolicyCache, pair: number) => Promise<void>>> = {
  "a policy reported for the first time": report,
  "a further report": report,
  "an event with an id, in an episode of ten": async (cache, pair) => {
    const episodeId = `episode-${Math.floor(pair / STEPS_PER_EPISODE)}`;
    await cache.record(
      sampleEvent(pair, { id: `event-${1_000_000 + pair}`, episodeId, step: pair % STEPS_PER_EPISODE }),
    );
  },
};

/** Streams have a length they do not exceed: what they take is told by the entry. */
const STREAMS = ["outcome stream", "policy events"];

async function report(cache: PolicyCache, pair: number): Promise<void> {
  const { agentId, state } = sampleEvent(pair);
  const decisionId = decisionIdOf(await cache.decide({ agentId, state }));
  await cache.report(decisionId, { outcome: "success", reward: 0.9 });
}

export interface MemoryFigures {
  readonly engine: string;
  readonly policies: number;
  readonly bytesPerPolicy: number;
  readonly kinds: BytesByKind;
  readonly entries: BytesByKind;
  /** Letters in the names of the fields of a policy and its evidence. */
  readonly nameBytes: number;
  readonly uses: Readonly<Record<string, AddedBytes>>;
}

/** What use adds, each time. */
interface AddedBytes {
  readonly bytes: number;
  readonly kinds: BytesByKind;
}

export async function measureMemory(
  engine: MemoryEngine,
  policies: number,
  onProgress: (made: number) => void,
): Promise<MemoryFigures> {
  const whole = await engine.open("policies");
  const before = await whole.read();
  const cache = await fill(whole.location, policies, onProgress);
  const after = await whole.read();
  const entries = (await whole.entries?.()) ?? {};
  await cache.close();
  await whole.close?.();
  const nameBytes = await namesPerPolicy(sampleEvent(0));
  const perPolicy = (after.bytes - before.bytes) / policies;
  const kinds = mapValues(after.kinds ?? {}, (bytes) => bytes / policies);
  return {
    engine: engine.name,
    policies,
    bytesPerPolicy: perPolicy,
    kinds,
    entries,
    nameBytes,
    uses: await measureUses(engine),
  };
}

async function namesPerPolicy(event: OutcomeEvent): Promise<number> {
  const cache = await library.PolicyCache.open("memory:", { workers: "inline", defaults: DEFAULTS });
  await cache.record(event);
  let text = "";
  for await (const lines of library.exportStore(cache.store)) text += lines;
  await cache.close();
  const lines: readonly ContentLine[] = text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  const names = lines.flatMap((line) =>
    line.kind === "record" && splitParts(line.key)[0] === "state" ? Object.keys(line.fields) : [],
  );
  return names.join("").length;
}

async function measureUses(engine: MemoryEngine): Promise<MemoryFigures["uses"]> {
  const part = await engine.open("uses");
  const cache = await fill(part.location, USED_POLICIES);
  const uses: Record<string, AddedBytes> = {};
  let before = await part.read();
  for (const [name, use] of Object.entries(USES)) {
    for (let pair = 0; pair < USED_POLICIES; pair += 1) await use(cache, pair);
    const after = await part.read();
    const kinds: Record<string, number> = {};
    for (const [kind, bytes] of Object.entries(after.kinds ?? {})) {
      const added = (bytes - (before.kinds?.[kind] ?? 0)) / USED_POLICIES;
      if (!STREAMS.includes(kind) && Math.abs(added) >= 0.5) kinds[kind] = added;
    }
    const total = (after.bytes - before.bytes) / USED_POLICIES;
    uses[name] = { bytes: after.kinds === undefined ? total : sum(Object.values(kinds)), kinds };
    before = after;
  }
  await cache.close();
  await part.close?.();
  return uses;
}

async function fill(
  location: string,
  policies: number,
  onProgress: (made: number) => void = () => {},
): Promise<PolicyCache> {
  const cache = await library.PolicyCache.open(location, { workers: "inline", defaults: DEFAULTS });
  for (let first = 0; first < policies; first += EVENTS_PER_BATCH) {
    const size = Math.min(EVENTS_PER_BATCH, policies - first);
    await cache.recordMany(Array.from({ length: size }, (_, index) => sampleEvent(first + index)));
    onProgress(first + size);
  }
  return cache;
}

function mapValues(values: BytesByKind, change: (bytes: number) => number): BytesByKind {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, change(value)]));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
