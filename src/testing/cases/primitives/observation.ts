import assert from "node:assert/strict";
import { TemporalPeriod } from "../../../maths/rhythm/periods.js";
import { keyField } from "../../../model/fields.js";
import { confidenceField } from "../../../primitives/confidence-field.js";
import { cyclicDecayField } from "../../../primitives/decay-clock.js";
import type { ObservationOutcome } from "../../../primitives/observation/observation-protocol.js";
import { tdValueField } from "../../../primitives/td-value-field.js";
import { defineModel } from "../../../repository/define-model.js";
import { Repository } from "../../../repository/repository.js";
import { assertAbsolute, rejectsArgument, untyped } from "../../assertions.js";
import { type ConformanceContext, section } from "../../conformance-case.js";

const id = { id: "only" };

function everythingModel(initialConfidence = 0.5) {
  return defineModel("Memory", {
    identity: ["id"],
    fields: {
      id: keyField(),
      value: tdValueField({ initialQ: 0.25 }),
      trust: confidenceField({ initialConfidence }),
      clock: cyclicDecayField({ cycles: [[TemporalPeriod.weekly, 5]], pressureRate: 0.1 }),
    },
    accessTracker: {},
    predictionLedger: {},
  });
}

type Memories = Repository<ReturnType<typeof everythingModel>>;

/** What an observation may change of a record. */
async function snapshot(memories: Memories, name = "only") {
  const identity = { id: name };
  const record = await memories.get(identity, { noTrack: true });
  assert.ok(record !== undefined);
  const [prediction] = await memories.predictions.predictions(identity);
  return {
    touched: record.clock.lastTouchedSeconds,
    amplitude: record.clock.cycles[0]?.amplitude,
    resolvedPressure: record.clock.lastResolvedSeconds,
    confidence: record.trust.value,
    evidence: record.trust.evidenceCount,
    value: record.value,
    accesses: record.accessCount,
    predictionError: prediction?.predictionError,
    pending: (await memories.observations.proposals.getPending()).some(({ identity: one }) => one.id === name),
  };
}

/** A record a day old that was read twice and surfaced once, and its state before anything is observed. */
async function openMemory(context: ConformanceContext, options: { readonly prediction?: boolean } = {}) {
  const memories = new Repository(await context.openStore(), everythingModel());
  await memories.create(id);
  if (options.prediction === true) await memories.predictions.recordPrediction(id, { useful: true });
  await memories.get(id);
  await memories.get(id);
  await memories.observations.proposals.onSurfaced([id], "similar");
  const createdAt = context.clock.nowSeconds;
  context.clock.advance(3_600);
  const before = await snapshot(memories);
  assert.deepEqual(before, {
    touched: createdAt,
    amplitude: 5,
    resolvedPressure: createdAt,
    confidence: 0.5,
    evidence: 0,
    value: 0.25,
    accesses: 0,
    predictionError: undefined,
    pending: true,
  });
  const observe = async (outcome?: ObservationOutcome) => {
    const observation = outcome === undefined ? { record: id } : { record: id, outcome };
    assert.equal(await memories.observations.onContextUsed([observation]), 1);
    return snapshot(memories);
  };
  return { memories, before, observe };
}

/** Confidence is a running mean (T12); everything else is exact. */
function assertState(
  actual: Awaited<ReturnType<typeof snapshot>>,
  expected: Awaited<ReturnType<typeof snapshot>>,
): void {
  assertAbsolute(actual.confidence, expected.confidence, "confidence");
  assert.deepEqual({ ...actual, confidence: 0 }, { ...expected, confidence: 0 });
}

