import assert from "node:assert/strict";
import { seededRandom } from "../../../maths/learning/seeded-random.js";
import {
  discoverWeeklyCycle,
  findWeeklyCycle,
  type WeeklyCycle,
  weekdayHistogram,
  weekdayOf,
  weekdayPhaseSeconds,
} from "../../../maths/rhythm/rhythm.js";
import { chiSquaredSurvival, chiSquaredUniform } from "../../../maths/statistics/uniformity/chi-squared.js";
import { keyField, numberField } from "../../../model/fields.js";
import { cyclicDecayField } from "../../../primitives/decay-clock.js";
import { defineModel } from "../../../repository/define-model.js";
import { Repository } from "../../../repository/repository.js";
import { assertAbsolute, assertRelative } from "../../assertions.js";
import { section } from "../../conformance-case.js";

const DAY = 86_400;
const WEEK = 604_800;
/** Monday, 6 January 2025, 00:00 UTC. */
const MONDAY = 1_736_121_600;

function every(stepSeconds: number, count: number, from: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => from + index * stepSeconds);
}

function cycleOf(found: WeeklyCycle | undefined): readonly number[] | undefined {
  return found === undefined ? undefined : [found.periodSeconds, found.amplitude, found.phaseSeconds];
}

export const temporalDiscoveryCases = section("Temporal discovery", {
  C112: [
    "Pearson's statistic against uniform counts, and its upper tail",
    () => {
      assert.equal(chiSquaredUniform(new Array<number>(7).fill(10), 10).statistic, 0);
      assert.equal(chiSquaredUniform([70, 0, 0, 0, 0, 0, 0], 10).statistic, 420);
      assert.equal(chiSquaredUniform([1, 2, 3], 0).statistic, 0);
      for (const [statistic, degreesOfFreedom, pValue] of [
        [12.592, 6, 0.04999245818921],
        [5.991, 2, 0.050011615026579],
        [7.815, 3, 0.049993902974884],
        [19.675, 11, 0.050002061800913],
        [35.172, 23, 0.050005302326694],
        [42, 6, 1.8387709037687e-7],
        [10, 6, 0.124652019483081],
      ] as const) {
        assertRelative(chiSquaredSurvival(statistic, degreesOfFreedom), pValue, `tail of ${statistic}`);
      }
    },
  ],
  C113: [
    "The phase is the middle of the weekday, counted from the epoch's Thursday",
    () => {
      const phases = [388_800, 475_200, 561_600, 43_200, 129_600, 216_000, 302_400];
      assert.deepEqual([0, 1, 2, 3, 4, 5, 6].map(weekdayPhaseSeconds), phases);
      assert.equal(weekdayOf(0), 3);
      assert.equal(weekdayOf(MONDAY), 0);
      assert.equal(weekdayOf(MONDAY - 1), 6);
      for (const [weekday, phase] of phases.entries()) {
        const found = discoverWeeklyCycle(every(WEEK, 20, MONDAY + weekday * DAY));
        assert.deepEqual(cycleOf(found), [WEEK, 0.5, phase]);
      }
    },
  ],
  C114: [
    "A weekly habit becomes a cycle that peaks on its day",
    async (context) => {
      assert.deepEqual(cycleOf(discoverWeeklyCycle(every(WEEK, 20, MONDAY))), [WEEK, 0.5, 388_800]);
      const sundays = discoverWeeklyCycle(every(WEEK, 21, 259_200));
      assert.ok(sundays !== undefined);
      assert.equal(sundays.phaseSeconds, 302_400);

      const { periodSeconds, amplitude, phaseSeconds } = sundays;
      const model = defineModel("Habit", {
        identity: ["id"],
        fields: {
          id: keyField(),
          worth: numberField(),
          clock: cyclicDecayField({ baseScoreField: "worth", cycles: [[periodSeconds, amplitude, phaseSeconds]] }),
        },
      });
      const habits = new Repository(await context.openStore(), model);
      await habits.create({ id: "sunday", worth: 0 });
      const scores: number[] = [];
      for (const seconds of every(3_600, 168, 0)) {
        context.clock.set(seconds);
        scores.push((await habits.topByDecay({}))[0]?.score ?? Number.NaN);
      }
      const peak = Math.max(...scores);
      const best = scores.indexOf(peak) * 3_600;
      assert.ok(best >= 259_200 && best < 345_600, `the best hour starts at ${best}`);
      assertAbsolute(peak - (scores[0] ?? Number.NaN), 1, "the gap between the peak and the epoch");
    },
  ],
  C115: [
    "Even use, too little use and unreadable times give no cycle",
    () => {
      assert.equal(discoverWeeklyCycle(every(DAY, 70, MONDAY)), undefined);
      const januaries = [1970, 1971, 1972].flatMap((year) => every(DAY, 7, Date.UTC(year, 0, 1) / 1000));
      assert.deepEqual(weekdayHistogram(januaries).counts, [3, 3, 3, 3, 3, 3, 3]);
      assert.equal(discoverWeeklyCycle(januaries), undefined);
      assert.equal(discoverWeeklyCycle(every(WEEK, 2, MONDAY)), undefined);
      assert.equal(discoverWeeklyCycle(["soon", "", null, Number.NaN, Number.POSITIVE_INFINITY, {}]), undefined);
      assert.equal(discoverWeeklyCycle([]), undefined);
      const mixed = [...every(WEEK, 20, MONDAY).map(String), "later", undefined];
      assert.deepEqual(cycleOf(discoverWeeklyCycle(mixed)), [WEEK, 0.5, 388_800]);
    },
  ],
  C116: [
    "A burst is no rhythm, however uneven its weekdays are",
    () => {
      const minute = every(8, 7, MONDAY);
      assertRelative(chiSquaredUniform([7, 0, 0, 0, 0, 0, 0], 1).statistic, 42);
      assert.equal(discoverWeeklyCycle(minute), undefined);
      const fiveDays = every(DAY / 10, 50, MONDAY);
      assertRelative(chiSquaredUniform([10, 10, 10, 10, 10, 0, 0]).statistic, 20);
      assert.equal(discoverWeeklyCycle(fiveDays), undefined);
      assert.deepEqual(weekdayHistogram(fiveDays), { counts: [1, 1, 1, 1, 1, 0, 0], weeks: 1 });
      const threeWeeks = every(WEEK, 3, MONDAY).flatMap((monday) => every(DAY, 3, monday));
      assert.equal(discoverWeeklyCycle(threeWeeks), undefined);
    },
  ],
  C117: [
    "The threshold that is set is the threshold that is used",
    () => {
      const counts = [13, 3, 3, 4, 4, 4, 4];
      const times = counts.flatMap((count, weekday) => every(WEEK, count, MONDAY + weekday * DAY));
      assert.deepEqual(weekdayHistogram(times), { counts, weeks: 13 });
      const found = discoverWeeklyCycle(times, { pThreshold: 0.05 });
      assertRelative(found?.statistic, 15.2);
      assert.ok(Math.abs((found?.pValue ?? 1) - 0.01875691973) < 5e-12);
      assert.deepEqual(cycleOf(found), [WEEK, 0.5, 388_800]);
      assert.equal(discoverWeeklyCycle(times, { pThreshold: 0.01 }), undefined);
      assert.equal(discoverWeeklyCycle(times, { minPeriods: 14 }), undefined);
      assert.equal(findWeeklyCycle({ counts, weeks: 3 }), undefined);
    },
  ],
  C118: [
    "Uniform use is rarely taken for a rhythm",
    () => {
      const random = seededRandom(118);
      const tenYears = 10 * 365 * DAY;
      const share = (samples: number, size: number) => {
        let found = 0;
        for (let sample = 0; sample < samples; sample += 1) {
          const times = Array.from({ length: size }, () => MONDAY + random() * tenYears);
          if (discoverWeeklyCycle(times) !== undefined) found += 1;
        }
        return found / samples;
      };
      assert.ok(share(500, 400) <= 0.1);
      assert.ok(share(500, 12) <= 0.1, "also when the sample is too small for the approximation");
    },
  ],
});
