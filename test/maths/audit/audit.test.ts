import { describe, expect, it } from "vitest";
import {
  type AuditedThreshold,
  auditBound,
  auditedThresholds,
  isProvenByState,
  newAudit,
  noteInAudit,
  THRESHOLDS,
  thresholdInUse,
} from "../../../src/maths/audit/audit.js";
import { countAfterResets, DRIFT_LIMIT, driftAfter } from "../../../src/maths/audit/drift.js";
import { type AuditedBy, isRight } from "../../../src/maths/audit/judging.js";
import { isVetoed } from "../../../src/maths/audit/veto.js";
import { seededRandom } from "../../../src/maths/learning/seeded-random.js";

const ALPHA = 0.05;

/** Counts of right ones and all by threshold; others are empty. */
function auditWith(counts: Readonly<Record<number, readonly [right: number, decisions: number]>>): number[] {
  return THRESHOLDS.flatMap((threshold) => counts[threshold] ?? [0, 0]);
}

function inUse(audit: readonly number[], budget: number): number | undefined {
  return thresholdInUse(auditedThresholds(audit, budget, ALPHA))?.threshold;
}

describe("an audit", () => {
  it("notes a decision at every threshold that its score reaches", () => {
    const audit = newAudit();
    noteInAudit(audit, 0.85, true);
    noteInAudit(audit, 0.8499, false);
    noteInAudit(audit, 0.5, true);
    noteInAudit(audit, 0.29, true);
    const counts = auditedThresholds(audit, 0.2, ALPHA).map(({ threshold, right, decisions }) => [
      threshold,
      right,
      decisions,
    ]);
    expect(counts).toEqual([
      [0.95, 0, 0],
      [0.9, 0, 0],
      [0.85, 1, 1],
      [0.8, 1, 2],
      [0.7, 1, 2],
      [0.6, 1, 2],
      [0.5, 2, 3],
      [0.4, 2, 3],
      [0.3, 2, 3],
    ]);
  });

  it("looks at the threshold of the budget and those below at α/4, and at the stricter ones at α/4 together", () => {
    const parts = (budget: number) => auditedThresholds(newAudit(), budget, ALPHA).map(({ alpha }) => alpha);
    expect(parts(0.2)).toEqual([...Array(3).fill(0.0125 / 3), ...Array(6).fill(0.0125)]);
    expect(parts(0.05)).toEqual(Array(9).fill(0.0125));
    // A budget between two thresholds begins with the one above, a smaller one than any with the strictest.
    expect(parts(0.25)).toEqual(parts(0.2));
    expect(parts(0.02)).toEqual(parts(0.05));
    expect(parts(0.9)).toEqual([...Array(8).fill(0.0125 / 8), 0.0125]);
    // 1 - 0.3 is not 0.7 in binary.
    expect(parts(0.3)).toEqual([...Array(4).fill(0.0125 / 4), ...Array(5).fill(0.0125)]);
  });

  it("lets serve from the lowest threshold on that holds, one after the other from that of the budget", () => {
    const good: readonly [number, number] = [95, 100];
    expect(inUse(newAudit(), 0.2)).toBeUndefined();
    expect(inUse(auditWith({ 0.8: good }), 0.2)).toBe(0.8);
    expect(inUse(auditWith({ 0.8: good, 0.7: good, 0.6: good }), 0.2)).toBe(0.6);
    // What lies below one that does not hold is not looked at, however good it is.
    expect(inUse(auditWith({ 0.8: good, 0.7: [70, 100], 0.6: good }), 0.2)).toBe(0.8);
    expect(inUse(auditWith({ 0.7: good, 0.6: good }), 0.2)).toBeUndefined();
  });

  it("lets serve from a stricter threshold on while that of the budget does not hold", () => {
    expect(inUse(auditWith({ 0.95: [60, 60], 0.8: [70, 100] }), 0.2)).toBe(0.95);
    expect(inUse(auditWith({ 0.95: [60, 60], 0.9: [65, 66], 0.85: [80, 100], 0.8: [80, 100] }), 0.2)).toBe(0.9);
  });

  it("tells a bound that lies above 1 − budget exactly when the threshold is proven", () => {
    for (const [right, decisions] of [
      [40, 40],
      [90, 100],
      [412, 455],
      [300, 400],
    ] as const) {
      for (const budget of [0.05, 0.1, 0.2, 0.3]) {
        const counts = Object.fromEntries(THRESHOLDS.map((threshold) => [threshold, [right, decisions] as const]));
        const audited = auditedThresholds(auditWith(counts), budget, ALPHA);
        for (const entry of audited) expect(auditBound(entry) >= 1 - budget).toBe(entry.holds);
      }
    }
  });

  it("tells the figures that a reason gives", () => {
    const audited = auditedThresholds(auditWith({ 0.9: [412, 455], 0.8: [412, 455] }), 0.15, ALPHA);
    const entry = audited.find(({ threshold }) => threshold === 0.8) as AuditedThreshold;
    expect(auditBound(entry).toFixed(2)).toBe("0.85");
  });

  it("takes so many right ones in a row, at the threshold of the budget and at a stricter one", () => {
    const rightInARow = (budget: number, threshold: number) => {
      let run = 0;
      while (inUse(auditWith({ [threshold]: [run, run] }), budget) === undefined) run += 1;
      return run;
    };
    const own = [rightInARow(0.3, 0.7), rightInARow(0.2, 0.8), rightInARow(0.1, 0.9), rightInARow(0.05, 0.95)];
    const stricter = [rightInARow(0.3, 0.95), rightInARow(0.2, 0.95), rightInARow(0.1, 0.95)];
    expect({ own, stricter }).toEqual({ own: [15, 24, 51, 104], stricter: [20, 30, 51] });
  });

  it("holds wrongly in at most α/2 of all lives, whatever drives scores and chances, looked at after every decision", () => {
    // Worst cases: the mean chance is exactly 1 − budget at every threshold, and what comes next depends on what came before.
    const lives = 300;
    const wrong = (budget: number, chanceAfter: (right: number, decisions: number) => number) => {
      let held = 0;
      for (let life = 0; life < lives; life += 1) {
        const random = seededRandom(life + 1);
        const audit = newAudit();
        let right = 0;
        for (let decisions = 0; decisions < 400; decisions += 1) {
          const hit = random() < chanceAfter(right, decisions);
          if (hit) right += 1;
          noteInAudit(audit, THRESHOLDS[Math.floor(random() * THRESHOLDS.length)] ?? 1, hit);
          if (inUse(audit, budget) !== undefined) {
            held += 1;
            break;
          }
        }
      }
      return held / lives;
    };
    const allowed = ALPHA / 2 + 3 * Math.sqrt((ALPHA * (1 - ALPHA)) / lives);
    expect(wrong(0.2, () => 0.8)).toBeLessThan(allowed);
    expect(wrong(0.2, (_, decisions) => (decisions % 10 < 8 ? 1 : 0))).toBeLessThan(allowed);
    expect(wrong(0.1, (right, decisions) => (right > 0.9 * decisions ? 0.85 : 0.9))).toBeLessThan(allowed);
  });
});