export const observationCases = section("Observation", {
  C79: [
    "acted refreshes the clock and the cycles, confirms reads, resolves pressure and raises confidence",
    async (context) => {
      const { before, observe } = await openMemory(context);
      const now = context.clock.nowSeconds;
      assertState(await observe("acted"), {
        ...before,
        touched: now,
        amplitude: 6,
        resolvedPressure: now,
        confidence: 0.7,
        evidence: 1,
        accesses: 2,
        pending: false,
      });
      const predicted = await openMemory(context, { prediction: true });
      const after = await predicted.observe("acted");
      assert.equal(after.predictionError, 0.1);
      assertAbsolute(after.confidence, 0.7);
    },
  ],
  C80: [
    "used confirms reads and resolves an open prediction, nothing else",
    async (context) => {
      const { before, observe } = await openMemory(context, { prediction: true });
      assertState(await observe("used"), { ...before, accesses: 2, predictionError: 0.3, pending: false });
    },
  ],
  C81: [
    "dismissed discards reads, weakens cycles and leaves confidence alone",
    async (context) => {
      const { memories, before, observe } = await openMemory(context, { prediction: true });
      const expected = { ...before, amplitude: 4, predictionError: 0.5, pending: false };
      assertState(await observe("dismissed"), expected);
      assert.equal(await memories.accesses.confirmAccess(id), 0);
    },
  ],
  C82: [
    "deferred, also when no outcome is given, discards reads and leaves the prediction open",
    async (context) => {
      for (const outcome of ["deferred", undefined] as const) {
        const { memories, before, observe } = await openMemory(context, { prediction: true });
        assertState(await observe(outcome), { ...before, pending: false });
        assert.equal(await memories.accesses.confirmAccess(id), 0);
        assert.equal(await memories.predictions.resolvePrediction(id, { useful: true }), 0);
      }
    },
  ],
  C83: [
    "contradicted discards reads, halves cycles and lowers confidence",
    async (context) => {
      const { memories, before, observe } = await openMemory(context);
      const expected = { ...before, amplitude: 2.5, confidence: 0.3, evidence: 1, pending: false };
      assertState(await observe("contradicted"), expected);
      assert.equal(await memories.accesses.confirmAccess(id), 0);
      const Held = defineModel("Held", { identity: ["id"], fields: { id: keyField() }, validityWindow: {} });
      const held = new Repository(memories.store, Held);
      for (const record of [id, { id: "newer" }]) await held.create(record);
      await held.observations.onContextUsed([{ record: id, outcome: "contradicted", replacement: { id: "newer" } }]);
      assert.deepEqual((await held.get(id))?.validity.supersededBy, { id: "newer" });
      assert.deepEqual(
        (await held.query({})).records.map((record) => record.id),
        ["newer"],
      );
    },
  ],
  C84: [
    "contradicted sends one signal, also when it resolves a prediction",
    async (context) => {
      const { observe } = await openMemory(context, { prediction: true });
      const { confidence, evidence, predictionError } = await observe("contradicted");
      assertAbsolute(confidence, 0.3);
      assert.deepEqual({ evidence, predictionError }, { evidence: 1, predictionError: 0.9 });
    },
  ],
  C85: [
    "An unknown outcome is an error without effect, and an unsaved record is skipped",
    async (context) => {
      const { memories, before } = await openMemory(context);
      await memories.create({ id: "second" });
      const second = await snapshot(memories, "second");
      const wrong = { record: { id: "second" }, outcome: untyped<ObservationOutcome>("praised") };
      await rejectsArgument(() => memories.observations.onContextUsed([{ record: id, outcome: "acted" }, wrong]));
      assert.deepEqual(await snapshot(memories), before);
      assert.deepEqual(await snapshot(memories, "second"), second);

      const found = await memories.observations.onContextUsed([
        { record: { id: "unsaved" }, outcome: "acted" },
        { record: id, outcome: "acted" },
      ]);
      assert.equal(found, 1);
      assertAbsolute((await snapshot(memories)).confidence, 0.7);
      assert.equal(await memories.get({ id: "unsaved" }), undefined);
    },
  ],
  C86: [
    "A contradiction never raises confidence, and resolves pressure below the threshold",
    async (context) => {
      const store = await context.openStore();
      const low = new Repository(store, everythingModel(0.05));
      await low.create(id);
      for (let count = 0; count < 20; count += 1) await low.confidence("trust").update(id, 0.05);
      context.clock.advance(60);
      await low.observations.onContextUsed([{ record: id, outcome: "contradicted" }]);
      const after = await snapshot(low);
      assertAbsolute(after.confidence, 0.05);
      assert.deepEqual([after.evidence, after.resolvedPressure], [21, context.clock.nowSeconds]);

      const memories = new Repository(store, everythingModel());
      const second = { id: "second" };
      await memories.create(second);
      const createdAt = context.clock.nowSeconds;
      const contradict = async () => {
        context.clock.advance(60);
        await memories.observations.onContextUsed([{ record: second, outcome: "contradicted" }]);
        return snapshot(memories, "second");
      };
      for (let count = 1; count <= 7; count += 1) {
        const { confidence, resolvedPressure } = await contradict();
        assert.equal(resolvedPressure, createdAt, `contradiction ${count}`);
        if (count === 7) assertAbsolute(confidence, 0.15);
      }
      const eighth = await contradict();
      assertAbsolute(eighth.confidence, 0.14444444444444446);
      assert.equal(eighth.resolvedPressure, context.clock.nowSeconds);
    },
  ],
  C87: [
    "Proposals wait in their own partition until resolved, and change nothing",
    async (context) => {
      const memories = new Repository(await context.openStore(), everythingModel());
      const { proposals } = memories.observations;
      const second = { id: "second" };
      await memories.create(id);
      await memories.create(second);
      const before = await memories.get(id, { noTrack: true });
      await proposals.onSurfaced([id], "similar");
      context.clock.advance(1);
      await proposals.onSurfaced([second], "recent");
      await proposals.onSurfaced([id], "elsewhere", "side");
      const pending = async (partition: string) =>
        (await proposals.getPending({ partition })).map(({ identity, reason }) => [identity.id, reason]);
      assert.deepEqual(await pending("default"), [
        ["only", "similar"],
        ["second", "recent"],
      ]);
      assert.deepEqual(await memories.get(id, { noTrack: true }), before);
      assert.equal(await memories.accesses.confirmAccess(id), 0);

      assert.equal(await proposals.resolve(id), 1);
      assert.equal(await proposals.resolve(id), 0);
      assert.deepEqual(await pending("side"), [["only", "elsewhere"]]);
      await memories.observations.onContextUsed([{ record: id, outcome: "used" }], { partition: "side" });
      assert.deepEqual(await pending("side"), []);

      context.clock.advance(3_599);
      assert.deepEqual(await proposals.expireStale(), []);
      context.clock.advance(1);
      const expired = await proposals.expireStale();
      assert.deepEqual(
        expired.map(({ identity }) => identity),
        [second],
      );
      assert.deepEqual(await pending("default"), []);
    },
  ],
});
