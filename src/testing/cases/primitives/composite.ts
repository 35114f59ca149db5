import assert from "node:assert/strict";
import { PolicyEntry } from "../../../cache/policy-entry.js";
import { keyField, numberField, sortedField } from "../../../model/fields.js";
import { confidenceField } from "../../../primitives/confidence-field.js";
import { decayingSortedField } from "../../../primitives/decay-clock.js";
import { defineModel } from "../../../repository/define-model.js";
import { Repository } from "../../../repository/repository.js";
import { assertAbsolute, rejectsArgument, untyped } from "../../assertions.js";
import { type ConformanceContext, section } from "../../conformance-case.js";
import { overwriteStored } from "../../stored-fields.js";

const Document = defineModel("Document", {
  identity: ["id"],
  fields: {
    id: keyField(),
    worth: numberField(),
    rank: sortedField(),
    decay: decayingSortedField({ baseScoreField: "worth" }),
    trust: confidenceField(),
  },
  accessTracker: { trackReads: false },
});

/** Documents with these decayed scores and confidences; at one day of age decay is the base itself. */
async function openDocuments(context: ConformanceContext, given: Readonly<Record<string, readonly [number, number]>>) {
  const documents = new Repository(await context.openStore(), Document);
  for (const [id, [worth, confidence]] of Object.entries(given)) {
    await documents.create({ id, worth, rank: worth });
    await overwriteStored(documents, { id }, { "trust.value": confidence });
  }
  context.clock.advanceDays(1);
  type Options = Parameters<typeof documents.compositeScore>[1];
  const rank = async (options: Options) =>
    (await documents.compositeScore({}, options)).map(({ record, score }) => [record.id, score] as const);
  return { documents, rank };
}

/** The same records in the same order, with scores within T12. */
function assertRanking(
  actual: readonly (readonly [string, number])[],
  expected: readonly (readonly [string, number])[],
): void {
  assert.deepEqual(
    actual.map(([id]) => id),
    expected.map(([id]) => id),
  );
  for (const [index, [id, score]] of expected.entries()) assertAbsolute(actual[index]?.[1], score, id);
}

const pair = { A: [0.8, 0.5], B: [0.4, 0.9] } as const;
const indexes = { decay: 0.4, trust: 0.6 };

