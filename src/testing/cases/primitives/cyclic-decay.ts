import assert from "node:assert/strict";
import { TemporalPeriod } from "../../../maths/rhythm/periods.js";
import { keyField, numberField, textField } from "../../../model/fields.js";
import type { AnyModel } from "../../../model/model.js";
import { type CyclicDecayOptions, cyclicDecayField, decayingSortedField } from "../../../primitives/decay-clock.js";
import type { ObservationOutcome } from "../../../primitives/observation/observation-protocol.js";
import { defineModel } from "../../../repository/define-model.js";
import { Repository } from "../../../repository/repository.js";
import { assertRelative, assertWithin, throwsConfiguration, untyped } from "../../assertions.js";
import { type ConformanceContext, section } from "../../conformance-case.js";
import { overwriteStored } from "../../stored-fields.js";
import { entriesOf } from "../../stream-reading.js";

const id = { id: "only" };

function cyclicModel(options: CyclicDecayOptions) {
  return defineModel("Rhythm", {
    identity: ["id"],
    fields: {
      id: keyField(),
      worth: numberField({ default: 1 }),
      note: textField({ default: "" }),
      clock: cyclicDecayField({ ...options, baseScoreField: "worth" }),
    },
    eventStream: { streamName: "rhythms" },
  });
}

/** One record with one weekly cycle of this amplitude. */
async function withAmplitude(context: ConformanceContext, amplitude: number) {
  const model = cyclicModel({ cycles: [[TemporalPeriod.weekly, amplitude]] });
  const rhythms = new Repository(await context.openStore(), model);
  await rhythms.create(id);
  const observe = async (outcome: ObservationOutcome, times = 1): Promise<number> => {
    for (let time = 0; time < times; time += 1) {
      await rhythms.observations.onContextUsed([{ record: id, outcome }]);
    }
    return amplitudeNow();
  };
  const amplitudeNow = async () => (await rhythms.get(id))?.clock.cycles[0]?.amplitude ?? Number.NaN;
  return { rhythms, observe };
}

async function onlyScore<M extends AnyModel>(
  repository: Repository<M>,
  where: Parameters<typeof repository.topByDecay>[0],
) {
  const ranked = await repository.topByDecay(where);
  assert.equal(ranked.length, 1);
  return ranked[0]?.score ?? Number.NaN;
}

