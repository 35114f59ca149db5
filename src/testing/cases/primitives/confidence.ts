import assert from "node:assert/strict";
import { PolicyCacheError } from "../../../common/errors.js";
import { keyField, textField } from "../../../model/fields.js";
import { type ConfidenceOptions, confidenceField } from "../../../primitives/confidence-field.js";
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
import { overwriteStored } from "../../stored-fields.js";

const id = { id: "only" };

function beliefModel(options: ConfidenceOptions) {
  return defineModel("Belief", {
    identity: ["id"],
    fields: { id: keyField(), note: textField({ default: "" }), trust: confidenceField(options) },
  });
}

async function openBeliefs(context: ConformanceContext, options: ConfidenceOptions = {}) {
  const beliefs = new Repository(await context.openStore(), beliefModel(options));
  await beliefs.create(id);
  return beliefs;
}

/** The confidence after some signals. */
async function after(context: ConformanceContext, signals: readonly number[], options: ConfidenceOptions = {}) {
  const beliefs = await openBeliefs(context, options);
  for (const signal of signals) await beliefs.confidence("trust").update(id, signal);
  const state = (await beliefs.get(id))?.trust;
  assert.ok(state !== undefined);
  return state;
}

function times(count: number, signal: number): readonly number[] {
  return new Array<number>(count).fill(signal);
}

