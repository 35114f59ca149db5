import fc from "fast-check";
import { PolicyCache } from "../../src/cache/policy-cache.js";
import { crystallizationHandler } from "../../src/cache/recording/crystallization.js";
import { CRYSTALLIZER_GROUP, OUTCOME_STREAM } from "../../src/cache/recording/outcome-stream.js";
import { temporalDiscoveryHandler } from "../../src/cache/rhythms/temporal-discovery.js";
import { PolicyCacheError } from "../../src/common/errors.js";
import type { TuningConstants } from "../../src/common/tuning/defaults.js";
import { keyField, textField } from "../../src/model/fields.js";
import { appendEntry } from "../../src/operations/streams/streams.js";
import { defineModel } from "../../src/repository/define-model.js";
import { Repository } from "../../src/repository/repository.js";
import type { Store } from "../../src/store/store.js";
import { StreamConsumer } from "../../src/streams/stream-consumer.js";
import type { ManualClock } from "../../src/testing/manual-clock.js";
import { history } from "../primitives/history-steps.js";
import { DEPLOY, outcome } from "../support/events.js";
import { Lesson } from "../support/lesson.js";

export const AGENTS = Array.from({ length: 6 }, (_, index) => `agent-${index}`);
const SEED = 20_240_516;

/** How a filled store learns: values along whole episodes, which have n-step buffers while they last. */
export const RICH_DEFAULTS: Partial<TuningConstants> = { tdSteps: 3, tdLambda: 0.5 };

/**
 * Events of all agents in turn, of two states and three actions; most of them succeed. Each agent has episodes of two
 * steps, of which every other one never ends.
 */
export function mixedEvents(count: number) {
  return Array.from({ length: count }, (_, index) => {
    const step = Math.floor(index / AGENTS.length);
    return outcome(index % 11 === 3 ? "failure" : "success", {
      agentId: AGENTS[index % AGENTS.length] ?? "",
      id: `event ${index}`,
      episodeId: `episode ${Math.floor(step / 2)}`,
      state: index % 5 < 3 ? DEPLOY : { task: "ﬁx", temperature: index % 2 },
      action: { type: `action-${index % 3}` },
      reward: 0.1 + (index % 7) / 3,
      ...(step % 4 === 3 ? { done: true } : { nextState: DEPLOY }),
    });
  });
}

const WEEK_SECONDS = 7 * 86_400;

/** An action that an agent takes every Monday at nine, for half a year. */
function weeklyEvents() {
  return Array.from({ length: 26 }, (_, week) =>
    outcome("success", {
      agentId: AGENTS[0] ?? "",
      id: `week ${week}`,
      action: { type: "weekly-report" },
      ts: MONDAY_AT_NINE + week * WEEK_SECONDS,
    }),
  );
}

const MONDAY_AT_NINE = 1_700_470_800;

/** A model of the plainest kind: without a scope, and without a group. */
const Note = defineModel("Note", { identity: ["name"], fields: { name: keyField(), text: textField() } });

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
  const cache = await PolicyCache.open(store, { workers: "none", evidence: "episode" });
  await cache.recordMany(weeklyEvents());
  await cache.recordMany(mixedEvents(240));
  const malformed = { keys: { stream: OUTCOME_STREAM }, payload: { op: "no outcome" }, maxLength: 10_000 };
  await store.run(appendEntry, { ...malformed, nowSeconds: store.nowSeconds() }, store.shardOf(""));
  await cache.flush();
  for (let batch = 0; batch < 3; batch += 1) await consumer(store, "discoverer", 20).processBatch();
  for (const agentId of AGENTS) {
    const decision = await cache.decide({ agentId, state: DEPLOY });
    if (decision.kind === "abstain") continue;
    const next = await cache.decide({ agentId, state: DEPLOY, context: [decision.decisionId] });
    await cache.report(decision.decisionId, { outcome: "success", reward: 0.1 + 0.2 });
    if (next.kind !== "abstain") await cache.report(next.decisionId, { outcome: "failure", reward: 1e-310 });
    await leaveOpen(cache, agentId);
  }
  await cache.recordMany(mixedEvents(300)); // the last 60 are new, and counted in part
  await consumer(store, CRYSTALLIZER_GROUP, 5).processBatch();
  await failSome(store);
  await new Repository(store, Note).create({ name: "reminder", text: "ﬁrst" });
  await liveHistories(store, clock);
}

/** Decisions that nobody has reported yet: the agent's own, and trials. */
async function leaveOpen(cache: PolicyCache, agentId: string): Promise<void> {
  const fallback = () => ({ type: "action-0" });
  for (const rate of [0.001, 1]) {
    await cache.decide({ agentId, state: DEPLOY, errorBudget: 0.4, trials: { rate }, timeoutMs: 60_000, fallback });
  }
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