describe("a state", () => {
  it("proves by itself at half of α", () => {
    const shortest = (budget: number) => {
      let run = 0;
      while (!isProvenByState(run, run, budget, ALPHA)) run += 1;
      return run;
    };
    expect([0.3, 0.2, 0.1, 0.05].map(shortest)).toEqual([13, 21, 44, 89]);
  });
});

describe("what is right", () => {
  it.each<[AuditedBy, boolean, boolean, boolean | undefined]>([
    ["agreement", true, true, true],
    ["agreement", true, false, true],
    ["agreement", false, true, false],
    ["agreement", false, false, false],
    ["strict", true, true, true],
    ["strict", true, false, false],
    ["strict", false, true, false],
    ["strict", false, false, false],
    ["asAgent", true, true, true],
    ["asAgent", true, false, false],
    ["asAgent", false, true, undefined],
    ["asAgent", false, false, undefined],
  ])(
    "by %s, where the agent did the same (%j) and it went well (%j), is told by %j",
    (by, agreed, succeeded, expected) => {
      expect(isRight(by, agreed, succeeded)).toBe(expected);
    },
  );
});

describe("a veto", () => {
  it("is what any of the cells says by itself", () => {
    const good = { right: 1000, decisions: 1000 };
    expect(isVetoed([good], 0.2, ALPHA)).toBe(false);
    expect(isVetoed([good, { right: 0, decisions: 2 }], 0.2, ALPHA)).toBe(false);
    expect(isVetoed([good, { right: 5, decisions: 15 }], 0.2, ALPHA)).toBe(true);
    expect(isVetoed([], 0.2, ALPHA)).toBe(false);
  });

  it("takes so many failures in a row", () => {
    const shortest = (budget: number) => {
      let run = 0;
      while (!isVetoed([{ right: 0, decisions: run }], budget, ALPHA)) run += 1;
      return run;
    };
    expect([0.5, 0.3, 0.2, 0.1].map(shortest)).toEqual([6, 3, 3, 2]);
  });
});

describe("drift", () => {
  it("is found soon after what was right is not, and hardly ever before", () => {
    const until = (chance: number, decisions: number) => {
      const random = seededRandom(7);
      let evidence = 1;
      for (let count = 1; count <= decisions; count += 1) {
        evidence = driftAfter(evidence, random() < chance, 0.2);
        if (evidence >= DRIFT_LIMIT) return count;
      }
      return undefined;
    };
    expect(until(0, 100)).toBe(5);
    expect(until(0.3, 100)).toBeLessThan(20);
    expect(until(0.9, 5000)).toBeUndefined();
  });

  it("is forgotten while everything is right, and bets on half the share that is asked for", () => {
    expect(driftAfter(1, false, 0.2)).toBeCloseTo(0.6 / 0.2, 12);
    expect(driftAfter(8, true, 0.2)).toBe(4);
    expect(driftAfter(0.5, true, 0.2)).toBe(0.5);
  });

  it("leaves a quarter of what was counted", () => {
    expect([0, 1, 2].map((resets) => countAfterResets(96, resets))).toEqual([96, 24, 6]);
  });
});
