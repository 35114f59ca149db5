// What does it cost that a decision id is sealed? Ids of real decisions, made and opened again, beside the calls that need them.

import { join } from "node:path";
import { DecisionIds } from "../../src/cache/deciding/ids/decision-ids.js";
import { bytesOf } from "../../src/cache/deciding/ids/record-bytes.js";
import { SealingKey } from "../../src/cache/deciding/ids/sealing/sealing-key.js";
import { library, type PolicyCache } from "../harness/library.js";
import { runMeasurement } from "../harness/measurement.js";
import { fixed, percent, range } from "../harness/report/format.js";
import { median, type OverRounds, overRounds } from "../harness/statistics.js";

const USAGE = `Usage: npm run bench -- decision-ids [options]

  --rounds <n>   rounds (default 9)
  --calls <n>    of each kind in a round (default 2000)
  --json         print the figures as JSON instead of tables
`;

const ENGINES = ["memory", "SQLite"] as const;
const CALLS_PER_TURN = 50;
const SUCCESSES = 6;

/** A decision of a kind on an engine. */
interface Cost {
  readonly engine: (typeof ENGINES)[number];
  readonly kind: "serve" | "fallback";
  readonly characters: number;
  readonly decideMicroseconds: OverRounds;
  /** To write the decision down as bytes, and to seal these. */
  readonly idMicroseconds: OverRounds;
  /** To seal the bytes alone. */
  readonly sealMicroseconds: OverRounds;
  /** To open it again, as `report` does. */
  readonly openMicroseconds: OverRounds;
  /** What sealing is of a decide, and the whole id. */
  readonly sealShare: OverRounds;
  readonly idShare: OverRounds;
}

await runMeasurement({
  usage: USAGE,
  options: { numbers: ["rounds", "calls"] },
  measure: async ({ rounds = 9, calls = 2000 }, { folder, progress }) => {
    const costs: Cost[] = [];
    for (const engine of ENGINES) {
      const location = engine === "memory" ? "memory:" : join(folder, "decisions.db");
      const store = await library.openStore(location);
      const cache = await library.PolicyCache.open(store, { workers: "inline" });
      for (const kind of ["serve", "fallback"] as const) {
        progress.show(`${kind} on ${engine}`);
        costs.push({ engine, kind, ...(await measureKind(cache, await DecisionIds.open(store), kind, rounds, calls)) });
      }
      await cache.close();
      await store.close();
    }
    return { rounds, calls, costs };
  },
  blocks: ({ costs }) => {
    const headings = [
      "engine",
      "decision",
      "characters",
      "decide, µs",
      "",
      "its id, µs",
      "of which sealing",
      "opening it, µs",
    ];
    const rows = costs.map((cost) => [
      cost.engine,
      cost.kind,
      String(cost.characters),
      ...over(cost.decideMicroseconds),
      `${fixed(cost.idMicroseconds.median, 1)}, ${percent(cost.idShare.median)}`,
      `${fixed(cost.sealMicroseconds.median, 1)}, ${percent(cost.sealShare.median)} ${range(cost.sealShare, percent)}`,
      fixed(cost.openMicroseconds.median, 1),
    ]);
    return [
      { heading: "What a sealed decision id costs, with its share of the decide" },
      { table: { headings, rows } },
    ];
  },
});

function over(figure: OverRounds): readonly [string, string] {
  return [fixed(figure.median, 1), range(figure, (value) => fixed(value, 1))];
}

async function measureKind(
  cache: PolicyCache,
  ids: DecisionIds,
  kind: Cost["kind"],
  rounds: number,
  calls: number,
): Promise<Omit<Cost, "engine" | "kind">> {
  const state = { task: "deploy", env: "staging", kind };
  const action = { type: "run_playbook", spec: { playbook: "deploy.yml" } };
  if (kind === "serve") {
    for (let success = 0; success < SUCCESSES; success += 1) await cache.record({ state, action, outcome: "success" });
  }
  const decide = () => cache.decide({ state, fallback: () => action });
  const id = (await decide()).decisionId;
  const record = await ids.open(id, "decisionId");
  if (record.kind !== kind) throw new Error(`Expected ${kind}, not ${record.kind}.`);
  const bytes = bytesOf(record);
  const key = new SealingKey("A".repeat(43));
  const measured: Record<"decide" | "id" | "seal" | "open", number[]>[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const times = { decide: [], id: [], seal: [], open: [] } as (typeof measured)[number];
    for (let made = 0; made < calls; made += CALLS_PER_TURN) {
      times.decide.push(await timePerCall(decide));
      times.id.push(await timePerCall(() => ids.idOf(record)));
      times.seal.push(await timePerCall(() => key.seal(bytes)));
      times.open.push(await timePerCall(() => ids.open(id, "decisionId")));
    }
    if (round > 0) measured.push(times); // the first one warms up
  }
  const overAll = (figure: (times: (typeof measured)[number]) => number) => overRounds(measured.map(figure));
  return {
    characters: id.length,
    decideMicroseconds: overAll((times) => median(times.decide)),
    idMicroseconds: overAll((times) => median(times.id)),
    sealMicroseconds: overAll((times) => median(times.seal)),
    openMicroseconds: overAll((times) => median(times.open)),
    sealShare: overAll((times) => median(times.seal) / median(times.decide)),
    idShare: overAll((times) => median(times.id) / median(times.decide)),
  };
}

/** A single id takes too little time to be told by the clock. @returns the mean over a turn, in microseconds */
async function timePerCall(call: () => unknown): Promise<number> {
  const started = performance.now();
  for (let made = 0; made < CALLS_PER_TURN; made += 1) {
    const returned = call();
    if (returned instanceof Promise) await returned;
  }
  return ((performance.now() - started) * 1000) / CALLS_PER_TURN;
}
