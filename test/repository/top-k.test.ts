import fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import { openEngine } from "../../src/keyspace/open-engine.js";
import type { Engine, Operation } from "../../src/keyspace/port/engine.js";
import {
  confidenceField,
  cyclicDecayField,
  decayingSortedField,
  defineModel,
  keyField,
  openStore,
  Repository,
  Store,
  sortedField,
  tdValueField,
} from "../../src/models.js";
import { clockFields, clockScore } from "../../src/operations/records/ranking/scoring.js";
import { type GetManyInput, getMany } from "../../src/operations/records/reading.js";
import { clockScoring } from "../../src/primitives/decay-clock.js";
import { byScoreThenName } from "../../src/repository/best.js";
import { readCandidates } from "../../src/repository/candidates.js";
import { checkComposite, compositeOf } from "../../src/repository/composite-score.js";
import { ManualClock } from "../support/manual-clock.js";
import { describeOnDurableEngines, describeOnEveryEngine, freshLocation } from "../support/stores/stores.js";

// The best records, found by their bounds, against the best of all records read one by one.

const DAY = 86_400;

const Tool = defineModel("Tool", {
  scope: "agent",
  identity: ["agent", "id"],
  fields: {
    agent: keyField(),
    id: keyField(),
    rank: sortedField(),
    value: tdValueField(),
    recency: cyclicDecayField({
      partitionBy: "agent",
      baseScoreField: "value",
      cycles: [[7 * DAY, 0.3]],
      pressureRate: 0.02,
    }),
    age: decayingSortedField({ partitionBy: "agent", baseScoreField: "rank", decayRate: 0.4 }),
    trust: confidenceField(),
  },
  accessTracker: {},
  ranking: { recency: 0.6, trust: 0.2, accessCount: 0.1 },
});

const AGENT = "a";

interface Identity {
  readonly agent: string;
  readonly id: string;
}

type Tools = Repository<typeof Tool>;
type Options = Parameters<Tools["compositeScore"]>[1];

interface World {
  readonly tools: Tools;
  readonly clock: ManualClock;
}

async function openWorld(location: string, clock: ManualClock, defaults = {}): Promise<World> {
  const store = await openStore(location, { clock: clock.read, defaults });
  return { tools: new Repository(store, Tool), clock };
}

async function everyRecord({ store, layout }: Tools) {
  const all = [];
  for await (const page of readCandidates(store, layout, new Map([["agent", AGENT]]), 100)) all.push(...page);
  return all;
}

async function bestOfAll(tools: Tools, options: Options, store: Store) {
  const composite = checkComposite(tools.layout, options, {
    defaults: store.defaults,
    nowSeconds: store.nowSeconds(),
    nameOf: (identity: { readonly id: string }) => identity.id,
    priorities: new Map(),
  });
  const scored = (await everyRecord(tools)).flatMap(({ name, fields }) => {
    const found = compositeOf(composite, name, fields);
    if (found === undefined || found.score < composite.minScore) return [];
    return [{ name, score: found.score / composite.temperature }];
  });
  return scored.sort(byScoreThenName).slice(0, options.limit ?? 10);
}

async function bestByDecay(tools: Tools, field: "recency" | "age", limit: number, decayRate: number | undefined) {
  const { store } = tools;
  const scoring = {
    ...clockScoring(Tool, field, Tool.fields[field], store.defaults),
    ...(decayRate === undefined ? {} : { decayRate }),
  };
  const scored = (await everyRecord(tools)).map(({ name, fields }) => {
    return { name, score: clockScore(fields, scoring, clockFields(scoring), store.nowSeconds()) };
  });
  return scored.sort(byScoreThenName).slice(0, limit);
}

const named = (found: readonly { readonly record: { readonly id: string }; readonly score: number }[]) =>
  found.map(({ record, score }) => ({ name: record.id, score }));

const weight = fc.constantFrom(0, 0.1, 0.6, 1, 3);
const tool = fc.nat({ max: 149 }).map((index) => `t${index}`);
const size = fc.double({ min: -2, max: 2, noNaN: true });

type Step = (world: World) => Promise<unknown> | unknown;

/** A step that a failing history is printed with. */
function step(label: string, run: Step): Step {
  return Object.assign(run, { [fc.toStringMethod]: () => label });
}

/** A step on a tool, which does nothing when there is no such tool. */
function onTool(label: string, run: (tools: Tools, identity: Identity, size: number) => Promise<unknown>) {
  return fc.tuple(tool, size).map(([id, amount]) =>
    step(`${label} ${id} ${amount}`, async ({ tools }) => {
      const identity = { agent: AGENT, id };
      if ((await tools.get(identity)) !== undefined) await run(tools, identity, amount);
    }),
  );
}

const writes = fc.oneof(
  fc.tuple(fc.nat({ max: 149 }), size).map(([start, rank]) =>
    step(`save from t${start} ${rank}`, async ({ tools }) => {
      for (let index = start; index < Math.min(start + 40, 150); index += 1) {
        await tools.save({ agent: AGENT, id: `t${index}`, rank: rank * Math.sin(index) });
      }
    }),
  ),
  onTool("touch", (tools, identity) => tools.clock("recency").touch(identity)),
  onTool("touch age", (tools, identity) => tools.clock("age").touch(identity)),
  onTool("learn", (tools, identity, reward) => tools.qValue("value").update(identity, reward, { alpha: 0.9 })),
  onTool("initialize", (tools, identity, value) => tools.qValue("value").initialize(identity, value)),
  onTool("update", (tools, identity, rank) => tools.update(identity, { rank })),
  onTool("acted", (tools, record) => tools.observations.onContextUsed([{ record, outcome: "acted" }])),
  onTool("contradicted", (tools, record) => tools.observations.onContextUsed([{ record, outcome: "contradicted" }])),
  onTool("delete", (tools, identity) => tools.delete(identity)),
  fc
    .constantFrom(60, DAY / 2, 3 * DAY, 40 * DAY)
    .map((seconds) => step(`wait ${seconds} s`, ({ clock }) => clock.advance(seconds))),
);