export const compositeCases = section("Composite", {
  C103: [
    "Weights come first, then SUM, MIN or MAX",
    async (context) => {
      const { documents, rank } = await openDocuments(context, pair);
      assertRanking(await rank({ indexes }), [
        ["B", 0.7],
        ["A", 0.62],
      ]);
      assertRanking(await rank({ indexes, aggregate: "min" }), [
        ["A", 0.3],
        ["B", 0.16],
      ]);
      assertRanking(await rank({ indexes, aggregate: "MAX" }), [
        ["B", 0.54],
        ["A", 0.32],
      ]);
      assertRanking(await rank({ indexes: { rank: 2 } }), [
        ["A", 1.6],
        ["B", 0.8],
      ]);
      const [best] = await documents.compositeScore({}, { indexes });
      assertAbsolute(best?.parts.decay, 0.4);
      assertAbsolute(best?.parts.trust, 0.9);
    },
  ],
  C104: [
    "The temperature divides every score after the minimum was applied, and bad options are errors",
    async (context) => {
      const { documents, rank } = await openDocuments(context, pair);
      assertRanking(await rank({ indexes, temperature: 0.5 }), [
        ["B", 1.4],
        ["A", 1.24],
      ]);
      assertRanking(await rank({ indexes, temperature: 0.5, minScore: 0.65 }), [["B", 1.4]]);
      assertRanking(await rank({ indexes: { trust: 1 }, minScore: 0.9 }), [["B", 0.9]]);
      for (const temperature of [0, -1, Number.NaN]) await rejectsArgument(() => rank({ indexes, temperature }));
      await rejectsArgument(() => rank({ indexes: {} }));
      await rejectsArgument(() => rank({ indexes, aggregate: untyped("AVG") }));
      await rejectsArgument(() => rank({ indexes: untyped({ unknown: 1 }) }));
      await rejectsArgument(() => rank({ indexes: untyped({ priority: 1 }) }));
      for (const weight of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
        await rejectsArgument(() => rank({ indexes: { decay: weight } }));
      }
      await rejectsArgument(() => rank({ indexes: { accessCount: 1, accessScore: 1 } }));
      assert.deepEqual(await rank({ indexes, limit: 0 }), []);
      assert.deepEqual(await rank({ indexes, limit: -1 }), []);
      assert.equal((await documents.get({ id: "A" }))?.accessCount, 0);
    },
  ],
  C105: [
    "A record absent from an arm adds 0 to the sum and is ignored by MIN and MAX; a boost is an arm",
    async (context) => {
      const { documents, rank } = await openDocuments(context, pair);
      for (let read = 0; read < 10; read += 1) await documents.accesses.onRead([{ id: "A" }]);
      await documents.accesses.confirmAccess({ id: "A" });
      const withUse = { decay: 1, accessCount: 1 };
      assertRanking(await rank({ indexes: withUse }), [
        ["A", 0.8 + 0.5],
        ["B", 0.4],
      ]);
      assertRanking(await rank({ indexes: withUse, aggregate: "MIN" }), [
        ["A", 0.5],
        ["B", 0.4],
      ]);
      assertRanking(await rank({ indexes: withUse, aggregate: "MAX" }), [
        ["A", 0.8],
        ["B", 0.4],
      ]);
      assertRanking(await rank({ indexes: { accessCount: 1 } }), [["A", 0.5]]);
      assertRanking(await rank({ indexes: { rawAccessCount: 1 } }), [["A", 10]]);
      const boost = (id: string, weight: number) => ({ identity: { id }, weight });
      const coOccurrenceBoost = [boost("B", 5), boost("A", 0.1)];
      assertRanking(await rank({ indexes: { decay: 1 }, coOccurrenceBoost }), [
        ["B", 5.4],
        ["A", 0.9],
      ]);
      assertRanking(await rank({ indexes: { decay: 1 }, similarityBoost: [boost("B", 1)] }), [
        ["B", 1.4],
        ["A", 0.8],
      ]);
    },
  ],
  C106: [
    "Other agents and other states never appear, and the filter comes before the limit",
    async (context) => {
      const policies = new Repository(await context.openStore(), PolicyEntry);
      const state = { agentId: "mine", stateFingerprint: "here" };
      const elsewhere = { agentId: "mine", stateFingerprint: "elsewhere" };
      const foreign = { agentId: "other", stateFingerprint: "here" };
      for (const place of [state, elsewhere, foreign]) {
        for (let index = 1; index <= 5; index += 1) {
          const policy = { ...place, actionType: `action ${index}` };
          await policies.create(policy);
          await policies.qValue("qValue").initialize(policy, place === state ? index : 100);
          if (place !== state) await policies.confidence("confidence").update(policy, 1);
        }
      }
      const ranked = await policies.compositeScore(state, { indexes: { expectedValue: 1, confidence: 1 }, limit: 100 });
      assert.deepEqual(
        ranked.map(({ record }) => [record.agentId, record.stateFingerprint, record.actionType]),
        [5, 4, 3, 2, 1].map((index) => ["mine", "here", `action ${index}`]),
      );
      const boost = { identity: { ...foreign, actionType: "action 1" }, weight: 1000 };
      await rejectsArgument(() =>
        policies.compositeScore(state, { indexes: { expectedValue: 1 }, coOccurrenceBoost: [boost] }),
      );
      await rejectsArgument(() =>
        policies.compositeScore(untyped({ stateFingerprint: "here" }), { indexes: { confidence: 1 } }),
      );

      const limited = await policies.compositeScore(state, {
        indexes: { expectedValue: 1 },
        limit: 3,
        postFilter: ({ actionType }) => actionType !== "action 5",
      });
      assert.deepEqual(
        limited.map(({ record }) => record.actionType),
        ["action 4", "action 3", "action 2"],
      );
    },
  ],
});