export const cyclicDecayCases = section("Cyclic decay", {
  C30: [
    "The score is decay plus cycles plus pressure",
    async (context) => {
      const { clock } = context;
      const cycles = [[TemporalPeriod.yearly, 5, clock.nowSeconds + 10 * 86_400]] as const;
      const model = cyclicModel({ decayRate: 0.5, cycles, pressureRate: 0.1 });
      const rhythms = new Repository(await context.openStore(), model);
      await rhythms.create(id);
      clock.advanceDays(9);
      await rhythms.clock("clock").touch(id);
      clock.advanceDays(1);
      assertRelative(await onlyScore(rhythms, {}), 7);
    },
  ],
  C31: [
    "Half a period after its peak a cycle takes away what it gave",
    async (context) => {
      const { clock } = context;
      const cycles = [[TemporalPeriod.yearly, 5, clock.nowSeconds]] as const;
      const rhythms = new Repository(await context.openStore(), cyclicModel({ cycles }));
      const calm = new Repository(await context.openStore(), cyclicModel({}));
      await rhythms.create(id);
      await calm.create(id);
      clock.advance(TemporalPeriod.yearly / 2);
      assertRelative((await onlyScore(rhythms, {})) - (await onlyScore(calm, {})), -5);
    },
  ],
  C32: [
    "A weekly cycle peaks at its phase, dips half a week later and is 0 in between",
    async (context) => {
      const model = cyclicModel({ cycles: [[TemporalPeriod.weekly, 0.5, 302_400]] });
      const rhythms = new Repository(await context.openStore(), model);
      const at = async (nowSeconds: number) => {
        context.clock.set(nowSeconds);
        return onlyScore(rhythms, {});
      };
      context.clock.set(302_400);
      await rhythms.create({ ...id, worth: 0 });
      assertWithin(await at(302_400), 0.5, 1e-12, "the peak");
      assertWithin(await at(0), -0.5, 1e-12, "the dip");
      assertWithin(await at(453_600), 0, 1e-12, "the crossing");
    },
  ],
  C33: [
    "Outcomes scale amplitudes",
    async (context) => {
      for (const [outcome, amplitude] of [
        ["acted", 6],
        ["dismissed", 4],
        ["contradicted", 2.5],
        ["used", 5],
        ["deferred", 5],
      ] as const) {
        assertRelative(await (await withAmplitude(context, 5)).observe(outcome), amplitude, outcome);
      }
    },
  ],
  C34: [
    "Amplitudes stop at 100",
    async (context) => {
      const { rhythms } = await withAmplitude(context, 90);
      assert.deepEqual(await rhythms.clock("clock").strengthenCycles(id, 1.2), [100]);
    },
  ],
  C35: [
    "An amplitude below 0.01 becomes exactly 0",
    async (context) => {
      const low = (await withAmplitude(context, 0.012)).rhythms;
      assert.deepEqual(await low.clock("clock").weakenCycles(id, 0.8), [0]);
      const edge = (await withAmplitude(context, 0.0125)).rhythms;
      const [amplitude] = await edge.clock("clock").weakenCycles(id, 0.8);
      assertRelative(amplitude, 0.01);
      const none = new Repository(await context.openStore(), cyclicModel({}));
      await none.create(id);
      assert.deepEqual(await none.clock("clock").strengthenCycles(id), []);
    },
  ],
  C36: [
    "Outcomes bring an amplitude to 0 and to 100, and 0 is for ever",
    async (context) => {
      const dismissed = await withAmplitude(context, 0.5);
      assert.ok((await dismissed.observe("dismissed", 17)) > 0);
      assert.equal(await dismissed.observe("dismissed"), 0);
      assert.equal(await dismissed.observe("acted"), 0);
      const contradicted = await withAmplitude(context, 0.5);
      assert.ok((await contradicted.observe("contradicted", 5)) > 0);
      assert.equal(await contradicted.observe("contradicted"), 0);
      const acted = await withAmplitude(context, 0.5);
      assert.ok((await acted.observe("acted", 29)) < 100);
      assert.equal(await acted.observe("acted"), 100);
    },
  ],
  C37: [
    "Periods, amplitudes, tuples and rates out of range are configuration errors",
    () => {
      const wrong = [
        [0, 1],
        [-100, 1],
        [86_400, -1],
        [86_400],
        [86_400, 1, 0, 0],
        [86_400, 1, Number.NaN],
        [Number.NaN, 1],
      ];
      for (const cycle of wrong) throwsConfiguration(() => cyclicDecayField({ cycles: untyped([cycle]) }));
      throwsConfiguration(() => cyclicDecayField({ pressureRate: -1 }));
      cyclicDecayField({ cycles: [[86_400, 0]], pressureRate: 0 });
    },
  ],
  C38: [
    "Saving again keeps what was learned, follows a changed declaration and leaves discovered cycles alone",
    async (context) => {
      const { clock } = context;
      const { daily, weekly, monthly } = TemporalPeriod;
      const declared = (cycles: CyclicDecayOptions["cycles"], pressureRate = 0.1) =>
        new Repository(store, cyclicModel({ cycles, pressureRate } as CyclicDecayOptions));
      const store = await context.openStore();
      const first = declared([[weekly, 5]]);
      await first.create(id);
      await first.clock("clock").strengthenCycles(id, 1.2);
      clock.advanceDays(2);
      await first.clock("clock").resolvePressure(id);
      const resolvedAt = clock.nowSeconds;
      clock.advanceDays(1);

      await first.save({ ...id, note: "again" });
      const kept = await first.get(id);
      assert.equal(kept?.note, "again");
      assert.equal(kept.clock.cycles[0]?.amplitude, 6);
      assert.equal(kept.clock.lastResolvedSeconds, resolvedAt);

      const cyclesOf = async (repository: Repository<ReturnType<typeof cyclicModel>>) =>
        (await repository.get(id))?.clock.cycles.map((cycle) => [cycle.periodSeconds, cycle.amplitude, cycle.origin]);
      const edited = declared([[weekly, 2]]);
      await edited.save(id);
      assert.deepEqual(await cyclesOf(edited), [[weekly, 2, "declared"]]);
      const reported = (await entriesOf(store, "stream:rhythms")).map(({ cycles_reset }) => cycles_reset);
      assert.deepEqual(
        reported.filter((count) => count !== undefined),
        [1],
        "the reset is reported, once",
      );

      const discovered = [monthly, 0.5, 7, -1, 1];
      await overwriteStored(edited, id, { "clock.cycles": [weekly, 2, 0, 2, 0, ...discovered] });
      const other = declared([[daily, 1]], 0);
      await other.save(id);
      assert.deepEqual(await cyclesOf(other), [
        [daily, 1, "declared"],
        [monthly, 0.5, "discovered"],
      ]);
      assert.equal((await other.get(id))?.clock.lastResolvedSeconds, undefined);
    },
  ],
  C39: [
    "Without cycles and pressure the scores are those of the decay clock",
    async (context) => {
      const plain = defineModel("Plain", {
        identity: ["id"],
        fields: {
          id: keyField(),
          worth: numberField({ default: 1 }),
          clock: decayingSortedField({ baseScoreField: "worth" }),
        },
      });
      const store = await context.openStore();
      const both = [new Repository(store, cyclicModel({})), new Repository(store, plain)] as const;
      for (const worth of [1, 0.6, -0.4]) {
        for (const repository of both) await repository.create({ id: `worth ${worth}`, worth });
        context.clock.advanceDays(2.5);
      }
      const [cyclic, decaying] = await Promise.all(both.map((repository) => repository.topByDecay({})));
      const scores = (ranked: typeof cyclic) => ranked?.map(({ record, score }) => [record.id, score]);
      assert.deepEqual(scores(cyclic), scores(decaying));
      assert.equal(cyclic?.length, 3);
    },
  ],
});
