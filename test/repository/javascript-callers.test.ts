import { beforeEach, describe, expect, it } from "vitest";
import { ConfigurationError, InvalidArgumentError } from "../../src/index.js";
import * as surface from "../../src/models.js";
import { Repository, type Store } from "../../src/models.js";
import { Lesson } from "../support/lesson.js";
import { openTestStore } from "../support/stores/stores.js";

// What the types refuse, tried without types: nothing here may fail with a TypeError, or not at all.

// biome-ignore lint/suspicious/noExplicitAny: a caller without types
type Untyped = any;

const library: Untyped = surface;
const { defineModel, keyField } = library;

const identity = { agentId: "agent-1", topic: "deploy", lessonId: "1" };
const values = { ...identity, author: "me", rank: 1 };

/** Declares a model with one wrong part. */
function declare(changes: Untyped): () => unknown {
  return () => defineModel("Model", { identity: ["name"], fields: { name: keyField() }, ...changes });
}

function exactlyOr(name: string | RegExp): unknown {
  return typeof name === "string" ? name : expect.stringMatching(name);
}

function expectRefusal(declaration: () => unknown, option: string | RegExp): void {
  let error: unknown;
  try {
    declaration();
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(ConfigurationError);
  expect(error).toMatchObject({ code: "INVALID_CONFIGURATION", option: exactlyOr(option) });
}

describe("declaring a model without types", () => {
  it("names what is wrong with its name, parts and fields", () => {
    expectRefusal(() => defineModel(), "model name");
    expectRefusal(() => defineModel(undefined, {}), "model name");
    expectRefusal(() => defineModel("my model", {}), "model name");
    expectRefusal(() => defineModel("Model"), "Model");
    expectRefusal(() => defineModel("Model", []), "Model");
    expectRefusal(() => defineModel("Model", {}), "fields");
    expectRefusal(declare({ evntStream: {} }), "Model.evntStream");
    expectRefusal(declare({ fields: { name: keyField } }), "fields.name");
    expectRefusal(declare({ fields: { name: "text" } }), "fields.name");
    expectRefusal(declare({ fields: { "a b": keyField() } }), "field name");
    expectRefusal(declare({ fields: { name: keyField(), accessCount: keyField() } }), "field name");
  });

  it("names what is wrong with its identity, scope and group", () => {
    expectRefusal(declare({ identity: undefined }), "identity");
    expectRefusal(declare({ identity: "name" }), "identity");
    expectRefusal(declare({ identity: [] }), "identity");
    expectRefusal(declare({ identity: ["name", "name"] }), "identity");
    expectRefusal(declare({ identity: ["nmae"] }), "identity");
    expectRefusal(declare({ scope: "name" }), "scope");
    expectRefusal(declare({ scope: "team" }), "scope");
    expectRefusal(declare({ group: "name" }), "group");
    expectRefusal(declare({ group: { name: "group" } }), "group.by");
    expectRefusal(declare({ group: { name: "group", by: ["name"] } }), "group");
  });

  it("names what is wrong with its mixins", () => {
    expectRefusal(declare({ accessTracker: true }), "accessTracker");
    expectRefusal(declare({ accessTracker: { maxAcessLog: 1 } }), "accessTracker.maxAcessLog");
    expectRefusal(declare({ accessTracker: { maxAccessLog: "10" } }), "maxAccessLog");
    expectRefusal(declare({ accessTracker: { trackReads: "no" } }), "trackReads");
    expectRefusal(declare({ accessTracker: { stagedTtlSeconds: 0 } }), "stagedTtlSeconds");
    expectRefusal(declare({ predictionLedger: { partition: "" } }), "partition");
    expectRefusal(declare({ predictionLedger: { confidenceErrorThreshold: "0.7" } }), "confidenceErrorThreshold");
    expectRefusal(declare({ predictionLedger: { autoResolveErrors: { acted: 2 } } }), "acted");
    expectRefusal(declare({ predictionLedger: { autoResolveErrors: { liked: 0 } } }), "autoResolveErrors.liked");
    expectRefusal(declare({ eventStream: { streamName: "" } }), "streamName");
    expectRefusal(declare({ eventStream: { streamName: 5 } }), "streamName");
    expectRefusal(declare({ eventStream: { partitionField: "team" } }), "eventStream.partitionField");
    expectRefusal(declare({ eventStream: { metadataFields: "name" } }), "metadataFields");
    expectRefusal(declare({ eventStream: { maxLength: 0.5 } }), "maxLength");
    expectRefusal(declare({ writeFilter: {} }), "computeFilterScore");
    const computeFilterScore = () => 1;
    expectRefusal(declare({ writeFilter: { computeFilterScore, minThreshold: "0" } }), "minThreshold");
    expectRefusal(
      declare({ writeFilter: { computeFilterScore, minThreshold: 2, priorityThreshold: 1 } }),
      "minThreshold",
    );
  });

  it.each([
    ["confidenceField", { initialConfidence: "0.5" }, "initialConfidence"],
    ["confidenceField", { initialConfidence: 2 }, "initialConfidence"],
    ["confidenceField", { evidenceCap: true }, "evidenceCap"],
    ["confidenceField", { evidencCap: 5 }, "confidenceField.evidencCap"],
    ["confidenceField", null, "confidenceField"],
    ["decayingSortedField", { decayRate: "0.1" }, "decayRate"],
    ["decayingSortedField", { cycles: [] }, "decayingSortedField.cycles"],
    ["cyclicDecayField", { cycles: 86_400 }, "cycles"],
    ["cyclicDecayField", { cycles: [86_400] }, "cycles[0]"],
    ["cyclicDecayField", { cycles: [["daily", 1]] }, "cycles[0] period"],
    ["cyclicDecayField", { pressureRate: "1" }, "pressureRate"],
    ["coOccurrenceField", { symmetric: "yes" }, "symmetric"],
    ["coOccurrenceField", { maxEdges: 0 }, "maxEdges"],
    ["coOccurrenceField", { decayFactor: "0.5" }, "decayFactor"],
    ["existenceFilter", { errorRate: "0.01" }, "errorRate"],
    ["existenceFilter", { capacity: 1.5 }, "capacity"],
    ["existenceFilter", { mode: "words" }, "mode"],
    ["existenceFilter", { fingerprint: "name" }, "fingerprint"],
    ["existenceFilter", { hashVersion: 1 }, "hashVersion"],
    ["frequencySketch", { depth: 8 }, "depth"],
    ["frequencySketch", { width: 0 }, "width"],
    ["frequencySketch", null, "frequencySketch"],
    ["tdValueField", { initialQ: "0" }, "initialQ"],
    ["numberField", { default: "1" }, "default"],
    ["textField", { default: 1 }, "default"],
    ["booleanField", { default: "no" }, "default"],
    ["jsonField", { default: [] }, "default"],
    ["jsonField", { default: { when: new Date(0) } }, "default"],
  ])("%s(%j) is refused", (factory, options, option) => {
    expectRefusal(() => library[factory](options), option);
  });

  it.each([
    [{ baseScoreField: "text" }, /baseScoreField/],
    [{ confidenceModulation: "value" }, /confidenceModulation/],
    [{ partitionBy: "text" }, /partitionBy/],
  ])("a clock that names another kind of field is refused: %j", (options, option) => {
    const fields = { ...Lesson.fields, recency: library.decayingSortedField(options) };
    expectRefusal(() => defineModel("Model", { ...Lesson, fields }), option);
  });
});

describe("opening a repository without types", () => {
  it("needs a store and a model", async () => {
    const store = await openTestStore("memory");
    expectRefusal(() => new library.Repository(undefined, Lesson), "store");
    expectRefusal(() => new library.Repository("memory:", Lesson), "store");
    expectRefusal(() => new library.Repository(store), "model");
    expectRefusal(() => new library.Repository(store, {}), "model");
  });

  it("refuses a write filter whose threshold contradicts the defaults of the store", async () => {
    const store = await openTestStore("memory");
    const Picky = defineModel("Picky", {
      identity: ["name"],
      fields: { name: keyField() },
      writeFilter: { computeFilterScore: () => 1, minThreshold: 0.8 },
    });
    expectRefusal(() => new library.Repository(store, Picky), "minThreshold");
  });
});

describe("calling a repository without types", () => {
  let store: Store;
  let typed: Repository<typeof Lesson>;
  let lessons: Untyped;
  let bare: Untyped;

  beforeEach(async () => {
    store = await openTestStore("memory");
    typed = new Repository(store, Lesson);
    await typed.create(values);
    lessons = typed;
    bare = new library.Repository(
      store,
      defineModel("Bare", { identity: ["name"], fields: { name: keyField(), trust: library.confidenceField() } }),
    );
  });

  /** Makes a call that must be refused, and must leave the record as it was. */
  async function expectArgumentError(call: () => unknown, parameter: string | RegExp): Promise<void> {
    const before = await typed.get(identity, { noTrack: true });
    let error: unknown;
    try {
      await call();
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(InvalidArgumentError);
    expect(error).toMatchObject({ code: "INVALID_ARGUMENT", parameter: exactlyOr(parameter) });
    expect(await typed.get(identity, { noTrack: true })).toEqual(before);
  }

  it.each([
    ["no values", undefined, "values"],
    ["a text", "agent-1", "values"],
    ["a missing identity field", { ...values, topic: undefined }, "topic"],
    ["an empty identity field", { ...values, topic: "" }, "topic"],
    ["a missing field", { ...identity, author: "me" }, "rank"],
    ["a field of another type", { ...values, rank: "1" }, "rank"],
    ["NaN", { ...values, rank: Number.NaN }, "rank"],
    ["an unknown field", { ...values, colour: "red" }, "colour"],
    ["what JSON cannot hold", { ...values, details: { when: new Date(0) } }, "details.when"],
    ["a list for an object", { ...values, details: [] }, "details"],
  ])("create and save refuse %s", async (_what, given, parameter) => {
    await expectArgumentError(() => lessons.create(given), parameter);
    await expectArgumentError(() => lessons.save(given), parameter);
  });

  it("create refuses what is learned; save leaves it out, so that a record that was read can be saved", async () => {
    await expectArgumentError(() => lessons.create({ ...values, lessonId: "2", value: 1 }), "value");
    await expectArgumentError(() => lessons.create({ ...values, lessonId: "2", trust: { value: 1 } }), "trust");
    await expectArgumentError(() => lessons.create({ ...values, lessonId: "2", related: [] }), "related");
    await lessons.qValue("value").update(identity, 1);
    await lessons.save({ ...values, value: 5, text: "hello" });
    expect(await typed.get(identity)).toMatchObject({ value: 0.1, text: "hello" });
  });

  it.each([
    ["no changes", undefined, "changes"],
    ["an identity field", { topic: "other" }, "topic"],
    ["a learned field", { value: 1 }, "value"],
    ["a learned state", { trust: { value: 1 } }, "trust"],
    ["a derived field", { id: "1" }, "id"],
    ["an unknown field", { colour: "red" }, "colour"],
    ["undefined", { text: undefined }, "text"],
    ["another type", { pinned: 1 }, "pinned"],
  ])("update refuses %s", async (_what, changes, parameter) => {
    await expectArgumentError(() => lessons.update(identity, changes), parameter);
  });

  it.each([
    ["nothing", undefined, "identity"],
    ["a text", "1", "identity"],
    ["half an identity", { agentId: "agent-1" }, "topic"],
    ["a number", { ...identity, lessonId: 1 }, "lessonId"],
    ["a control character", { ...identity, lessonId: "1\t2" }, "lessonId"],
  ])("what needs one record refuses %s for an identity", async (_what, given, parameter) => {
    const calls = [
      () => lessons.get(given),
      () => lessons.delete(given),
      () => lessons.update(given, {}),
      () => lessons.clock("recency").touch(given),
      () => lessons.clock("rhythm").strengthenCycles(given),
      () => lessons.confidence("trust").update(given, 1),
      () => lessons.qValue("value").update(given, 1),
      () => lessons.links("related").link(given, identity),
      () => lessons.links("related").link(identity, given),
      () => lessons.links("related").getLinked(given),
      () => lessons.links("related").propagate([given]),
      () => lessons.accesses.onRead([given]),
      () => lessons.accesses.confirmAccess(given),
      () => lessons.predictions.recordPrediction(given, {}),
      () => lessons.predictions.resolvePrediction(given, {}),
      () => lessons.observations.onContextUsed([{ record: given, outcome: "acted" }]),
      () => lessons.observations.proposals.onSurfaced([given], "why"),
      () => lessons.observations.proposals.resolve(given),
    ];
    for (const call of calls) await expectArgumentError(call, parameter);
  });

  it.each([
    ["nothing", undefined, "where"],
    ["a text", "agent-1", "where"],
    ["no scope", { topic: "deploy" }, "where.agentId"],
    ["an unknown field", { agentId: "agent-1", colour: "red" }, "where.colour"],
    ["a field that is no key", { agentId: "agent-1", text: "hello" }, "where.text"],
    ["a learned field", { agentId: "agent-1", value: 1 }, "where.value"],
    ["a number for a key", { agentId: "agent-1", topic: 1 }, "topic"],
  ])("queries and rankings refuse %s", async (_what, where, parameter) => {
    await expectArgumentError(() => lessons.query(where), parameter);
    await expectArgumentError(() => lessons.topByDecay(where), parameter);
    await expectArgumentError(() => lessons.compositeScore(where, { indexes: { rank: 1 } }), parameter);
  });

  it("pages, limits and groups are checked", async () => {
    const where = { agentId: "agent-1" };
    await expectArgumentError(() => lessons.query(where, { limit: 0 }), "limit");
    await expectArgumentError(() => lessons.query(where, { limit: "10" }), "limit");
    await expectArgumentError(() => lessons.topByDecay(where, "10"), "limit");
    await expectArgumentError(() => lessons.topByDecay(where, Number.NaN), "limit");
    await expectArgumentError(() => lessons.priorities("agent-1", 0.5), "limit");
    await expectArgumentError(() => lessons.group(where), "topic");
    await expectArgumentError(() => lessons.group(), "where");
    await expectArgumentError(() => bare.group({ name: "a" }), "group");
  });

  it("a ranking names the index, option or primitive that is not there", async () => {
    const where = { agentId: "agent-1", topic: "deploy" };
    const rank = (options: Untyped) => () => lessons.compositeScore(where, options);
    await expectArgumentError(rank(undefined), "options");
    await expectArgumentError(rank({}), "indexes");
    await expectArgumentError(rank({ indexes: {} }), "indexes");
    await expectArgumentError(rank({ indexes: { importance: 1 } }), "indexes.importance");
    await expectArgumentError(rank({ indexes: { rank: "1" } }), "indexes.rank");
    await expectArgumentError(rank({ indexes: { rank: -1 } }), "indexes.rank");
    await expectArgumentError(rank({ indexes: { accessCount: 1, accessScore: 1 } }), "indexes");
    await expectArgumentError(rank({ indexes: { rank: 1 }, aggregate: "AVG" }), "aggregate");
    await expectArgumentError(rank({ indexes: { rank: 1 }, temperature: 0 }), "temperature");
    await expectArgumentError(rank({ indexes: { rank: 1 }, minScore: "1" }), "minScore");
    await expectArgumentError(rank({ indexes: { rank: 1 }, limit: 1.5 }), "limit");
    await expectArgumentError(rank({ indexes: { rank: 1 }, similarityBoost: {} }), "similarityBoost");
    const boost = [{ identity: { ...identity, agentId: "agent-2" }, weight: 1 }];
    await expectArgumentError(rank({ indexes: { rank: 1 }, similarityBoost: boost }), "boost");
    await expectArgumentError(() => bare.compositeScore({}, { indexes: { accessCount: 1 } }), "indexes.accessCount");
    await expectArgumentError(() => bare.compositeScore({}, { indexes: { priority: 1 } }), "indexes.priority");
    await expectArgumentError(
      () => lessons.compositeScore({ agentId: "agent-1" }, { indexes: { rhythm: 1 } }),
      "where.topic",
    );
    await expectArgumentError(() => lessons.topByDecay({ agentId: "agent-1" }, 5, { field: "rhythm" }), "where.topic");
    await expectArgumentError(() => lessons.topByDecay(where, 5, { field: "trust" }), "field");
    await expectArgumentError(() => lessons.topByDecay(where, 5, { baseScoreField: "text" }), "baseScoreField");
    await expectArgumentError(() => lessons.topByDecay(where, 5, { decayRate: 0 }), "decayRate");
    await expectArgumentError(() => bare.topByDecay({}), "field");
  });

  it("a handle of the wrong kind names the field and the kind", async () => {
    for (const kind of ["clock", "confidence", "qValue", "links", "filter", "sketch"]) {
      await expectArgumentError(() => lessons[kind]("importance"), "field");
      await expectArgumentError(() => lessons[kind]("nope"), "field");
      await expectArgumentError(() => lessons[kind](), "field");
    }
  });

  it("a mixin that is not declared is named", async () => {
    await expectArgumentError(() => bare.accesses, "model");
    await expectArgumentError(() => bare.predictions, "model");
    await expectArgumentError(() => bare.priorities(), "model");
    await expectArgumentError(() => bare.events, "model");
    await bare.create({ name: "a" });
    const rewarded = [{ record: { name: "a" }, outcome: "acted", reward: 1 }];
    await expectArgumentError(() => bare.observations.onContextUsed(rewarded), "reward");
  });

  it("what is asked of one agent cannot be asked of none", async () => {
    const calls = [
      () => lessons.count(),
      () => lessons.priorities(),
      () => lessons.filter("known").mightExist("1"),
      () => lessons.filter("known").fillRatio(),
      () => lessons.filter("known").rebuild(),
      () => lessons.sketch("counts").estimate("word"),
      () => lessons.predictions.getHighestErrors(),
      () => lessons.predictions.errorSummary(),
      () => lessons.observations.proposals.getPending(),
      () => lessons.observations.proposals.expireStale(),
      () => bare.count("agent-1"),
    ];
    for (const call of calls) await expectArgumentError(call, "scope");
    await expectArgumentError(() => lessons.clock("recency").count(), "agentId");
    await expectArgumentError(() => lessons.clock("rhythm").members({ agentId: "agent-1" }), "topic");
  });

  it("several records at once are a list, of one scope, each of them right", async () => {
    const other = { ...values, lessonId: "2", text: "hello" };
    await expectArgumentError(() => lessons.saveMany(), "records");
    await expectArgumentError(() => lessons.saveMany(values), "records");
    await expectArgumentError(() => lessons.saveMany([other, undefined]), "values");
    await expectArgumentError(() => lessons.saveMany([other, { ...values, rank: "1" }]), "rank");
    await expectArgumentError(() => lessons.saveMany([other, { ...other, agentId: "agent-2" }]), "records");
    expect(await typed.count("agent-1")).toBe(1);
  });

  it("numbers out of range are named", async () => {
    const other = { ...identity, lessonId: "2" };
    const related = lessons.links("related");
    const trust = lessons.confidence("trust");
    const value = lessons.qValue("value");
    for (const signal of [1.5, -0.1, Number.NaN, null, undefined, "1"]) {
      await expectArgumentError(() => trust.update(identity, signal), "signal");
    }
    for (const reward of [Number.NaN, Number.POSITIVE_INFINITY, "1", null, undefined]) {
      await expectArgumentError(() => value.update(identity, reward), "reward");
    }
    await expectArgumentError(() => value.update(identity, 1, { alpha: 0 }), "alpha");
    await expectArgumentError(() => value.update(identity, 1, { gamma: 1 }), "gamma");
    await expectArgumentError(() => value.update(identity, 1, { maxFutureQ: Number.NaN }), "maxFutureQ");
    await expectArgumentError(() => value.initialize(identity, "1"), "qValue");
    for (const weight of [0, -0.1, 1.1, Number.NaN, "0.1"]) {
      await expectArgumentError(() => related.link(identity, other, weight), "initialWeight");
    }
    for (const delta of [0, -0.1, Number.NaN, "0.1"]) {
      await expectArgumentError(() => related.strengthen(identity, other, delta), "delta");
    }
    await expectArgumentError(() => related.weakenAll(identity, 1.5), "factor");
    await expectArgumentError(() => related.link(identity, identity), "target");
    await expectArgumentError(() => related.link(identity, { ...other, agentId: "agent-2" }), "target");
    await expectArgumentError(() => related.propagate(identity), "seeds");
    await expectArgumentError(() => related.propagate([identity], { decayPerHop: 1 }), "decayPerHop");
    await expectArgumentError(() => related.propagate([identity], { depth: -1 }), "depth");
    await expectArgumentError(() => lessons.clock("rhythm").weakenCycles(identity, -1), "factor");
    await expectArgumentError(() => lessons.clock("recency").resolvePressure(identity), "field");
  });

  it("lists, texts and outcomes are named", async () => {
    const { observations, predictions, accesses } = lessons;
    await expectArgumentError(() => observations.onContextUsed(), "observations");
    await expectArgumentError(() => observations.onContextUsed([identity.lessonId]), "observation");
    await expectArgumentError(() => observations.onContextUsed([{ record: identity, outcome: "liked" }]), "outcome");
    await expectArgumentError(
      () => observations.onContextUsed([{ record: identity, outcome: "acted" }], { reader: "" }),
      "reader",
    );
    await expectArgumentError(() => observations.proposals.onSurfaced(identity, "why"), "identities");
    await expectArgumentError(() => observations.proposals.onSurfaced([identity]), "reason");
    await expectArgumentError(() => observations.proposals.onSurfaced([identity], "why", ""), "partition");
    await expectArgumentError(
      () => observations.proposals.expireStale({ scope: "agent-1", ttlSeconds: -1 }),
      "ttlSeconds",
    );
    await expectArgumentError(() => predictions.recordPrediction(identity), "predicted");
    await expectArgumentError(() => predictions.recordPrediction(identity, null), "predicted");
    await expectArgumentError(() => predictions.resolvePrediction(identity, 1), "actual");
    await expectArgumentError(() => predictions.autoResolve(identity, "deferred"), "outcome");
    await expectArgumentError(() => predictions.errorSummary({ scope: "agent-1", groupBy: "week" }), "groupBy");
    await expectArgumentError(() => accesses.onRead(identity), "identities");
    await expectArgumentError(() => accesses.onRead([identity], ""), "reader");
    await expectArgumentError(() => lessons.filter("known").mightExist(5, "agent-1"), "text");
    await expectArgumentError(() => lessons.filter("known").mightExistBatch("5", "agent-1"), "texts");
    await expectArgumentError(() => lessons.sketch("counts").estimate(5, "agent-1"), "text");
  });
});
