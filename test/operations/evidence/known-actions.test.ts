import { expect, it } from "vitest";
import type { Fields } from "../../../src/keyspace/port/keyspace.js";
import { OWN_TRIALS } from "../../../src/operations/evidence/actions/action-counts.js";
import { admit, MOST_ACTIONS, placeOf } from "../../../src/operations/evidence/actions/known-actions.js";
import { coinsOf } from "../../../src/operations/evidence/coins.js";
import { openTaken } from "../../../src/operations/evidence/open/open-decisions.js";

const action = (name: string) => ({ spec: JSON.stringify({ name }), slots: "", values: [] });

it("lets an action that takes the place of a forgotten one begin with nothing of it", () => {
  const evidence: Fields = { openBudget: 0.1 };
  const forgotten = 7;
  for (let place = 0; place < MOST_ACTIONS; place += 1) {
    expect(admit(evidence, action(String(place)), 1, [])).toBe(place);
    const counts = [...(evidence[`action${place}`] as number[])];
    counts[OWN_TRIALS] = place === forgotten ? 1 : 9;
    Object.assign(evidence, {
      [`action${place}`]: counts,
      [`coins${place}`]: [0.5, 40, 0, 12],
      [`open${place}`]: [3, 1, 2],
    });
  }
  expect(openTaken(evidence, forgotten)).toBeGreaterThan(0);
  const number = evidence.nextNumber;

  expect(admit(evidence, action("new"), 2, [])).toBe(forgotten);
  expect(placeOf(evidence, action("7"))).toBe(-1);
  expect(coinsOf(evidence, forgotten)).toEqual([]);
  expect(openTaken(evidence, forgotten)).toBe(0);
  expect(coinsOf(evidence, 8)).toEqual([0.5, 40, 0, 12]);
  expect((evidence.numbers as number[])[forgotten]).toBe(number);
});