const compositeQuery = fc
  .record({
    weights: fc.tuple(weight, weight, weight, weight),
    limit: fc.integer({ min: 1, max: 12 }),
    aggregate: fc.constantFrom("SUM" as const, "MIN" as const, "MAX" as const),
    minScore: fc.option(size, { nil: undefined }),
    temperature: fc.constantFrom(0.5, 1, 2),
    bonus: fc.constantFrom(0, 0.5),
    boosted: fc.option(tool, { nil: undefined }),
  })
  .map(({ weights: [recency, trust, accessCount, rank], minScore, bonus, boosted, ...plain }) => {
    const boost = { similarityBoost: [{ identity: { agent: AGENT, id: boosted ?? "" }, weight: 1.5 }] };
    const options: Options = {
      ...plain,
      indexes: { recency, trust, accessCount, rank },
      explorationBonus: bonus,
      noTrack: true,
      ...(minScore === undefined ? {} : { minScore }),
      ...(boosted === undefined ? {} : boost),
    };
    return step(`best of ${JSON.stringify(options)}`, async ({ tools }) => {
      const expected = await bestOfAll(tools, options, tools.store);
      expect(named(await tools.compositeScore({ agent: AGENT }, options))).toEqual(expected);
    });
  });

const decayQuery = fc
  .tuple(
    fc.constantFrom("recency" as const, "age" as const),
    fc.integer({ min: 1, max: 12 }),
    fc.constantFrom(undefined, 0.05, 0.4, 1),
  )
  .map(([field, limit, decayRate]) =>
    step(`best ${limit} by ${field} at ${decayRate}`, async ({ tools }) => {
      const expected = await bestByDecay(tools, field, limit, decayRate);
      const options = { field, noTrack: true, ...(decayRate === undefined ? {} : { decayRate }) };
      expect(named(await tools.topByDecay({ agent: AGENT }, limit, options))).toEqual(expected);
    }),
  );

const histories = fc.array(fc.oneof({ arbitrary: writes, weight: 3 }, compositeQuery, decayQuery), {
  minLength: 20,
  maxLength: 80,
});

describeOnEveryEngine("the best of a scope", (engine) => {
  it.each([
    ["the constants the bounds are kept with", {}],
    ["other constants", { decayRate: 0.3, decayConfidenceStrength: 0.9, initialConfidence: 0.2 }],
  ])("are those of reading every record, through any history, with %s", async (_case, defaults) => {
    await fc.assert(
      fc.asyncProperty(histories, async (steps) => {
        const world = await openWorld(freshLocation(engine), new ManualClock(), defaults);
        try {
          for (const step of steps) await step(world);
        } finally {
          await world.tools.store.close();
        }
      }),
      { numRuns: engine === "memory" ? 60 : 15 },
    );
  });
});

describe("the best of a scope", () => {
  it("are found by reading few records, whatever there are, once the bounds were looked at", async () => {
    const clock = new ManualClock();
    const engine = new ReadCounter(await openEngine("memory:"));
    const tools = new Repository(new Store(engine, { clock: clock.read }), Tool);
    for (let start = 0; start < 3000; start += 500) {
      const ids = Array.from({ length: 500 }, (_, index) => `t${start + index}`);
      await tools.saveMany(ids.map((id, index) => ({ agent: AGENT, id, rank: Math.sin(start + index) })));
      clock.advance(DAY);
    }
    const best = () => tools.topByDecay({ agent: AGENT }, 10, { field: "age", noTrack: true });
    await best();
    await best();
    engine.recordsRead = 0;
    clock.advance(3600);
    expect(named(await best())).toEqual(await bestByDecay(tools, "age", 10, undefined));
    expect(engine.recordsRead - 3000).toBeLessThan(200);
  });
});

describeOnDurableEngines("the best of a scope", (engine) => {
  it("are complete when the model was declared differently before", async () => {
    const location = freshLocation(engine);
    const { fields, ...rest } = Tool;
    const Before = defineModel("Tool", { ...rest, fields, ranking: { trust: 1 } });
    const before = new Repository(await openStore(location), Before);
    for (let index = 0; index < 30; index += 1) await before.save({ agent: AGENT, id: `t${index}`, rank: index });
    await before.compositeScore({ agent: AGENT }, { indexes: { trust: 1 }, noTrack: true });
    await before.store.close();
    const { tools } = await openWorld(location, new ManualClock());
    onTestFinished(() => tools.store.close());
    const options: Options = { indexes: { recency: 1, trust: 1, accessCount: 1 }, limit: 3, noTrack: true };
    expect(named(await tools.compositeScore({ agent: AGENT }, options))).toEqual(
      await bestOfAll(tools, options, tools.store),
    );
  });
});

/** Counts the records an engine reads in answer to queries. */
class ReadCounter implements Engine {
  recordsRead = 0;
  readonly shardCount = 1;
  readonly name = "memory";
  readonly location = "memory:";
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  run<Input, Output>(operation: Operation<Input, Output>, input: Input, shard: number): Promise<Output> {
    if (operation.name === getMany.name) this.recordsRead += (input as GetManyInput).records.length;
    return this.#engine.run(operation, input, shard);
  }

  waitForAppend(stream: string, shard: number, timeoutMs: number, signal: AbortSignal): Promise<void> {
    return this.#engine.waitForAppend(stream, shard, timeoutMs, signal);
  }

  close(): Promise<void> {
    return this.#engine.close();
  }
}
