import * as main from "../../../src/index.js";
import { type RecordOf, Repository, type Store, StreamConsumer } from "../../../src/models.js";
import { DEPLOY, DEPLOY_FINGERPRINT, outcome, successes } from "../../support/events.js";
import { Lesson } from "../../support/lesson.js";

// What can be called, found in the classes and entries themselves, and a right way to call each: a new function without one
// fails the test.

/** What calls are made on, in one store. */
export interface World {
  readonly cache: main.PolicyCache;
  readonly lessons: Repository<typeof Lesson>;
  readonly decisionId: string;
  readonly location: string;
}

const AGENT = "agent-1";
const POLICY = { agentId: AGENT, stateFingerprint: DEPLOY_FINGERPRINT, actionType: "run_playbook" };
const LESSON = { agentId: AGENT, topic: "deploy", lessonId: "1" };
const OTHER = { ...LESSON, lessonId: "2" };
const VALUES = {
  ...LESSON,
  author: "ann",
  rank: 1,
  text: "some words",
  importance: 0.7,
  pinned: true,
  details: { pages: [1] },
};
const SITUATION = { agentId: AGENT, state: DEPLOY };
const ACTION = { type: "run_playbook", spec: { playbook: "deploy.yml" } };
const { signal } = new AbortController();

const EVENT = {
  ...outcome("success"),
  params: { file: "a.ts" },
  reward: 0.5,
  id: "event-1",
  episodeId: "episode-1",
  step: 0,
  done: false,
  nextState: { task: "next" },
  propensity: 0.5,
  ts: 1_700_000_000,
  dependsOn: { playbook: "3" },
  validUntil: 1_900_000_000,
};
const BUDGET = { errorBudget: 0.2, confidence: 0.9, worseThanAgent: 0.1 };
const REQUEST = {
  ...SITUATION,
  params: { file: "a.ts" },
  versions: { playbook: "3" },
  weights: { expectedValue: 1, confidence: 0.5 },
  ...BUDGET,
  episodeId: "episode-1",
};
const TD = { maxFutureQ: 0.5, alpha: 0.5, gamma: 0.5, episodic: true };
const OPTIONS = {
  workers: "inline",
  batchSize: 10,
  discovery: false,
  actions: {
    pay: {
      errorBudget: 0.1,
      confidence: 0.9,
      guard: () => true,
      guardTimeoutMs: 100,
      validUntilSeconds: 1_900_000_000,
      dependsOn: { playbook: "3" },
      slots: { path: "file" },
      trials: "none",
      irreversible: true,
    },
  },
  versions: { playbook: "3" },
  evidence: "event",
  onWorkerError: () => {},
  healthIntervalMs: 100_000,
  clock: () => 1_715_803_200,
  random: () => 0.5,
  createId: () => "an-id",
  defaults: {
    ciThreshold: 0.7,
    minEvents: 6,
    trials: { rate: 0.1 },
    rankingWeights: { confidence: 0.5 },
    timeZone: "UTC",
  },
  readOnly: false,
  durability: "process",
  busyTimeoutMs: 1000,
  connectTimeoutMs: 1000,
  commandTimeoutMs: 1000,
  signal,
};

const REFLEX = {
  mode: "serve",
  agentId: AGENT,
  state: () => DEPLOY,
  params: () => ({ file: "a.ts" }),
  act: () => "done",
  outcome: () => "success",
  trials: { rate: 0.1 },
  audits: 0.1,
  timeoutMs: 1000,
  onError: () => {},
};

type Owner = (world: World) => object;
type Args = (world: World) => readonly unknown[];

/** Where methods are, by the name that the table gives it. */
export const OWNERS: Readonly<Record<string, Owner>> = {
  main: () => functionsOf(main),
  PolicyCache: ({ cache }) => cache,
  Repository: ({ lessons }) => lessons,
  DecayClock: ({ lessons }) => lessons.clock("rhythm"),
  Confidence: ({ lessons }) => lessons.confidence("trust"),
  TdValue: ({ lessons }) => lessons.qValue("value"),
  CoOccurrence: ({ lessons }) => lessons.links("related"),
  ExistenceFilter: ({ lessons }) => lessons.filter("words"),
  FrequencySketch: ({ lessons }) => lessons.sketch("counts"),
  AccessTracker: ({ lessons }) => lessons.accesses,
  PredictionLedger: ({ lessons }) => lessons.predictions,
  ValidityWindow: ({ lessons }) => lessons.validity,
  EventLog: ({ lessons }) => lessons.events,
  ObservationProtocol: ({ lessons }) => lessons.observations,
  RecallProposals: ({ lessons }) => lessons.observations.proposals,
  StreamConsumer: ({ cache }) => passingConsumer(cache.store),
};

