import assert from "node:assert/strict";
import type { TuningOverrides } from "../../../common/tuning/defaults.js";
import { booleanField, decimalField, keyField, numberField, textField } from "../../../model/fields.js";
import { confidenceField } from "../../../primitives/confidence-field.js";
import { decayingSortedField } from "../../../primitives/decay-clock.js";
import { tdValueField } from "../../../primitives/td-value-field.js";
import { defineModel } from "../../../repository/define-model.js";
import { Repository } from "../../../repository/repository.js";
import { assertRelative, rejectsArgument, throwsConfiguration } from "../../assertions.js";
import { type ConformanceContext, section } from "../../conformance-case.js";
import { overwriteStored } from "../../stored-fields.js";

const id = { id: "only" };

/** The score of a record without a base, some days after it was touched. */
async function scoreAfter(context: ConformanceContext, days: number, decayRate: number): Promise<number> {
  const model = defineModel("Item", {
    identity: ["id"],
    fields: { id: keyField(), clock: decayingSortedField({ decayRate }) },
  });
  const items = new Repository(await context.openStore(), model);
  await items.create(id);
  context.clock.advanceDays(days);
  return scoreOf(await items.topByDecay({}));
}

/** The same for a record with a base score. */
async function weightedScoreAfter(
  context: ConformanceContext,
  days: number,
  decayRate: number,
  worth: number,
): Promise<number> {
  const items = new Repository(await context.openStore(), weightedModel(decayRate));
  await items.create({ ...id, worth });
  context.clock.advanceDays(days);
  return scoreOf(await items.topByDecay({}));
}

function weightedModel(decayRate: number) {
  return defineModel("Item", {
    identity: ["id"],
    fields: {
      id: keyField(),
      worth: numberField(),
      clock: decayingSortedField({ decayRate, baseScoreField: "worth" }),
    },
  });
}

function confidentModel(decayRate: number, initialConfidence: number, confidenceModulation: "auto" | false = "auto") {
  return defineModel("Item", {
    identity: ["id"],
    fields: {
      id: keyField(),
      worth: numberField({ default: 1 }),
      confidence: confidenceField({ initialConfidence }),
      clock: decayingSortedField({ decayRate, baseScoreField: "worth", confidenceModulation }),
    },
  });
}

interface Modulation {
  readonly days: number;
  readonly decayRate: number;
  readonly confidence: number;
  readonly initialConfidence?: number;
  readonly confidenceModulation?: false;
  readonly defaults?: TuningOverrides;
}

/** The score of a record of this confidence. */
async function modulatedScore(context: ConformanceContext, modulation: Modulation): Promise<number> {
  const { days, decayRate, confidence, initialConfidence = 0.5, confidenceModulation, defaults = {} } = modulation;
  const model = confidentModel(decayRate, initialConfidence, confidenceModulation ?? "auto");
  const items = new Repository(await context.openStore({ defaults }), model);
  await items.create(id);
  await overwriteStored(items, id, { "confidence.value": confidence });
  context.clock.advanceDays(days);
  return scoreOf(await items.topByDecay({}));
}

function scoreOf(ranked: readonly { readonly score: number }[]): number {
  assert.equal(ranked.length, 1);
  return ranked[0]?.score ?? Number.NaN;
}

const FRESH_SLOW = 1.5848931924611136;

