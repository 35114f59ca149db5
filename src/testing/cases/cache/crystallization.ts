import assert from "node:assert/strict";
import { PolicyCache } from "../../../cache/policy-cache.js";
import { crystallizationHandler } from "../../../cache/recording/crystallization.js";
import { CRYSTALLIZER_GROUP, OUTCOME_STREAM } from "../../../cache/recording/outcome-stream.js";
import type { TuningOverrides } from "../../../common/tuning/defaults.js";
import { wilsonCiLower } from "../../../maths/statistics/wilson.js";
import { appendEntry } from "../../../operations/streams/streams.js";
import type { Store } from "../../../store/store.js";
import { StreamConsumer } from "../../../streams/stream-consumer.js";
import type { StreamHandler } from "../../../streams/stream-handler.js";
import { assertAbsolute, assertRelative } from "../../assertions.js";
import { type ConformanceContext, section } from "../../conformance-case.js";

const state = { task: "deploy", env: "staging" };

/** A cache that counts outcomes as they are recorded. */
async function openCache(context: ConformanceContext, defaults: TuningOverrides = {}): Promise<PolicyCache> {
  return PolicyCache.open(await context.openStore({ defaults }), { workers: "inline" });
}

/** A cache whose outcomes wait for a consumer. */
async function openUncounted(context: ConformanceContext): Promise<PolicyCache> {
  return PolicyCache.open(await context.openStore(), { workers: "none" });
}

interface History {
  readonly agentId?: string;
  readonly action?: string;
  /** They come first. */
  readonly failures?: number;
  readonly successes: number;
}

async function record(cache: PolicyCache, history: History): Promise<void> {
  const { agentId = "agent", action = "run", successes, failures = 0 } = history;
  for (let index = 0; index < successes + failures; index += 1) {
    const outcome = index < failures ? "failure" : "success";
    await cache.record({ agentId, state, action: { type: action }, outcome });
  }
}

/** The policies of the one state, by action. */
async function policiesOf(cache: PolicyCache, agentId = "agent"): Promise<Readonly<Record<string, number>>> {
  const { records } = await cache.policies.query({ agentId });
  return Object.fromEntries(records.map(({ actionType, qValue }) => [actionType, qValue]));
}

async function trialsOf(cache: PolicyCache): Promise<number> {
  return (await cache.statistics()).totals.events;
}

function crystallizer(store: Store, handler: StreamHandler, batchSize: number): StreamConsumer {
  const group = { streamKey: OUTCOME_STREAM, groupName: CRYSTALLIZER_GROUP, consumerName: "one" };
  return new StreamConsumer({ ...group, store, handler, batchSize, blockMs: 0 });
}

