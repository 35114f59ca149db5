import assert from "node:assert/strict";
import type { JsonObject } from "../../../maths/json/json-value.js";
import { keyField } from "../../../model/fields.js";
import { confidenceField } from "../../../primitives/confidence-field.js";
import type { PredictionLedgerOptions } from "../../../primitives/prediction-ledger.js";
import { defineModel } from "../../../repository/define-model.js";
import { Repository } from "../../../repository/repository.js";
import {
  assertAbsolute,
  rejectsArgument,
  rejectsMissingRecord,
  throwsConfiguration,
  untyped,
} from "../../assertions.js";
import { type ConformanceContext, section } from "../../conformance-case.js";
import { entriesOf } from "../../stream-reading.js";

const id = { id: "only" };

async function openForecasts(context: ConformanceContext, ledger: PredictionLedgerOptions = {}) {
  const model = defineModel("Forecast", {
    identity: ["id"],
    fields: { id: keyField(), trust: confidenceField({ initialConfidence: 0.8 }) },
    predictionLedger: ledger,
    eventStream: { streamName: "forecasts" },
  });
  const forecasts = new Repository(await context.openStore(), model);
  await forecasts.create(id);
  return forecasts;
}

/** A ledger that knows one record per error, resolved in this order. */
async function withErrors(context: ConformanceContext, errors: readonly number[]) {
  const forecasts = await openForecasts(context);
  for (const [index, error] of errors.entries()) {
    const record = { id: `forecast ${index}` };
    await forecasts.create(record);
    await forecasts.predictions.recordPrediction(record, { x: error });
    await forecasts.predictions.resolvePrediction(record, { x: 0 });
  }
  return forecasts;
}

const ERRORS: readonly (readonly [predicted: JsonObject, actual: JsonObject, error: number])[] = [
  [{ x: 0.9 }, { x: 0.3 }, 0.6],
  [{ x: 100 }, { x: 50 }, 0.5],
  [{ x: 0 }, { x: 0 }, 0],
  [{ x: 1000 }, { x: 1 }, 0.999],
  [{ x: 0.2 }, { x: -0.3 }, 0.5],
  [{ x: 5 }, { x: -5 }, 1],
  [{ x: "hello" }, { x: "world" }, 1],
  [{ a: 1, b: 2 }, { a: 1 }, 0.5],
  [{ n: 1, s: "yes" }, { n: 0.5, s: "yes" }, 0.25],
  [{}, {}, 0],
  [{ x: 1 }, { x: "1" }, 1],
  [{ x: { a: 1, b: [2] } }, { x: { b: [2], a: 1 } }, 0],
  [{ x: [1, 2] }, { x: [2, 1] }, 1],
  [{ x: null }, { x: null }, 0],
];

