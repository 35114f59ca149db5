import fc from "fast-check";
import { PolicyCacheError } from "../../src/errors.js";
import { Repository } from "../../src/model/repository.js";
import { appendEntry } from "../../src/operations/streams.js";
import { CRYSTALLIZER_GROUP, crystallizationHandler, OUTCOME_STREAM } from "../../src/policy-cache/crystallization.js";
import { PolicyCache } from "../../src/policy-cache/policy-cache.js";
import { temporalDiscoveryHandler } from "../../src/policy-cache/temporal-discovery.js";
import type { Store } from "../../src/store.js";
import { StreamConsumer } from "../../src/streams/stream-consumer.js";
import type { ManualClock } from "../../src/testing/manual-clock.js";
import { history } from "../primitives/history-steps.js";
import { DEPLOY, outcome } from "../support/events.js";
import { Lesson } from "../support/lesson.js";

export const AGENTS = Array.from({ length: 6 }, (_, index) => `agent-${index}`);
const SEED = 20_240_516;

/** Events of all agents in turn, of two states and three actions; most of them succeed. */
export function mixedEvents(count: number) {
  return Array.from({ length: count }, (_, index) =>
    outcome(index % 11 === 3 ? "failure" : "success", {
      agentId: AGENTS[index % AGENTS.length] ?? "",
      id: `event ${index}`,
      state: index % 5 < 3 ? DEPLOY : { task: "ﬁx", temperature: index % 2 },
      action: { type: `action-${index % 3}` },
      reward: 0.1 + (index % 7) / 3,
    }),
  );
}

/** Lets one of a group handle a part of the outcomes. */
export function consumer(store: Store, groupName: string, batchSize: number): StreamConsumer {
  const handler = groupName === CRYSTALLIZER_GROUP ? crystallizationHandler : temporalDiscoveryHandler;
  const place = { store, streamKey: OUTCOME_STREAM, groupName, consumerName: "partial" };
  return new StreamConsumer({ ...place, handler, batchSize, blockMs: 0 });
}

/**
 * Fills a store with some of everything: policies with reports, outcomes not yet counted, two groups at different
 * positions, entries pending with failures, dead letters, and records of a model with every primitive.
 */
export async function fillStore(store: Store, clock: ManualClock): Promise<void> {
  const cache = await PolicyCache.open(store, { workers: "none" });
  await cache.recordMany(mixedEvents(240));
  const malformed = { keys: { stream: OUTCOME_STREAM }, fields: { op: "no outcome" }, maxLength: 10_000 };
  await store.run(appendEntry, { ...malformed, nowSeconds: store.nowSeconds() }, store.shardOf(""));
  await cache.flush();
  await consumer(store, "discoverer", 20).processBatch();
  for (const agentId of AGENTS) {
    const decision = await cache.decide({ agentId, state: DEPLOY });
    if (decision.kind === "abstain") continue;
    const next = await cache.decide({ agentId, state: DEPLOY, context: [decision.decisionId] });
    await cache.report(decision.decisionId, { outcome: "success", reward: 0.1 + 0.2 });
    if (next.kind !== "abstain") await cache.report(next.decisionId, { outcome: "failure", reward: 1e-310 });
  }
  await cache.recordMany(mixedEvents(300)); // the last 60 are new, and counted in part
  await consumer(store, CRYSTALLIZER_GROUP, 5).processBatch();
  await failSome(store);
  await liveHistories(store, clock);
}

/** Leaves entries of a third group pending, with failures, and some of them as dead letters. */
async function failSome(store: Store): Promise<void> {
  const failing = (maxRetries: number) =>
    new StreamConsumer({
      store,
      streamKey: OUTCOME_STREAM,
      groupName: "failing",
      consumerName: "unlucky",
      batchSize: 4,
      blockMs: 0,
      maxRetries,
      handler: () => {
        throw new Error("no luck");
      },
    });
  await failing(5)
    .processBatch()
    .catch(() => undefined);
  await failing(1)
    .processBatch()
    .catch(() => undefined);
}

/** Random steps over all primitives of {@link Lesson}, the same every time. */
async function liveHistories(store: Store, clock: ManualClock): Promise<void> {
  const lessons = new Repository(store, Lesson);
  for (const steps of fc.sample(history, { numRuns: 6, seed: SEED })) {
    const world = { lessons, clock, predictionIds: [] };
    for (const step of steps) {
      await step.take(world).catch((error: unknown) => {
        if (!PolicyCacheError.isInstance(error)) throw error;
      });
    }
  }
}