export const crystallizationCases = section("Statistics and crystallization", {
  C107: [
    "The Wilson lower bound of a success rate",
    () => {
      for (const [successes, total, bound] of [
        [3, 3, 0.4384939195509822],
        [5, 5, 0.565508505247919],
        [6, 6, 0.6096569663469354],
        [8, 8, 0.6755843804891231],
        [10, 10, 0.7224598312333834],
        [2, 10, 0.05668094798069332],
        [8, 10, 0.49015684672072346],
        [9, 10, 0.5958436145024278],
        [12, 14, 0.600580922361363],
        [17, 20, 0.6395767041130426],
        [0, 0, 0],
        [0, 10, 0],
      ] as const) {
        assertRelative(wilsonCiLower(successes, total), bound, `${successes} of ${total}`);
      }
    },
  ],
  C108: [
    "How many successes in a row pass a threshold",
    () => {
      const needed = (threshold: number) => {
        let events = 0;
        while (wilsonCiLower(events, events) <= threshold) events += 1;
        return events;
      };
      assert.deepEqual([0.3, 0.5, 0.6, 0.7, 0.8, 0.9].map(needed), [2, 4, 6, 9, 16, 35]);
    },
  ],
  C109: [
    "A pair becomes a policy when its bound exceeds the threshold, with the bound as its value",
    async (context) => {
      const histories: readonly (readonly [History, created: boolean])[] = [
        [{ action: "2 of 2", successes: 2 }, false],
        [{ action: "5 of 5", successes: 5 }, false],
        [{ action: "6 of 6", successes: 6 }, true],
        [{ action: "8 of 8", successes: 8 }, true],
        [{ action: "2 of 10", failures: 8, successes: 2 }, false],
        [{ action: "9 of 10", failures: 1, successes: 9 }, false],
      ];
      const cache = await openCache(context);
      for (const [history] of histories) await record(cache, history);
      const policies = await policiesOf(cache);
      const created = histories.filter(([, passes]) => passes).map(([{ action }]) => action);
      assert.deepEqual(Object.keys(policies), created);
      assertRelative(policies["6 of 6"], 0.6096569663469354);
      // Outcomes are counted one by one, in order, so at the defaults the sixth of eight is the one that suffices.
      assertRelative(policies["8 of 8"], 0.6096569663469354);
      const patient = await openCache(context, { minEvents: 8 });
      await record(patient, { successes: 8 });
      assertRelative((await policiesOf(patient)).run, 0.6755843804891231);

      const batched = await openUncounted(context);
      await record(batched, { action: "8 of 8", successes: 8 });
      const { store } = batched;
      const invalid = { op: "outcome", agentId: "agent", outcome: "success", ts: store.nowSeconds() };
      for (const partial of [{ actionType: "run" }, { stateFingerprint: "86e6b7501eb99c29" }]) {
        const payload = { ...invalid, ...partial };
        const keys = { stream: OUTCOME_STREAM };
        const input = { keys, payload, maxLength: 10_000, nowSeconds: store.nowSeconds() };
        await store.run(appendEntry, input, store.shardOf("agent"));
      }
      assert.equal(await crystallizer(store, crystallizationHandler, 50).processBatch(), 10);
      assert.deepEqual(Object.keys(await policiesOf(batched)), ["8 of 8"]);
      assert.equal((await batched.statistics()).malformed, 2);
      assert.equal(await trialsOf(batched), 8);
      const [policy] = (await batched.policies.query({ agentId: "agent" })).records;
      assertAbsolute(policy?.confidence.value, 0.5);
      assert.equal(policy?.confidence.evidenceCount, 0);
      assert.equal(policy?.expectedValue.lastTouchedSeconds, context.clock.nowSeconds);
    },
  ],
  C110: [
    "Evidence adds up over batches, and a redelivered event counts once",
    async (context) => {
      const cache = await openUncounted(context);
      await record(cache, { successes: 6 });
      const single = crystallizer(cache.store, crystallizationHandler, 1);
      for (let batch = 1; batch <= 6; batch += 1) {
        assert.deepEqual(await policiesOf(cache), {});
        assert.equal(await single.processBatch(), 1);
      }
      assertRelative((await policiesOf(cache)).run, 0.6096569663469354);

      const again = await openUncounted(context);
      await record(again, { successes: 3 });
      const twice: StreamHandler = async (entries, handlerContext) => {
        await crystallizationHandler(entries, handlerContext);
        return crystallizationHandler(entries, handlerContext);
      };
      assert.equal(await crystallizer(again.store, twice, 50).processBatch(), 3);
      assert.equal(await trialsOf(again), 3);
    },
  ],
  C111: [
    "Actions and agents crystallize by themselves, whatever a filter seems to know",
    async (context) => {
      const cache = await openCache(context);
      await record(cache, { successes: 6 });
      await record(cache, { action: "wait", successes: 6 });
      await record(cache, { agentId: "second agent", successes: 6 });
      assert.deepEqual(Object.keys(await policiesOf(cache)), ["run", "wait"]);
      assert.deepEqual(Object.keys(await policiesOf(cache, "second agent")), ["run"]);

      // Deleting leaves the filter's bits: it now takes a state without a policy for a known one.
      const identity = { agentId: "second agent", stateFingerprint: "86e6b7501eb99c29", actionType: "run" };
      await cache.policies.delete(identity);
      assert.equal(await cache.policies.filter("bloom").mightExist("86e6b7501eb99c29", "second agent"), true);
      await record(cache, { agentId: "second agent", successes: 5 });
      assert.deepEqual(await policiesOf(cache, "second agent"), {}, "deletion reset the evidence");
      await record(cache, { agentId: "second agent", successes: 1 });
      assert.deepEqual(Object.keys(await policiesOf(cache, "second agent")), ["run"]);
    },
  ],
});