export const confidenceCases = section("Confidence", {
  C40: [
    "The initial value counts as one observation of a running mean",
    async (context) => {
      const beliefs = await openBeliefs(context);
      for (const expected of [0.7, 0.7666666666666666, 0.8, 0.82, 0.8333333333333333]) {
        assertAbsolute(await beliefs.confidence("trust").update(id, 0.9), expected);
        assertAbsolute((await beliefs.get(id))?.trust.value, expected);
      }
    },
  ],
  C41: [
    "A contradiction lowers confidence",
    async (context) => assertAbsolute((await after(context, [0.1])).value, 0.3),
  ],
  C42: [
    "The initial value can be chosen",
    async (context) => assertAbsolute((await after(context, [0.9], { initialConfidence: 0.01 })).value, 0.455),
  ],
  C43: [
    "Below the cap the order of the signals does not matter",
    async (context) => {
      const signals = [0.9, 0.1, 0.8, 0.2, 0.7, 0.6, 0.45, 0.3];
      const orders = [signals, signals.toReversed(), signals.toSorted(), [...signals.slice(3), ...signals.slice(0, 3)]];
      for (const order of orders) {
        const { value, ...counters } = await after(context, order);
        assertAbsolute(value, 0.5055555555555555);
        assert.deepEqual(counters, { evidenceCount: 8, corroborations: 4, contradictions: 4 });
      }
    },
  ],
  C44: [
    "Twenty equal signals come close to their value without reaching it",
    async (context) => {
      assertAbsolute((await after(context, times(20, 0.9))).value, 0.8809523809523809);
      assertAbsolute((await after(context, times(20, 1))).value, 0.976190476190476);
      assertAbsolute((await after(context, times(20, 0))).value, 0.023809523809523815);
    },
  ],
  C45: [
    "From the cap on, old signals fade by 20/21 with every new one",
    async (context) => {
      const full = times(20, 0.9);
      const options = { initialConfidence: 0.9 };
      for (const count of [1, 2, 7]) {
        const { value } = await after(context, [...full, ...times(count, 0.1)], options);
        assertAbsolute(value, 0.1 + 0.8 * (20 / 21) ** count);
      }
      assertAbsolute((await after(context, [...full, ...times(14, 0.1)], options)).value, 0.5040543623964151);
      assertAbsolute((await after(context, [...full, ...times(15, 0.1)], options)).value, 0.4848136784727763);
    },
  ],
  C46: [
    "A smaller cap forgets faster",
    async (context) => {
      const signals = [...times(20, 0.9), 0.1];
      for (const [evidenceCap, expected] of [
        [20, 0.861904761904762],
        [5, 0.7666666666666667],
        [1, 0.5],
      ] as const) {
        const { value } = await after(context, signals, { initialConfidence: 0.9, evidenceCap });
        assertAbsolute(value, expected, `cap ${evidenceCap}`);
      }
    },
  ],
  C47: [
    "A signal of 0.5 counts as corroboration",
    async (context) => {
      const { corroborations, contradictions } = await after(context, [0.5]);
      assert.deepEqual({ corroborations, contradictions }, { corroborations: 1, contradictions: 0 });
    },
  ],
  C48: [
    "Signals out of range are argument errors and change nothing",
    async (context) => {
      const beliefs = await openBeliefs(context);
      const before = await beliefs.get(id);
      for (const signal of [1.5, -0.1, Number.NaN, null, "0.9"]) {
        await rejectsArgument(() => beliefs.confidence("trust").update(id, untyped(signal)));
      }
      await rejectsMissingRecord(() => beliefs.confidence("trust").update({ id: "unsaved" }, 0.9));
      assert.deepEqual(await beliefs.get(id), before);
    },
  ],
  C49: [
    "Caps and initial values out of range, and two caps in one store, are configuration errors",
    async (context) => {
      for (const evidenceCap of ["20", 20.5, true, 0, -1]) {
        throwsConfiguration(() => confidenceField({ evidenceCap: untyped(evidenceCap) }));
      }
      for (const initialConfidence of [-0.1, 1.5, Number.NaN, "0.5", true]) {
        throwsConfiguration(() => confidenceField({ initialConfidence: untyped(initialConfidence) }));
      }
      confidenceField({ initialConfidence: 0 });
      confidenceField({ initialConfidence: 1 });

      const store = await context.openStore();
      const [first, second] = [20, 5].map((evidenceCap) => new Repository(store, beliefModel({ evidenceCap })));
      await first?.create(id);
      await first?.confidence("trust").update(id, 0.9);
      await assert.rejects(
        async () => second?.confidence("trust").update(id, 0.9),
        (error) => PolicyCacheError.isInstance(error) && error.code === "INVALID_CONFIGURATION",
      );
      assertAbsolute((await second?.get(id))?.trust.value, 0.7, "writers of one record share one cap");
    },
  ],
  C50: [
    "Ten concurrent updates all count",
    async (context) => {
      const beliefs = await openBeliefs(context);
      const signals = [0.9, 0.1, 0.8, 0.2, 0.7, 0.3, 0.6, 0.4, 0.95, 0.05];
      await Promise.all(signals.map((signal) => beliefs.confidence("trust").update(id, signal)));
      const state = (await beliefs.get(id))?.trust;
      assertAbsolute(state?.value, 0.5);
      assert.equal(state?.evidenceCount, 10);
    },
  ],
  C51: [
    "Saving keeps the state, deleting removes it, and a corrupt one starts again",
    async (context) => {
      const beliefs = await openBeliefs(context);
      const learn = (signal: number) => beliefs.confidence("trust").update(id, signal);
      const fresh = { evidenceCount: 1, corroborations: 1, contradictions: 0 };
      const expectFresh = async () => {
        assertAbsolute(await learn(0.9), 0.7);
        const { value, ...counters } = (await beliefs.get(id))?.trust ?? {};
        assertAbsolute(value, 0.7);
        assert.deepEqual(counters, fresh);
      };
      await learn(0.9);
      await learn(0.9);
      await beliefs.save({ ...id, note: "again" });
      assertAbsolute((await beliefs.get(id))?.trust.value, 0.7666666666666666);
      await beliefs.delete(id);
      await beliefs.create(id);
      await expectFresh();
      for (const part of ["value", "evidenceCount", "corroborations", "contradictions"]) {
        await learn(0.1);
        await overwriteStored(beliefs, id, { [`trust.${part}`]: "corrupt" });
        await expectFresh();
      }
    },
  ],
});
