import assert from "node:assert/strict";
import { PolicyCacheError } from "../../../common/errors.js";
import { keyField } from "../../../model/fields.js";
import { decayingSortedField } from "../../../primitives/decay-clock.js";
import { existenceFilter } from "../../../primitives/existence-filter.js";
import { defineModel } from "../../../repository/define-model.js";
import { Repository } from "../../../repository/repository.js";
import { throwsConfiguration, untyped } from "../../assertions.js";
import { section } from "../../conformance-case.js";
import { entriesOf } from "../../stream-reading.js";

const fields = { id: keyField(), clock: decayingSortedField(), seen: existenceFilter({ capacity: 1_000 }) };
const identity = ["id"] as const;

export const writeFilterCases = section("Write filter", {
  C88: [
    "Only records worth it are stored, and the most important are listed by priority",
    async (context) => {
      const scores = new Map<string, unknown>();
      const model = defineModel("Candidate", {
        identity,
        fields,
        eventStream: { streamName: "candidates" },
        writeFilter: { computeFilterScore: ({ id }) => untyped<number>(scores.get(id)) },
      });
      const store = await context.openStore();
      const candidates = new Repository(store, model);
      const save = (id: string, score: unknown) => {
        scores.set(id, score);
        return candidates.save({ id });
      };
      const priorities = async () =>
        (await candidates.priorities()).map((listed) => [listed.identity.id, listed.score]);

      for (const score of [0.05, -0.5, null, undefined, Number.NaN, Number.POSITIVE_INFINITY, "0.9"]) {
        assert.equal(await save("rejected", score), false, `score ${score}`);
        assert.equal(await candidates.get({ id: "rejected" }), undefined);
      }
      await assert.rejects(
        () => candidates.create({ id: "rejected" }),
        (error) => PolicyCacheError.isInstance(error) && error.code === "WRITE_REJECTED",
      );
      assert.equal(await candidates.count(), 0);
      assert.equal(await candidates.clock("clock").count(), 0);
      assert.equal(await candidates.filter("seen").definitelyMissing("rejected"), true);
      assert.deepEqual(await entriesOf(store, "stream:candidates"), []);

      for (const [id, score] of [
        ["least", 0.1],
        ["middling", 0.5],
        ["good", 0.7],
        ["better", 0.9],
        ["best", 1.5],
      ] as const) {
        assert.equal(await save(id, score), true);
      }
      assert.equal(await candidates.count(), 5);
      assert.equal(await candidates.filter("seen").mightExist("least"), true);
      assert.equal((await entriesOf(store, "stream:candidates")).length, 5);
      assert.deepEqual(await priorities(), [
        ["best", 1.5],
        ["better", 0.9],
        ["good", 0.7],
      ]);
      scores.set("batched", 0.6);
      scores.set("rejected", 0.05);
      assert.deepEqual(await candidates.saveMany([{ id: "rejected" }, { id: "batched" }]), [false, true]);
      assert.equal(await candidates.count(), 6);
      assert.equal((await entriesOf(store, "stream:candidates")).length, 6);
      await candidates.delete({ id: "best" });
      assert.equal(await save("better", 0.5), true);
      assert.deepEqual(await priorities(), [["good", 0.7]]);

      throwsConfiguration(() => defineModel("Candidate", { identity, fields, writeFilter: untyped({}) }));
      const computeFilterScore = () => 1;
      for (const thresholds of [
        { minThreshold: 0.8, priorityThreshold: 0.7 },
        { minThreshold: Number.NaN },
        { priorityThreshold: Number.POSITIVE_INFINITY },
      ]) {
        throwsConfiguration(() =>
          defineModel("Candidate", { identity, fields, writeFilter: { computeFilterScore, ...thresholds } }),
        );
      }
    },
  ],
});
