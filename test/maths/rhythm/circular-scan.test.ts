import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  circularScan,
  comesInRuns,
  onePerPeriod,
  outstandingArc,
  runStarts,
  type SlotHistory,
  slotProfile,
} from "../../../src/maths/rhythm/circular-scan.js";
import { expectRelative } from "../../support/golden.js";
import { seededRandom } from "../../support/seeded-random.js";

/** Weeks written as text: `#` used, `.` active, blank neither. */
function weeks(...rows: readonly string[]): SlotHistory {
  const slots = [...rows.join("")];
  return {
    slots: 7,
    used: Uint8Array.from(slots, (slot) => (slot === "#" ? 1 : 0)),
    active: Uint8Array.from(slots, (slot) => (slot === " " ? 0 : 1)),
  };
}

function written({ used, active }: SlotHistory): string {
  return [...used].map((flag, index) => (flag === 1 ? "#" : active[index] === 1 ? "." : " ")).join("");
}

const repeated = (row: string, count: number) => weeks(...new Array<string>(count).fill(row));

describe("runStarts", () => {
  it("keeps the first of used slots in a row, also over the end of a period", () => {
    expect(written(runStarts(weeks(".##..##", "##.#...")))).toBe(".#...#....#...");
  });

  it("does not end a run where nothing could be used", () => {
    expect(written(runStarts(weeks("...##  ", "##..#  ")))).toBe("...#.  ....#  ");
  });
});

describe("comesInRuns", () => {
  it("tells clusters from scattered uses", () => {
    expect(comesInRuns(weeks("###....", "....###", ".......", "..###.."))).toBe(true);
    expect(comesInRuns(weeks("#..#...", "..#...#", ".#...#.", "...#..#"))).toBe(false);
    expect(comesInRuns(repeated("#......", 20))).toBe(false);
  });

  it("is false where everything or nothing is used", () => {
    expect(comesInRuns(repeated("#######", 4))).toBe(false);
    expect(comesInRuns(repeated(".......", 4))).toBe(false);
  });
});

describe("onePerPeriod", () => {
  it("leaves one of the uses of each period, and each of them about as often", () => {
    const { used } = onePerPeriod(repeated("#.#...#", 3000));
    const counts = [0, 2, 6].map((slot) => used.filter((flag, index) => flag === 1 && index % 7 === slot).length);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(3000);
    // Five standard deviations of 1000 draws in 3000.
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(5 * Math.sqrt(3000 * (1 / 3) * (2 / 3)));
  });

  it("leaves a period without uses as it is", () => {
    expect(written(onePerPeriod(weeks(".......", "...#...")))).toBe("..........#...");
  });
});

describe("slotProfile", () => {
  it("expects the uses of each period on its active slots", () => {
    const { observed, expected, total } = slotProfile(weeks("##..   ", "#......"));
    expect(observed).toEqual([2, 1, 0, 0, 0, 0, 0]);
    expect(expected).toEqual([0, 1, 2, 3, 4, 5, 6].map((slot) => (slot < 4 ? 0.5 : 0) + 1 / 7));
    expect(total).toBe(3);
  });
});

describe("outstandingArc", () => {
  const arcOf = (...rows: readonly string[]) => outstandingArc(slotProfile(weeks(...rows)), 5);

  it("is the slots in a row that hold more than their share, the shortest of equals", () => {
    expect(arcOf("#......", "#......")).toEqual({ start: 0, length: 1 });
    expect(arcOf("#####..", "#####..")).toEqual({ start: 0, length: 5 });
    expect(arcOf("#.....#", "#.....#")).toEqual({ start: 6, length: 2 });
  });

  it("is none where nothing stands out beside the activity", () => {
    expect(arcOf("#######")).toBeUndefined();
    expect(arcOf("#      ", "#      ")).toBeUndefined();
    expect(arcOf(".......")).toBeUndefined();
  });
});

describe("circularScan", () => {
  it("is the chance of the best arc times the number of arcs", () => {
    expectRelative(circularScan(repeated("#......", 7), 5), 35 * 7 ** -7, 1e-12);
    expectRelative(circularScan(repeated("#.#.   ", 9), 3), 21 * 2 ** -9, 1e-12);
  });

  it("is exact: equal to counting all ways to place the uses", () => {
    const rows = ["#..#...", "#.. ...", "##.....", "#     .", ".#.    "];
    const history = weeks(...rows);
    const arc = outstandingArc(slotProfile(history), 3);
    if (arc === undefined) throw new Error("An arc should stand out.");
    const inArc = (slot: number) => (slot - arc.start + 7) % 7 < arc.length;
    const countIn = (slots: readonly number[]) => slots.filter(inArc).length;
    let ways: readonly number[] = [0];
    let observed = 0;
    for (const row of rows) {
      const active = [...row].flatMap((slot, index) => (slot === " " ? [] : [index]));
      const used = [...row].flatMap((slot, index) => (slot === "#" ? [index] : []));
      observed += countIn(used);
      const placed = subsets(active, used.length).map(countIn);
      ways = ways.flatMap((sum) => placed.map((count) => sum + count));
    }
    const tail = ways.filter((count) => count >= observed).length / ways.length;
    expectRelative(circularScan(history, 3), Math.min(1, 21 * tail), 1e-12);
  });

  it("is 1 when all activity is use, or there is no use", () => {
    expect(circularScan(repeated("#  #  #", 50), 5)).toBe(1);
    expect(circularScan(repeated(".......", 50), 5)).toBe(1);
  });

  it("does not depend on which slot is the first of a period", () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 6 }), { minLength: 1, maxLength: 30 }), fc.nat({ max: 6 }), (days, shift) => {
        const row = (day: number) => `${"......".slice(0, day)}#${"......".slice(day)}`;
        const turned = days.map((day) => row((day + shift) % 7));
        expectRelative(circularScan(weeks(...turned), 5), circularScan(weeks(...days.map(row)), 5), 1e-9);
      }),
    );
  });

  it("is at most u in at most a share u of histories without rhythm", () => {
    const random = seededRandom(19);
    const histories = 2000;
    const pValues = Array.from({ length: histories }, () => {
      const rows = Array.from({ length: 20 }, () =>
        Array.from({ length: 7 }, (_, day) => (day < 5 || random() < 0.3 ? (random() < 0.3 ? "#" : ".") : " ")).join(
          "",
        ),
      );
      return circularScan(weeks(...rows), 5);
    });
    for (const u of [0.2, 0.05]) {
      const share = pValues.filter((pValue) => pValue <= u).length / histories;
      expect(share).toBeLessThanOrEqual(u);
    }
  });
});

function subsets(items: readonly number[], size: number): readonly (readonly number[])[] {
  if (size === 0) return [[]];
  return items.flatMap((item, index) => subsets(items.slice(index + 1), size - 1).map((rest) => [item, ...rest]));
}