/** `run` goes on until it is stopped. */
function passingConsumer(store: Store): StreamConsumer {
  const consumer = new StreamConsumer(consumerOptions(store) as never);
  setTimeout(() => consumer.stop(), 300).unref();
  return consumer;
}

function consumerOptions(store: Store) {
  const names = { streamKey: "a-stream", groupName: "a-group", consumerName: "one" };
  const limits = { batchSize: 5, blockMs: 0, maxRetries: 1, claimTimeoutMs: 1000, deadLetterMaxLength: 10 };
  return { store, ...names, ...limits, handler: () => {}, onError: () => {}, keepProcessAlive: false, hasGroup: false };
}

function functionsOf(entry: object): object {
  const isClass = (value: unknown) => /^class\b/.test(Function.prototype.toString.call(value));
  const own = Object.entries(entry).filter(([, value]) => typeof value === "function" && !isClass(value));
  return Object.fromEntries([
    ...own,
    ["open", (...args: [never, never]) => main.PolicyCache.open(...args)],
    ["PolicyCacheError.isInstance", main.PolicyCacheError.isInstance],
    ["new Repository", (...args: [never, never]) => new Repository(...args)],
    ["new StreamConsumer", (...args: [never]) => new StreamConsumer(...args)],
  ]);
}

/** Without a call of their own. */
const LEFT_OUT: ReadonlySet<string> = new Set(["PolicyCache.recordChecked" /* for our own loader */]);