export const decayCases = section("Decay", {
  C13: [
    "A fresh record counts as a hundredth of a day old",
    async (context) => {
      assertRelative(await scoreAfter(context, 0, 0.1), FRESH_SLOW);
      assertRelative(await scoreAfter(context, 0, 0.5), 10);
    },
  ],
  C14: [
    "Ages below the floor and touches in the future count as fresh",
    async (context) => {
      assertRelative(await scoreAfter(context, 0.005, 0.1), FRESH_SLOW);
      assertRelative(await scoreAfter(context, -5, 0.1), FRESH_SLOW);
      assertRelative(await scoreAfter(context, -5, 0.5), 10);
    },
  ],
  C15: [
    "At one day of age every rate gives exactly the base",
    async (context) => {
      for (const rate of [0.01, 0.1, 0.5, 1, 3]) assert.equal(await scoreAfter(context, 1, rate), 1);
    },
  ],
  C16: [
    "After four days little is lost at a slow rate and half at a fast one",
    async (context) => {
      assertRelative(await scoreAfter(context, 4, 0.1), 0.8705505632961241);
      assertRelative(await scoreAfter(context, 4, 0.5), 0.5);
    },
  ],
  C17: [
    "A hundred days cost a third at a slow rate and nine tenths at a fast one",
    async (context) => {
      assertRelative(await scoreAfter(context, 100, 0.1), 0.6309573444801932);
      assertRelative(await scoreAfter(context, 100, 0.5), 0.1);
    },
  ],
  C18: [
    "After a month and after a year the default rate leaves 71 % and 55 %",
    async (context) => {
      assertRelative(await scoreAfter(context, 30, 0.1), 0.7116851017915987);
      assertRelative(await scoreAfter(context, 365, 0.1), 0.5543329747347004);
    },
  ],
  C19: [
    "Half a day scores above the base",
    async (context) => assertRelative(await scoreAfter(context, 0.5, 0.5), Math.SQRT2),
  ],
  C20: [
    "A base score scales the decay",
    async (context) => assertRelative(await weightedScoreAfter(context, 4, 0.1, 0.6), 0.5223303379776745),
  ],
  C21: [
    "A negative base keeps its sign",
    async (context) => {
      assertRelative(await weightedScoreAfter(context, 4, 0.5, -0.4), -0.2);
      assertRelative(await weightedScoreAfter(context, 0, 0.1, -0.4), -0.6339572769844455);
    },
  ],
  C22: [
    "A base of 0 scores 0 at any age, between positive and negative values",
    async (context) => {
      for (const days of [0, 1, 365]) assert.equal(await weightedScoreAfter(context, days, 0.1, 0), 0);
      const model = defineModel("Policy", {
        identity: ["id"],
        fields: { id: keyField(), q: tdValueField(), clock: decayingSortedField({ baseScoreField: "q" }) },
      });
      const policies = new Repository(await context.openStore(), model);
      for (const q of [0, -0.4, 0.6]) {
        await policies.create({ id: `q ${q}` });
        await policies.qValue("q").initialize({ id: `q ${q}` }, q);
      }
      context.clock.advanceDays(3);
      const order = (await policies.topByDecay({})).map(({ record }) => record.q);
      assert.deepEqual(order, [0.6, 0, -0.4]);
    },
  ],
  C23: [
    "A base that is missing, a text or a boolean counts 1; a decimal counts its number",
    async (context) => {
      const store = await context.openStore();
      const earlier = { id: keyField() };
      const late = new Repository(store, weightedModel(0.1));
      const missing = new Repository(store, defineModel("Item", { identity: ["id"], fields: earlier }));
      const fields = { ...earlier, worth: textField() };
      const text = new Repository(store, defineModel("Item", { identity: ["id"], fields }));
      const switches = { ...earlier, worth: booleanField() };
      const boolean = new Repository(store, defineModel("Item", { identity: ["id"], fields: switches }));
      const decimals = { ...earlier, worth: decimalField() };
      const decimal = new Repository(store, defineModel("Item", { identity: ["id"], fields: decimals }));
      await missing.create({ id: "missing" });
      await text.create({ id: "text", worth: "high" });
      await text.create({ id: "numeric text", worth: "5" });
      await boolean.create({ id: "boolean", worth: true });
      await decimal.create({ id: "decimal", worth: "2.75" });
      context.clock.advanceDays(1);
      for (const name of ["missing", "text", "numeric text", "boolean", "decimal"]) {
        await late.clock("clock").touch({ id: name });
      }
      context.clock.advanceDays(1);
      const scores = new Map((await late.topByDecay({})).map(({ record, score }) => [record.id, score]));
      assert.deepEqual(Object.fromEntries(scores), {
        decimal: 2.75,
        boolean: 1,
        missing: 1,
        "numeric text": 1,
        text: 1,
      });
      assert.equal((await decimal.get({ id: "decimal" }))?.worth, "2.75");
    },
  ],
  C24: [
    "Confidence bends the decay between its bounds, and is clamped to them",
    async (context) => {
      const expected = [
        [0, 0.09026461708461153],
        [0.25, 0.13234222961661318],
        [0.5, 0.18257418583505536],
        [0.75, 0.23930237893208178],
        [1, 0.3004407047731907],
        [2, 0.3004407047731907],
      ] as const;
      for (const [confidence, score] of expected) {
        assertRelative(await modulatedScore(context, { days: 30, decayRate: 0.5, confidence }), score);
      }
    },
  ],
  C25: [
    "Full and no confidence change the rate by the factor 2^0.5",
    async (context) => {
      const at = (confidence: number) => modulatedScore(context, { days: 30, decayRate: 0.1, confidence });
      assertRelative(await at(0), 0.6181637144179902);
      assertRelative(await at(1), 0.786233880227754);
      assertRelative(await at(0), 30 ** -0.14142135623730953, "the score at the largest effective rate");
      assertRelative(await at(1), 30 ** -0.07071067811865477, "the score at the smallest effective rate");
    },
  ],
  C26: [
    "Modulation starts at one day of age, and switched off or at the initial confidence it changes nothing",
    async (context) => {
      const young = { days: 0.5, decayRate: 0.1 };
      const scores = [];
      for (const confidence of [0, 0.3, 0.5, 1]) scores.push(await modulatedScore(context, { ...young, confidence }));
      assertRelative(scores[0], 1.0717734625362931);
      for (const score of scores) assert.equal(score, scores[0]);

      const old = { days: 30, decayRate: 0.5, confidence: 0.9 };
      const unmodulated = await scoreAfter(context, 30, 0.5);
      assert.equal(await modulatedScore(context, { ...old, defaults: { decayConfidenceStrength: 0 } }), unmodulated);
      assert.equal(await modulatedScore(context, { ...old, defaults: { decayConfidenceEnabled: false } }), unmodulated);
      assert.equal(await modulatedScore(context, { ...old, confidenceModulation: false }), unmodulated);
      const neutral = { days: 30, decayRate: 0.5, confidence: 0.3, initialConfidence: 0.3 };
      assert.equal(await modulatedScore(context, neutral), unmodulated);
    },
  ],
  C27: [
    "Two records can change places with time and without a write",
    async (context) => {
      const items = new Repository(await context.openStore(), confidentModel(0.5, 0.5));
      for (const [name, worth, confidence] of [
        ["valued", 2, 0.1],
        ["trusted", 1, 0.9],
      ] as const) {
        await items.create({ id: name, worth });
        await overwriteStored(items, { id: name }, { "confidence.value": confidence });
      }
      const ranking = async () => (await items.topByDecay({})).map(({ record, score }) => ({ id: record.id, score }));
      context.clock.advanceDays(10);
      const [early, earlySecond] = await ranking();
      assert.deepEqual([early?.id, earlySecond?.id], ["valued", "trusted"]);
      assertRelative(early?.score, 0.4378002853303887);
      assertRelative(earlySecond?.score, 0.4178985443379541);
      context.clock.advanceDays(20);
      const [late, lateSecond] = await ranking();
      assert.deepEqual([late?.id, lateSecond?.id], ["trusted", "valued"]);
      assertRelative(late?.score, 0.27559777743368635);
      assertRelative(lateSecond?.score, 0.21207691891558958);
    },
  ],
  C28: [
    "Equal scores are ordered by name in bytes, before the limit cuts",
    async (context) => {
      const model = defineModel("Item", {
        identity: ["id"],
        fields: { id: keyField(), clock: decayingSortedField() },
      });
      const items = new Repository(await context.openStore(), model);
      for (const name of ["B", "a", "aa", "a:1", "a-1", "_", "0", "~", "Z", "a a"]) await items.create({ id: name });
      const names = async (limit: number) => (await items.topByDecay({}, limit)).map(({ record }) => record.id);
      assert.deepEqual(await names(10), ["0", "B", "Z", "_", "a", "a a", "a-1", "a:1", "aa", "~"]);
      assert.deepEqual(await names(3), ["0", "B", "Z"]);
    },
  ],
  C29: [
    "Empty limits and partitions give nothing, a missing partition value or a bad rate is an error",
    async (context) => {
      const model = defineModel("Item", {
        scope: "agentId",
        identity: ["agentId", "topic", "id"],
        fields: {
          agentId: keyField(),
          topic: keyField(),
          id: keyField(),
          clock: decayingSortedField({ partitionBy: ["agentId", "topic"] }),
        },
      });
      const items = new Repository(await context.openStore(), model);
      const partition = { agentId: "a", topic: "t" };
      await items.create({ ...partition, id: "1" });
      assert.equal((await items.topByDecay(partition)).length, 1);
      assert.equal(await items.clock("clock").count(partition), 1);
      assert.deepEqual(await items.topByDecay(partition, 0), []);
      assert.deepEqual(await items.topByDecay(partition, -1), []);
      assert.deepEqual(await items.topByDecay({ agentId: "a", topic: "unknown" }), []);
      assert.deepEqual(await items.topByDecay({ agentId: "unknown", topic: "t" }), []);
      assert.equal(await items.clock("clock").count({ agentId: "a", topic: "unknown" }), 0);
      await rejectsArgument(() => items.topByDecay({ agentId: "a" }));
      for (const decayRate of [0, -1]) {
        throwsConfiguration(() => decayingSortedField({ decayRate }));
        await rejectsArgument(() => items.topByDecay(partition, 10, { decayRate }));
        await assert.rejects(() => context.openStore({ defaults: { decayRate } }));
      }
    },
  ],
});