export const predictionLedgerCases = section("Prediction ledger", {
  C89: [
    "The error of a prediction is the mean over all keys of both sides",
    async (context) => {
      const forecasts = await openForecasts(context);
      for (const [predicted, actual, error] of ERRORS) {
        await forecasts.predictions.recordPrediction(id, predicted);
        const label = `${JSON.stringify(predicted)} against ${JSON.stringify(actual)}`;
        assertAbsolute(await forecasts.predictions.resolvePrediction(id, actual), error, label);
      }
    },
  ],
  C90: [
    "A prediction is resolved once, and a large error lowers confidence",
    async (context) => {
      const forecasts = await openForecasts(context);
      const { predictions } = forecasts;
      const confidence = async () => (await forecasts.get(id))?.trust.value;
      await predictions.recordPrediction(id, { x: 1 });
      assert.equal(await predictions.resolvePrediction(id, { x: 0.5 }), 0.5);
      assert.equal(await predictions.resolvePrediction(id, { x: 0 }), undefined);
      assert.equal(await predictions.autoResolve(id, "contradicted"), undefined);
      assert.equal((await predictions.predictions(id))[0]?.resolutionMode, "explicit");
      assert.equal(await confidence(), 0.8);

      for (const [outcome, error] of [
        ["acted", 0.1],
        ["used", 0.3],
        ["dismissed", 0.5],
      ] as const) {
        await predictions.recordPrediction(id, { x: 1 });
        assert.equal(await predictions.autoResolve(id, outcome), error);
      }
      assert.equal((await predictions.predictions(id)).at(-1)?.resolutionMode, "observed");
      await predictions.recordPrediction(id, { x: 1 });
      for (const unknown of ["praised", "deferred", "constructor"]) {
        await rejectsArgument(() => predictions.autoResolve(id, untyped(unknown)));
      }
      assert.equal(await confidence(), 0.8);
      assert.equal(await predictions.resolvePrediction(id, { x: 0.3 }), 0.7, "exactly the threshold");
      assert.equal(await confidence(), 0.8);
      await predictions.recordPrediction(id, { x: 1 });
      assert.equal(await predictions.resolvePrediction(id, { x: "1" }), 1);
      assertAbsolute(await confidence(), 0.5);
      const resolved = (await entriesOf(forecasts.store, "stream:forecasts")).filter(
        ({ op }) => op === "prediction_resolved",
      );
      assert.equal(resolved.length, 6);

      const contradicted = await openForecasts(context);
      await contradicted.predictions.recordPrediction(id, { x: 1 });
      assert.equal(await contradicted.predictions.autoResolve(id, "contradicted"), 0.9);
      assertAbsolute((await contradicted.get(id))?.trust.value, 0.5);

      await rejectsArgument(() => predictions.recordPrediction(id, untyped(null)));
      await rejectsMissingRecord(() => predictions.recordPrediction({ id: "unsaved" }, { x: 1 }));
      const plain = defineModel("Plain", { identity: ["id"], fields: { id: keyField() }, predictionLedger: {} });
      const doubtless = new Repository(await context.openStore(), plain);
      await doubtless.create(id);
      await doubtless.predictions.recordPrediction(id, { x: 1 });
      assert.equal(await doubtless.predictions.resolvePrediction(id, { y: 1 }), 1);
      for (const wrong of [{ confidenceErrorThreshold: 1.1 }, { autoResolveErrors: { acted: -0.1 } }]) {
        await assert.rejects(() => openForecasts(context, wrong));
      }
      throwsConfiguration(() =>
        defineModel("Plain", {
          identity: ["id"],
          fields: { id: keyField() },
          predictionLedger: { confidenceLowSignal: untyped("0.2") },
        }),
      );
    },
  ],
  C91: [
    "Errors are summarised by count, mean, spread and percentiles",
    async (context) => {
      const four = await withErrors(context, [0.3, 0.9, 0.1, 0.5]);
      const [summary] = await four.predictions.errorSummary();
      assert.equal(summary?.count, 4);
      assertAbsolute(summary.mean, 0.45);
      assertAbsolute(summary.standardDeviation, 0.2958039891549808);
      assert.deepEqual([summary.p50, summary.p90, summary.max], [0.5, 0.9, 0.9]);
      const highest = await four.predictions.getHighestErrors({ limit: 2 });
      assert.deepEqual(
        highest.map(({ identity, predictionError }) => [identity.id, predictionError]),
        [
          ["forecast 1", 0.9],
          ["forecast 3", 0.5],
        ],
      );

      const tenths = await withErrors(
        context,
        Array.from({ length: 10 }, (_, index) => (index + 1) / 10),
      );
      const [ten] = await tenths.predictions.errorSummary();
      assert.deepEqual([ten?.p50, ten?.p90, ten?.p99], [0.5, 0.9, 1]);

      const one = await withErrors(context, [0.4]);
      assert.equal((await one.predictions.errorSummary())[0]?.standardDeviation, 0);
      const grouped = await one.predictions.errorSummary({ groupBy: "weekday" });
      assert.deepEqual(
        grouped.map(({ group, count }) => [group, count]),
        [[3, 1]],
        "the clock of the case stands on a Thursday",
      );
      await rejectsArgument(() => one.predictions.errorSummary({ groupBy: untyped("month") }));
      assert.deepEqual(await one.predictions.getHighestErrors({ limit: 0 }), []);

      const none = await withErrors(context, []);
      assert.equal((await none.predictions.errorSummary())[0]?.count, 0);
      assert.deepEqual(await none.predictions.errorSummary({ groupBy: "hour" }), []);
    },
  ],
});