export const RIGHT_CALLS: Readonly<Record<string, Args>> = {
  "main.open": ({ location }) => [location, OPTIONS],
  "main.PolicyCacheError.isInstance": () => [new Error("any")],
  "main.new Repository": ({ cache }) => [cache.store, Lesson],
  "main.new StreamConsumer": ({ cache }) => [consumerOptions(cache.store)],
  "main.createCrystallizationHandler": () => [{ ciThreshold: 0.7 }],
  "main.createTemporalDiscoveryHandler": () => [{ pThreshold: 0.01 }],
  "main.crystallizationHandler": ({ cache }) => handling(cache.store),
  "main.temporalDiscoveryHandler": ({ cache }) => handling(cache.store),
  "main.initializeQValue": ({ cache }) => [cache.store, POLICY, 0.5],
  "main.isInterruption": () => [new Error("any"), signal],
  "main.reflex": ({ cache }) => [cache, REFLEX, () => ACTION],
  "main.updateQValue": ({ cache }) => [cache.store, POLICY, { reward: 1, ...TD }],

  "PolicyCache.record": () => [EVENT],
  "PolicyCache.recordMany": () => [[...successes(2), EVENT]],
  "PolicyCache.decide": ({ decisionId }) => [
    {
      ...REQUEST,
      context: [decisionId],
      timeoutMs: 5000,
      trials: { rate: 0.5, failures: 2, share: 0.1 },
      audits: 0.1,
      fallback: () => ACTION,
      signal,
    },
  ],
  "PolicyCache.report": ({ decisionId }) => [
    decisionId,
    { outcome: "success", agentId: AGENT, taken: ACTION, reward: 0.5, nextState: DEPLOY },
  ],
  "PolicyCache.rotateDecisionKey": () => [{ revoke: false }],
  "PolicyCache.explain": () => [{ ...SITUATION, ...BUDGET, versions: { playbook: "3" }, events: 5 }],
  "PolicyCache.retire": () => [{ ...SITUATION, actionType: "run_playbook" }, "why"],
  "PolicyCache.restore": () => [POLICY],
  "PolicyCache.block": () => [{ ...SITUATION, action: ACTION, reason: "why", until: 1_900_000_000 }],
  "PolicyCache.unblock": () => [{ ...SITUATION, action: ACTION }],
  "PolicyCache.blocks": () => [{ agentId: AGENT, after: "0" }],
  "PolicyCache.invalidate": () => [
    { ...SITUATION, actionType: "other", dependsOn: { playbook: "3" }, reason: "a new playbook" },
  ],
  "PolicyCache.agents": () => [{ limit: 5, after: "agent-0" }],
  "PolicyCache.ranking": () => [{ agentId: AGENT, limit: 5, after: "0" }],
  "PolicyCache.values": () => [{ agentId: AGENT }],
  "PolicyCache.statistics": () => [{ agentId: AGENT, onProgress: () => {} }],
  "PolicyCache.on": () => ["served", () => {}],
  "PolicyCache.health": () => [{ timeoutMs: 5000, signal }],
  "PolicyCache.flush": () => [{ signal }],
  "PolicyCache.close": () => [{ signal }],

  "Repository.create": () => [{ ...VALUES, lessonId: "3" }],
  "Repository.save": () => [VALUES],
  "Repository.saveMany": () => [[VALUES, { ...VALUES, ...OTHER }]],
  "Repository.get": () => [LESSON, { reader: "ann", noTrack: false }],
  "Repository.query": () => [
    { agentId: AGENT, topic: "deploy" },
    { limit: 5, after: "", reader: "ann", noTrack: true, asOfSeconds: 1_715_803_200 },
  ],
  "Repository.group": () => [{ agentId: AGENT, topic: "deploy" }, { anyTime: true }],
  "Repository.update": () => [LESSON, { text: "other words", rank: 2 }],
  "Repository.delete": () => [{ ...LESSON, lessonId: "3" }],
  "Repository.count": () => [AGENT],
  "Repository.topByDecay": () => [
    { agentId: AGENT },
    5,
    {
      field: "recency",
      decayRate: 0.5,
      baseScoreField: "importance",
      isValid: () => true,
      noTrack: true,
      anyTime: true,
    },
  ],
  "Repository.compositeScore": () => [
    { agentId: AGENT },
    {
      indexes: { recency: 1, trust: 0.5, accessCount: 0.5, priority: 1 },
      limit: 5,
      aggregate: "SUM",
      minScore: 0,
      temperature: 0.5,
      sample: true,
      postFilter: () => true,
      coOccurrenceBoost: [{ identity: LESSON, weight: 0.5 }],
      similarityBoost: [{ identity: OTHER, weight: 0.5 }],
      explorationBonus: 0.1,
    },
  ],
  "Repository.priorities": () => [AGENT, 5],
  "Repository.clock": () => ["recency"],
  "Repository.confidence": () => ["trust"],
  "Repository.qValue": () => ["value"],
  "Repository.links": () => ["related"],
  "Repository.filter": () => ["known"],
  "Repository.sketch": () => ["counts"],

  "DecayClock.touch": () => [LESSON],
  "DecayClock.strengthenCycles": () => [LESSON, 1.1],
  "DecayClock.weakenCycles": () => [LESSON, 0.9],
  "DecayClock.resolvePressure": () => [LESSON],
  "DecayClock.count": () => [{ agentId: AGENT, topic: "deploy" }],
  "DecayClock.members": () => [
    { agentId: AGENT, topic: "deploy" },
    { start: 0, stop: -1, reverse: true },
  ],
  "Confidence.update": () => [LESSON, 0.5],
  "Confidence.changeEvidenceCap": () => [5],
  "TdValue.update": () => [LESSON, 0.5, TD],
  "TdValue.initialize": () => [LESSON, 0.5],
  "CoOccurrence.link": () => [LESSON, OTHER, 0.5],
  "CoOccurrence.strengthen": () => [LESSON, OTHER, 0.1],
  "CoOccurrence.unlink": () => [LESSON, OTHER],
  "CoOccurrence.weakenAll": () => [LESSON, 0.9],
  "CoOccurrence.getLinked": () => [LESSON, { minWeight: 0.1, limit: 5 }],
  "CoOccurrence.propagate": () => [[LESSON], { depth: 2, decayPerHop: 0.5, threshold: 0.01 }],
  "ExistenceFilter.mightExist": () => ["some", AGENT],
  "ExistenceFilter.definitelyMissing": () => ["some", AGENT],
  "ExistenceFilter.mightExistBatch": () => [["some", "words"], AGENT],
  "ExistenceFilter.mightExistCount": () => [["some", "words"], AGENT],
  "ExistenceFilter.fillRatio": () => [AGENT],
  "ExistenceFilter.rebuild": () => [AGENT],
  "FrequencySketch.estimate": () => ["some", AGENT],
  "AccessTracker.onRead": () => [[LESSON], "ann"],
  "AccessTracker.confirmAccess": () => [LESSON, "ann"],
  "AccessTracker.discardStagedAccess": () => [LESSON, "ann"],
  "AccessTracker.log": () => [LESSON],
  "PredictionLedger.recordPrediction": () => [LESSON, { reward: 1, note: "a" }],
  "PredictionLedger.resolvePrediction": () => [LESSON, { reward: 0.5 }, ""],
  "PredictionLedger.autoResolve": () => [LESSON, "used"],
  "PredictionLedger.predictions": () => [LESSON],
  "PredictionLedger.getHighestErrors": () => [{ scope: AGENT, limit: 5 }],
  "PredictionLedger.errorSummary": () => [{ scope: AGENT, groupBy: "hour", limit: 5 }],
  "ValidityWindow.set": () => [LESSON, { fromSeconds: 0, untilSeconds: 1_900_000_000 }],
  "ValidityWindow.supersede": () => [OTHER, LESSON, 1_800_000_000],
  "EventLog.streamKey": () => [AGENT],
  "EventLog.append": () => [LESSON, "noted", { by: "ann", times: 2 }],
  "EventLog.read": () => [{ partition: AGENT, after: "", limit: 5 }],
  "EventLog.delete": () => ["1-1", AGENT, AGENT],
  "ObservationProtocol.onRead": () => [[LESSON], "ann"],
  "ObservationProtocol.onSurfaced": () => [[LESSON], "why", "sidebar"],
  "ObservationProtocol.onContextUsed": () => [
    [{ record: LESSON, outcome: "contradicted", reward: 0.5, td: TD, replacement: OTHER }],
    { reader: "ann", partition: "sidebar", linkActed: true },
  ],
  "RecallProposals.onSurfaced": () => [[LESSON], "why", "sidebar"],
  "RecallProposals.getPending": () => [{ scope: AGENT, partition: "sidebar" }],
  "RecallProposals.resolve": () => [LESSON, "sidebar"],
  "RecallProposals.expireStale": () => [{ scope: AGENT, partition: "sidebar", ttlSeconds: 60 }],
  "StreamConsumer.processBatch": () => [{ blockMs: 0, signal: AbortSignal.timeout(2000) }],
  "StreamConsumer.run": () => [{ signal: AbortSignal.abort() }],
  "StreamConsumer.stop": () => [{ signal }],
};

