import fc from "fast-check";
import { type IdentityOf, type ObservationOutcome, type Repository, StreamConsumer } from "../../src/models.js";
import type { ManualClock } from "../../src/testing/manual-clock.js";
import type { Lesson } from "../support/lesson.js";

type LessonModel = typeof Lesson;
type Identity = IdentityOf<LessonModel>;

/** Redis counts idle time by its own clock, too: longer than a history takes, and less than an `advance` skips. */
const CLAIM_TIMEOUT_MS = 600_000;

/** One of the stores that live through a history. */
export interface World {
  readonly lessons: Repository<LessonModel>;
  readonly clock: ManualClock;
  /** Ids of the predictions recorded, oldest first: they are random, so a step names them by their number. */
  readonly predictionIds: string[];
}

/** What happens in one step, the same in every world. */
export interface Step {
  readonly take: (world: World) => Promise<unknown>;
}

/** A kind of step and what it needs. It is printed with its parameters when a history fails. */
function step<Parameters extends object>(
  name: string,
  parameters: { readonly [Name in keyof Parameters]: fc.Arbitrary<Parameters[Name]> },
  take: (world: World, parameters: Parameters) => Promise<unknown>,
): fc.Arbitrary<Step> {
  return fc
    .record<Parameters>(parameters as { [Name in keyof Parameters]: fc.Arbitrary<Parameters[Name]> })
    .map((chosen) => ({
      take: (world: World) => take(world, chosen as Parameters),
      [fc.toStringMethod]: () => `${name}(${fc.stringify(chosen)})`,
    }));
}

const agentId = fc.constantFrom("agent-1", "agent-2");
const topic = fc.constantFrom("deploy", "rollback");
// The last two sort one way by UTF-16 units and the other way by UTF-8 bytes.
const lessonId = fc.constantFrom("1", "a b", "ﬁ", "😀");
const deploy = { agentId: fc.constant("agent-1"), topic: fc.constant("deploy") };
/** Most steps are about few records, so that they meet. */
const record: fc.Arbitrary<Identity> = fc.oneof(
  { weight: 1, arbitrary: fc.record({ agentId, topic, lessonId }) },
  { weight: 2, arbitrary: fc.record({ ...deploy, lessonId }) },
  { weight: 5, arbitrary: fc.record({ ...deploy, lessonId: fc.constantFrom("ﬁ", "😀") }) },
);

function deployed(id: string): Identity {
  return { agentId: "agent-1", topic: "deploy", lessonId: id };
}

const focus = fc.record({ ...deploy, lessonId: fc.constantFrom("ﬁ", "😀") });
/** Of one of two records, so that what one step leaves another finds. */
const familiar = fc.oneof({ weight: 1, arbitrary: record }, { weight: 5, arbitrary: focus });
/** Two ends of a link; now and then the same, or of different agents. */
const pair = fc.oneof(
  { weight: 1, arbitrary: fc.record({ from: record, to: record }) },
  {
    weight: 6,
    arbitrary: fc
      .shuffledSubarray(["1", "a b", "ﬁ", "😀"], { minLength: 2, maxLength: 2 })
      .map(([from = "", to = ""]) => ({ from: deployed(from), to: deployed(to) })),
  },
);
const records = fc.array(record, { maxLength: 3 });

const author = fc.constantFrom("ann", "bob");
const text = fc.constantFrom("", "the", "redis cache", "Redis-cluster failover", "cache warm-up");
const importance = fc.constantFrom(-1, 0, 0.05, 0.1, 0.3, 0.5, 0.6, 0.7, 0.8, 0.9, 1.5);
const number = fc.oneof(fc.constantFrom(0, 1, -1, 0.5), fc.double({ min: -1000, max: 1000, noNaN: true }));
const proportion = fc.oneof(fc.constantFrom(0, 0.5, 1), fc.double({ min: 0, max: 1, noNaN: true }));
/** Now and then just out of range. */
const factor = fc.oneof(fc.constantFrom(0, 0.5, 1), fc.double({ min: 0, max: 1.05, noNaN: true }));
const weight = fc.oneof(fc.constantFrom(0.1, 0.5, 1), fc.double({ min: 0.001, max: 1.05, noNaN: true }));
const limit = fc.integer({ min: -1, max: 6 });
const rank = fc.integer({ min: -4, max: 4 });
const reader = fc.constantFrom("default", "other");
const partition = fc.constantFrom("default", "sidebar");
const links = fc.constantFrom("related" as const, "next" as const);
const clock = fc.constantFrom("recency" as const, "rhythm" as const, "taught" as const);
const details = fc.constantFrom({}, { source: "wiki" }, { source: "ü", pages: [1, 2.5] });
const facts = fc.constantFrom({}, { reward: 1 }, { reward: -0.5, note: "a" }, { nested: { a: [1] }, ok: true });

