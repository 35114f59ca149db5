import { expect, it } from "vitest";
import { OUTCOME_STREAM } from "../../../src/cache/recording/outcome-stream.js";
import { evaluatePolicy } from "../../../src/evaluation/evaluate-policy.js";
import type { LoggedDecision } from "../../../src/evaluation/log/logged-decision.js";
import { uniformPolicy } from "../../../src/evaluation/policies/target-policy.js";
import { keyField, textField } from "../../../src/model/fields.js";
import { defineModel } from "../../../src/repository/define-model.js";
import { Repository } from "../../../src/repository/repository.js";
import { StreamConsumer } from "../../../src/streams/stream-consumer.js";
import { DEPLOY, successes } from "../../support/events.js";
import { Lesson } from "../../support/lesson.js";
import { describeOnEveryEngine, openTestCache, openTestStore } from "../../support/stores/stores.js";
import { errorOf, LONE_SURROGATE } from "../input/values.js";
import { FOREIGN_PROMISES, WITHOUT_TEXT } from "./values.js";

const Note = defineModel("Note", { identity: ["id"], fields: { id: keyField(), text: textField() } });

describeOnEveryEngine("what others answer and throw", (engine) => {
  it.each([undefined, null, "ship", 5])("names what a fallback returned: %s", async (given) => {
    const cache = await openTestCache(engine);
    const error = await errorOf(() => cache.decide({ state: DEPLOY, fallback: () => given as never }));
    expect(error.message).toContain(`it returned ${given === "ship" ? '"ship"' : given}`);
  });

  it.each(FOREIGN_PROMISES)("is awaited of a fallback: %s", async (_name, promised) => {
    const cache = await openTestCache(engine);
    const decision = await cache.decide({ state: DEPLOY, fallback: () => promised({ type: "ship" }) as never });
    expect(decision.action?.type).toBe("ship");
  });

  it.each(WITHOUT_TEXT)("sets an entry aside, whatever its handler throws: %s", async (_name, thrown) => {
    const cache = await openTestCache(engine, { workers: "none" });
    await cache.record({ state: DEPLOY, action: { type: "wait" }, outcome: "success" });
    const consumer = new StreamConsumer({
      store: cache.store,
      streamKey: OUTCOME_STREAM,
      groupName: "strange",
      consumerName: "one",
      maxRetries: 1,
      handler: () => {
        throw thrown;
      },
    });
    await expect(consumer.processBatch({ blockMs: 0 })).rejects.toBe(thrown);
    expect(await consumer.processBatch({ blockMs: 0 })).toBe(0);
  });

  it("survives an onWorkerError that throws, rejects or never settles", async () => {
    const failing = [
      () => {
        throw Object.create(null);
      },
      () => Promise.reject(new Error("told")),
      () => new Promise(() => {}),
    ];
    for (const onWorkerError of failing) {
      const cache = await openTestCache(engine, { workers: "background", onWorkerError });
      const run = cache.store.run.bind(cache.store);
      let failures = 2;
      cache.store.run = ((operation: { readonly name: string }, ...rest: [never, never]) => {
        if (operation.name !== "deliver" || failures-- <= 0) return run(operation as never, ...rest);
        return Promise.reject(new Error("a fault"));
      }) as never;
      await cache.recordMany(successes(6));
      await cache.flush();
      expect((await cache.decide({ agentId: "agent-1", state: DEPLOY })).kind).toBe("serve");
      await cache.close();
    }
  });
});

describeOnEveryEngine("texts and records", (engine) => {
  it("are refused with an unpaired surrogate, and stored with a pair", async () => {
    const notes = new Repository(await openTestStore(engine), Note);
    const error = await errorOf(() => notes.save({ id: "1", text: LONE_SURROGATE }));
    expect(error).toMatchObject({ code: "INVALID_ARGUMENT", parameter: "text" });
    await notes.save({ id: "1", text: "a 😀" });
    expect((await notes.get({ id: "1" }))?.text).toBe("a 😀");
  });

  it("tell a record that does not exist from one without a prediction", async () => {
    const lessons = new Repository(await openTestStore(engine), Lesson);
    const nobody = { agentId: "a", topic: "t", lessonId: "none" };
    for (const resolve of [
      () => lessons.predictions.resolvePrediction(nobody, { reward: 1 }),
      () => lessons.predictions.autoResolve(nobody, "used"),
    ]) {
      expect((await errorOf(resolve)).code).toBe("RECORD_NOT_FOUND");
    }
  });
});

it("estimates stay finite, whatever the propensities of a log", async () => {
  const decision = (propensity: number, reward: number): LoggedDecision => ({
    state: DEPLOY,
    action: { type: reward > 0 ? "a" : "b" },
    reward,
    propensity,
  });
  const usual = [decision(0.5, 1), decision(0.5, -1), decision(0.5, 1e100)];
  for (const propensity of [1e-160, Number.MIN_VALUE, 1e-50, 1e-49]) {
    const evaluation = await evaluatePolicy([...usual, decision(propensity, 1e100)], uniformPolicy());
    for (const { estimator, ...figures } of evaluation.estimates) {
      for (const figure of Object.values(figures)) expect(figure, estimator).toSatisfy(Number.isFinite);
    }
    const isLeftOut = propensity < 1e-50;
    expect(evaluation.leftOut).toBe(isLeftOut ? 1 : 0);
    expect(evaluation.warnings.some(({ code }) => code === "VANISHING_PROPENSITY")).toBe(isLeftOut);
  }
});