function handling(store: Store): readonly unknown[] {
  const entry = { id: "1-1", fields: { op: "outcome" } };
  return [[entry], { store, streamKey: main.OUTCOME_STREAM, groupName: "a-group", consumerName: "one", shard: 0 }];
}

/** The names of everything that can be called, as the table has them. */
export function surfaceOf(world: World): readonly string[] {
  const names = Object.entries(OWNERS).flatMap(([owner, of]) => methodsOf(of(world)).map((name) => `${owner}.${name}`));
  return names.filter((name) => !LEFT_OUT.has(name));
}

function methodsOf(owner: object): readonly string[] {
  const names = new Set<string>();
  for (let level = owner; level !== Object.prototype; level = Object.getPrototypeOf(level)) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(level))) {
      if (typeof value === "function" && name !== "constructor") names.add(name);
    }
  }
  return [...names];
}

/** Makes what the calls are about. */
export async function prepareWorld(cache: main.PolicyCache, location: string): Promise<World> {
  const lessons = new Repository(cache.store, Lesson);
  await cache.recordMany(successes(6));
  await lessons.saveMany([VALUES, { ...VALUES, ...OTHER }] as unknown as RecordOf<typeof Lesson>[]);
  await lessons.confidence("trust").update(LESSON, 0.5); // the first one notes the evidence cap
  const decision = await cache.decide(SITUATION);
  return { cache, lessons, decisionId: decision.kind === "abstain" ? "" : decision.decisionId, location };
}