const required = fc.record({ author, rank: number });
const optional = fc.record({ text, importance, pinned: fc.boolean(), details }, { requiredKeys: [] });
const where = fc.oneof(
  { weight: 1, arbitrary: fc.record({ agentId, topic, lessonId, author }, { requiredKeys: ["agentId"] }) },
  { weight: 1, arbitrary: fc.record({ agentId, topic }) },
  { weight: 3, arbitrary: fc.record({ ...deploy, author }, { requiredKeys: ["agentId", "topic"] }) },
);
const outcomes = ["acted", "used", "dismissed", "deferred", "contradicted"] as const;
const outcome = fc.constantFrom(...outcomes, ...outcomes, ...outcomes, "liked" as "used");
const tdOptions = fc.record(
  { maxFutureQ: number, alpha: fc.constantFrom(0.1, 0.5, 1, 1, 0), gamma: factor, episodic: fc.constant(true) },
  { requiredKeys: [] },
);
const observation = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ record, outcome, reward: number, td: tdOptions }, { requiredKeys: ["record"] }),
  },
  { weight: 1, arbitrary: fc.record({ record, outcome: fc.constant("contradicted" as const), replacement: focus }) },
);
/** Which times a query asks about. */
const times = fc.oneof(
  { weight: 5, arbitrary: fc.constant({}) },
  { weight: 1, arbitrary: fc.constant({ anyTime: true }) },
  { weight: 1, arbitrary: fc.record({ asOfSeconds: fc.constantFrom(1_715_860_800, 1_715_864_400, 1_716_000_000) }) },
);
const composite = fc.record(
  {
    indexes: fc.dictionary(
      fc.constantFrom("recency", "rhythm", "taught", "rank", "trust", "accessCount", "rawAccessCount", "priority"),
      fc.constantFrom(0, 0.5, 1, 2),
    ),
    aggregate: fc.constantFrom("SUM" as const, "MIN" as const, "MAX" as const),
    limit,
    minScore: fc.constantFrom(-1000, 0, 0.5, 1),
    temperature: fc.constantFrom(0.5, 1, 3),
    sample: fc.boolean(),
    explorationBonus: fc.constantFrom(0, 0.25),
    coOccurrenceBoost: fc.array(fc.record({ identity: focus, weight: proportion }), { maxLength: 2 }),
    noTrack: fc.boolean(),
    reader,
  },
  { requiredKeys: ["indexes"] },
);

const save = step("save", { record, required, optional }, ({ lessons }, given) =>
  lessons.save({ ...given.record, ...given.required, ...given.optional }),
);
const saveMany = step(
  "saveMany",
  { several: fc.array(fc.record({ record, required, optional }), { maxLength: 3 }) },
  ({ lessons }, { several }) =>
    lessons.saveMany(several.map((given) => ({ ...given.record, ...given.required, ...given.optional }))),
);
const create = step("create", { record, required, optional }, ({ lessons }, given) =>
  lessons.create({ ...given.record, ...given.required, ...given.optional }),
);
const update = step(
  "update",
  { record, changes: fc.record({ author, text, importance, details, rank: number }, { requiredKeys: [] }) },
  ({ lessons }, given) => lessons.update(given.record, given.changes),
);
const remove = step("delete", { record }, ({ lessons }, given) => lessons.delete(given.record));

/** Time moves once for all worlds: see the test. */
const advance = step(
  "advance",
  { seconds: fc.constantFrom(0, 1, 600, 3600, 86_400, 1_000_000) },
  (world, { seconds }) => Promise.resolve(world.clock.advance(seconds)),
);

