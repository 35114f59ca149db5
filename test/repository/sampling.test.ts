import { describe, expect, it } from "vitest";
import { seededRandom } from "../../src/maths/learning/seeded-random.js";
import { keyField, sortedField } from "../../src/model/fields.js";
import { Repository } from "../../src/models.js";
import { defineModel } from "../../src/repository/define-model.js";
import { openTestStore } from "../support/stores/stores.js";

const Arm = defineModel("Arm", { identity: ["id"], fields: { id: keyField(), logWeight: sortedField() } });

/** Records with weights 1, 2 and 4. */
async function openArms(seed: number) {
  const arms = new Repository(await openTestStore("memory", { random: seededRandom(seed) }), Arm);
  for (const [id, weight] of [
    ["one", 1],
    ["two", 2],
    ["four", 4],
  ] as const) {
    await arms.create({ id, logWeight: Math.log(weight) });
  }
  const draw = async (limit: number, temperature = 1) => {
    const drawn = await arms.compositeScore({}, { indexes: { logWeight: 1 }, sample: true, limit, temperature });
    return drawn.map(({ record }) => record.id);
  };
  return { arms, draw };
}

async function shares(draw: () => Promise<readonly string[]>, draws: number): Promise<Record<string, number>> {
  const counts: Record<string, number> = { one: 0, two: 0, four: 0 };
  for (let count = 0; count < draws; count += 1) {
    const [first = ""] = await draw();
    counts[first] = (counts[first] ?? 0) + 1 / draws;
  }
  return counts;
}

describe("sampling by composite score", () => {
  it("draws each record in proportion to e^score, sharper at a low temperature", async () => {
    const { draw } = await openArms(1);
    const plain = await shares(() => draw(1), 2_000);
    expect(plain.one).toBeCloseTo(1 / 7, 1);
    expect(plain.two).toBeCloseTo(2 / 7, 1);
    expect(plain.four).toBeCloseTo(4 / 7, 1);
    const sharp = await shares(() => draw(1, 0.5), 2_000);
    expect(sharp.one).toBeCloseTo(1 / 21, 1);
    expect(sharp.four).toBeCloseTo(16 / 21, 1);
  });

  it("draws without repeats, and the same for the same seed", async () => {
    const [first, second] = [await openArms(7), await openArms(7)];
    for (let count = 0; count < 20; count += 1) {
      const drawn = await first.draw(3);
      expect([...drawn].sort()).toEqual(["four", "one", "two"]);
      expect(await second.draw(3)).toEqual(drawn);
    }
  });

  it("tells the score of a record, not its luck", async () => {
    const { arms } = await openArms(3);
    const drawn = await arms.compositeScore({}, { indexes: { logWeight: 1 }, sample: true, temperature: 2 });
    for (const { record, score, parts } of drawn) {
      expect(score).toBe(record.logWeight / 2);
      expect(parts).toEqual({ logWeight: record.logWeight });
    }
    expect(drawn).toHaveLength(3);
  });

  it("refuses what is neither true nor false", async () => {
    const { arms } = await openArms(3);
    const sample = "yes" as unknown as boolean;
    await expect(arms.compositeScore({}, { indexes: { logWeight: 1 }, sample })).rejects.toThrow("sample");
  });
});
