import assert from "node:assert/strict";
import { keyField, textField } from "../../../model/fields.js";
import { decayingSortedField } from "../../../primitives/decay-clock.js";
import { type TdOptions, tdValueField } from "../../../primitives/td-value-field.js";
import { defineModel } from "../../../repository/define-model.js";
import { Repository } from "../../../repository/repository.js";
import { assertAbsolute, rejectsArgument, rejectsMissingRecord } from "../../assertions.js";
import { type ConformanceContext, section } from "../../conformance-case.js";
import { overwriteStored } from "../../stored-fields.js";

const id = { id: "only" };

async function openOptions(context: ConformanceContext) {
  const model = defineModel("Option", {
    identity: ["id"],
    fields: {
      id: keyField(),
      note: textField({ default: "" }),
      q: tdValueField(),
      clock: decayingSortedField({ baseScoreField: "q" }),
    },
  });
  const choices = new Repository(await context.openStore(), model);
  await choices.create(id);
  const learn = (reward: number, options: TdOptions = {}) => choices.qValue("q").update(id, reward, options);
  const value = async () => (await choices.get(id))?.q;
  return { choices, learn, value };
}

async function valueAfter(context: ConformanceContext, start: number, reward: number, options: TdOptions = {}) {
  const { choices, learn } = await openOptions(context);
  await choices.qValue("q").initialize(id, start);
  return learn(reward, options);
}

export const tdValueCases = section("TD value", {
  C98: [
    "A value moves towards its reward and its discounted future",
    async (context) => {
      const { learn, value } = await openOptions(context);
      const first = await learn(1);
      assertAbsolute(first.tdError, 1);
      assertAbsolute(first.qValue, 0.1);
      const second = await learn(1, { maxFutureQ: 0.5 });
      assertAbsolute(second.tdError, 1.375);
      assertAbsolute(second.qValue, 0.2375);
      assertAbsolute(await value(), 0.2375);
    },
  ],
  C99: [
    "Rewards may have any size and sign",
    async (context) => {
      for (const [reward, expected] of [
        [5, 0.5],
        [-1.5, -0.15],
        [0.25, 0.025],
        [4, 0.4],
      ] as const) {
        assertAbsolute((await valueAfter(context, 0, reward)).qValue, expected);
      }
    },
  ],
  C100: [
    "A value in the middle moves by its error times the learning rate",
    async (context) => {
      const { tdError, qValue } = await valueAfter(context, 0.5, 0.8, { maxFutureQ: 0.6 });
      assertAbsolute(tdError, 0.87);
      assertAbsolute(qValue, 0.587);
    },
  ],
  C101: [
    "Ten equal rewards come close, and a learning rate of 1 takes the target itself",
    async (context) => {
      const { choices, learn, value } = await openOptions(context);
      for (let count = 0; count < 10; count += 1) await learn(1);
      assertAbsolute(await value(), 0.6513215599);
      assertAbsolute((await learn(0.3, { alpha: 1 })).qValue, 0.3);
      assertAbsolute((await learn(1, { alpha: 1, gamma: 1, maxFutureQ: 2, episodic: true })).qValue, 3);
      for (const wrong of [{ alpha: 0 }, { alpha: 1.1 }, { gamma: 1 }, { gamma: -0.1 }, { maxFutureQ: Number.NaN }]) {
        await rejectsArgument(() => learn(1, wrong));
      }
      await rejectsArgument(() => learn(Number.NaN));
      await overwriteStored(choices, id, { q: "corrupt" });
      assertAbsolute((await learn(1)).tdError, 1);
    },
  ],
  C102: [
    "Only learning changes a value: saves, touches, outcomes and old copies leave it",
    async (context) => {
      const { choices, learn, value } = await openOptions(context);
      const copy = await choices.get(id);
      assert.ok(copy !== undefined);
      const createdAt = copy.clock.lastTouchedSeconds;
      context.clock.advance(60);
      const { qValue } = await learn(1);
      assert.equal((await choices.get(id))?.clock.lastTouchedSeconds, createdAt);
      await choices.save({ ...id, note: "saved" });
      assert.equal(await value(), qValue);
      await choices.save({ ...copy, note: "an old copy" });
      assert.equal(await value(), qValue);
      assert.equal((await choices.get(id))?.note, "an old copy");
      assert.equal((await choices.get(id))?.clock.lastTouchedSeconds, createdAt);
      await choices.clock("clock").touch(id);
      assert.equal(await value(), qValue);
      await choices.observations.onContextUsed([{ record: id, outcome: "acted" }]);
      assert.equal(await value(), qValue);

      await choices.delete(id);
      await rejectsMissingRecord(() => learn(1));
      await rejectsMissingRecord(() => choices.qValue("q").initialize(id, 1));
      await rejectsMissingRecord(() => choices.clock("clock").touch(id));
      assert.equal(await choices.get(id), undefined);
    },
  ],
});