const observe = step(
  "observe",
  {
    observations: fc.array(observation, { minLength: 1, maxLength: 4 }),
    options: fc.record({ reader, partition, linkActed: fc.boolean() }, { requiredKeys: [] }),
  },
  ({ lessons }, given) => lessons.observations.onContextUsed(given.observations, given.options),
);

const readingSteps = [
  step("get", { record, reader, noTrack: fc.boolean() }, ({ lessons }, given) => lessons.get(given.record, given)),
  step("query", { where, limit: fc.integer({ min: 1, max: 3 }), noTrack: fc.boolean(), times }, queryAllPages),
  step("group", { agentId, topic, times }, ({ lessons }, { times: asked, ...given }) => lessons.group(given, asked)),
  step("count", { agentId }, ({ lessons }, given) => lessons.count(given.agentId)),
  step("priorities", { agentId, limit: fc.nat(5) }, ({ lessons }, given) =>
    lessons.priorities(given.agentId, given.limit),
  ),
  step(
    "topByDecay",
    {
      where,
      limit,
      options: fc.record(
        { field: clock, baseScoreField: fc.constantFrom("importance", "rank", "value"), decayRate: factor },
        { requiredKeys: [] },
      ),
    },
    ({ lessons }, given) => lessons.topByDecay(given.where, given.limit, given.options),
  ),
  step("topByDecay of a time", { where, times }, ({ lessons }, given) =>
    lessons.topByDecay(given.where, 5, given.times),
  ),
  step("compositeScore", { where, composite, spared: lessonId }, ({ lessons }, given) =>
    lessons.compositeScore(given.where, {
      ...given.composite,
      postFilter: (identity) => identity.lessonId !== given.spared,
    }),
  ),
];

const learningSteps = [
  step("touch", { clock, record }, ({ lessons }, given) => lessons.clock(given.clock).touch(given.record)),
  step("strengthenCycles", { clock, record, by: fc.double({ min: 0, max: 30, noNaN: true }) }, ({ lessons }, given) =>
    lessons.clock(given.clock).strengthenCycles(given.record, given.by),
  ),
  step("weakenCycles", { record }, ({ lessons }, given) => lessons.clock("rhythm").weakenCycles(given.record)),
  step("resolvePressure", { record }, ({ lessons }, given) => lessons.clock("rhythm").resolvePressure(given.record)),
  step(
    "clock members",
    { partition: fc.record({ agentId, topic, author }), start: rank, stop: rank, reverse: fc.boolean() },
    async ({ lessons }, given) => [
      await lessons.clock("recency").members(given.partition, given),
      await lessons.clock("rhythm").members(given.partition, given),
      await lessons.clock("rhythm").count(given.partition),
      await lessons.clock("taught").members(given.partition, given),
    ],
  ),
  step("confidence", { record, signal: factor }, ({ lessons }, given) =>
    lessons.confidence("trust").update(given.record, given.signal),
  ),
  step("qValue", { record, reward: number, options: tdOptions }, ({ lessons }, given) =>
    lessons.qValue("value").update(given.record, given.reward, given.options),
  ),
  step("initialize qValue", { record, value: number }, ({ lessons }, given) =>
    lessons.qValue("value").initialize(given.record, given.value),
  ),
];

const link = step("link", { links, pair, weight }, ({ lessons }, given) =>
  lessons.links(given.links).link(given.pair.from, given.pair.to, given.weight),
);
const strengthen = step("strengthen", { links, pair, weight }, ({ lessons }, given) =>
  lessons.links(given.links).strengthen(given.pair.from, given.pair.to, given.weight),
);
const validitySteps = [
  step(
    "validity",
    {
      record,
      window: fc.record(
        { fromSeconds: fc.constantFrom(0, 1_715_861_000), untilSeconds: fc.constantFrom(1_715_861_000, 1_716_000_000) },
        { requiredKeys: [] },
      ),
    },
    ({ lessons }, given) => lessons.validity.set(given.record, given.window),
  ),
  step("supersede", { pair }, ({ lessons }, given) => lessons.validity.supersede(given.pair.from, given.pair.to)),
];

const linkSteps = [
  link,
  strengthen,
  step("unlink", { links, pair }, ({ lessons }, given) =>
    lessons.links(given.links).unlink(given.pair.from, given.pair.to),
  ),
  step("weakenAll", { links, record: familiar, factor }, ({ lessons }, given) =>
    lessons.links(given.links).weakenAll(given.record, given.factor),
  ),
  step(
    "getLinked",
    { links, record: familiar, minWeight: fc.constantFrom(0, 0.01, 0.3), limit: fc.nat(4) },
    ({ lessons }, given) => lessons.links(given.links).getLinked(given.record, given),
  ),
  step(
    "propagate",
    { links, seeds: records, depth: fc.nat(4), threshold: fc.constantFrom(0, 0.01, 0.2) },
    ({ lessons }, given) => lessons.links(given.links).propagate(given.seeds, given),
  ),
];

const filterSteps = [
  step("mightExist", { agentId, texts: fc.array(fc.tuple(topic, lessonId), { maxLength: 3 }) }, ({ lessons }, given) =>
    lessons.filter("known").mightExistBatch(
      given.texts.map((parts) => parts.join("\t")),
      given.agentId,
    ),
  ),
  step("mightExist of words", { agentId, text }, async ({ lessons }, given) => [
    await lessons.filter("words").mightExist(given.text, given.agentId),
    await lessons.filter("words").fillRatio(given.agentId),
    await lessons.sketch("counts").estimate(given.text, given.agentId),
  ]),
  step("rebuild", { agentId, field: fc.constantFrom("known" as const, "words" as const) }, ({ lessons }, given) =>
    lessons.filter(given.field).rebuild(given.agentId),
  ),
];

const onRead = step("onRead", { records, reader }, ({ lessons }, given) =>
  lessons.accesses.onRead(given.records, given.reader),
);
const accessSteps = [
  onRead,
  onRead,
  step("confirmAccess", { record: familiar, reader }, async ({ lessons }, given) => [
    await lessons.accesses.confirmAccess(given.record, given.reader),
    await lessons.accesses.log(given.record),
  ]),
  step("discardStagedAccess", { record: familiar, reader }, ({ lessons }, given) =>
    lessons.accesses.discardStagedAccess(given.record, given.reader),
  ),
];

const recordPrediction = step(
  "recordPrediction",
  { record: familiar, predicted: facts },
  async ({ lessons, predictionIds }, given) => {
    predictionIds.push(await lessons.predictions.recordPrediction(given.record, given.predicted));
  },
);
const ledgerSteps = [
  recordPrediction,
  recordPrediction,
  step(
    "resolvePrediction",
    { record: familiar, actual: facts, nth: fc.option(fc.nat(4)) },
    ({ lessons, predictionIds }, given) => {
      const id = given.nth === null ? undefined : (predictionIds[given.nth] ?? "no such prediction");
      return lessons.predictions.resolvePrediction(given.record, given.actual, id);
    },
  ),
  step("autoResolve", { record: familiar, outcome }, ({ lessons }, given) =>
    lessons.predictions.autoResolve(given.record, given.outcome as Exclude<ObservationOutcome, "deferred">),
  ),
  step("predictions", { record: familiar }, ({ lessons }, given) => lessons.predictions.predictions(given.record)),
  step(
    "errors",
    { agentId, limit, groupBy: fc.option(fc.constantFrom("hour" as const, "weekday" as const, "day" as const)) },
    async ({ lessons }, { agentId: scope, limit: most, groupBy }) => [
      await lessons.predictions.getHighestErrors({ scope, limit: most }),
      await lessons.predictions.errorSummary({ scope, limit: most, ...(groupBy === null ? {} : { groupBy }) }),
    ],
  ),
];

const proposalSteps = [
  step("onSurfaced", { records, reason: fc.constantFrom("", "why"), partition }, ({ lessons }, given) =>
    lessons.observations.proposals.onSurfaced(given.records, given.reason, given.partition),
  ),
  step("getPending", { scope: agentId, partition }, ({ lessons }, given) =>
    lessons.observations.proposals.getPending(given),
  ),
  step("resolve", { record: familiar, partition }, ({ lessons }, given) =>
    lessons.observations.proposals.resolve(given.record, given.partition),
  ),
  step(
    "expireStale",
    { scope: agentId, partition, ttlSeconds: fc.constantFrom(0, 3600, 100_000) },
    ({ lessons }, given) => lessons.observations.proposals.expireStale(given),
  ),
];

const consume = step(
  "consume",
  {
    agentId,
    consumer: fc.constantFrom("one", "two"),
    batchSize: fc.integer({ min: 1, max: 4 }),
    badOp: fc.constantFrom("none", "none", "observe", "update"),
  },
  consumeOnce,
);
const streamSteps = [
  consume,
  consume,
  step(
    "append event",
    {
      record: familiar,
      name: fc.constantFrom("seen", "shared"),
      extras: fc.record({ by: author }, { requiredKeys: [] }),
    },
    ({ lessons }, given) => lessons.events.append(given.record, given.name, given.extras),
  ),
  step("read events", { partition: agentId, limit: fc.integer({ min: 1, max: 50 }) }, ({ lessons }, given) =>
    lessons.events.read(given),
  ),
  step("delete event", { agentId, nth: fc.nat(20) }, async ({ lessons }, given) => {
    const entry = (await lessons.events.read({ partition: given.agentId }))[given.nth];
    return entry === undefined ? "no entry" : lessons.events.delete(entry.id, given.agentId);
  }),
];

const others = [
  readingSteps,
  learningSteps,
  validitySteps,
  linkSteps,
  filterSteps,
  accessSteps,
  ledgerSteps,
  proposalSteps,
  streamSteps,
];

/** Any operation of any primitive; the more a step prepares for others, the more often it comes. */
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 10, arbitrary: save },
  { weight: 3, arbitrary: create },
  { weight: 2, arbitrary: saveMany },
  { weight: 5, arbitrary: update },
  { weight: 2, arbitrary: remove },
  { weight: 5, arbitrary: advance },
  { weight: 8, arbitrary: observe },
  ...others.flat().map((arbitrary) => ({ weight: 2, arbitrary })),
);

/** Some records to begin with, then anything, and much of it. No least length, so that a failure can be shortened. */
export const history: fc.Arbitrary<readonly Step[]> = fc
  .tuple(fc.array(save, { maxLength: 6 }), fc.array(anyStep, { maxLength: 150, size: "max" }))
  .map(([first, then]) => [...first, ...then]);

async function queryAllPages(
  { lessons }: World,
  given: {
    readonly where: { readonly agentId: string };
    readonly limit: number;
    readonly noTrack: boolean;
    readonly times: { readonly asOfSeconds?: number; readonly anyTime?: boolean };
  },
): Promise<unknown> {
  const pages: unknown[] = [];
  const options = { limit: given.limit, noTrack: given.noTrack, ...given.times };
  let page = await lessons.query(given.where, options);
  for (;;) {
    pages.push(page);
    if (page.next === undefined) return pages;
    page = await lessons.query(given.where, { ...options, after: page.next });
  }
}

/** One cycle of a consumer of the agent's events, whose handler fails on events of one kind. */
async function consumeOnce(
  { lessons, clock: time }: World,
  given: { readonly agentId: string; readonly consumer: string; readonly batchSize: number; readonly badOp: string },
): Promise<unknown> {
  const handled: string[] = [];
  const consumer = new StreamConsumer({
    store: lessons.store,
    streamKey: lessons.events.streamKey(given.agentId),
    groupName: "history",
    consumerName: given.consumer,
    batchSize: given.batchSize,
    blockMs: 0,
    maxRetries: 2,
    claimTimeoutMs: CLAIM_TIMEOUT_MS,
    handler: (entries) => {
      if (entries.some(({ fields }) => fields.op === given.badOp)) throw new Error(`Cannot handle ${given.badOp}.`);
      handled.push(...entries.map(({ id }) => id));
    },
  });
  const count = await consumer.processBatch().catch((error: unknown) => String(error));
  return { handled, count, at: time.nowSeconds };
}
