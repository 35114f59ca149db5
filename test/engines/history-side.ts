import type { PolicyCache } from "../../src/cache/policy-cache.js";
import { crystallizationHandler } from "../../src/cache/recording/crystallization.js";
import { CRYSTALLIZER_GROUP, OUTCOME_STREAM } from "../../src/cache/recording/outcome-stream.js";
import { PolicyCacheError } from "../../src/common/errors.js";
import { computeFingerprint } from "../../src/maths/json/fingerprint.js";
import { deliver } from "../../src/operations/streams/streams.js";
import { StreamConsumer } from "../../src/streams/stream-consumer.js";
import { withoutRandomness } from "../support/stores/without-randomness.js";
import { ACTIONS, type PolicyChoice, type Step } from "./history.js";

/** A cache under a history. */
export interface Side {
  readonly cache: PolicyCache;
  /** Ids of the decisions so far. They carry a random part, so that each side has its own. */
  readonly decisionIds: string[];
}

/** What one side answers to a step, without what is random; an error counts as an answer. */
export async function answer(side: Side, step: Step): Promise<unknown> {
  try {
    return await take(side, step);
  } catch (error) {
    if (!PolicyCacheError.isInstance(error)) throw error;
    const { code, message, hint } = error;
    return { error: error.name, code, hint, message: message.replace(/d3[\w-]{20,}/, "an id") };
  }
}

async function take({ cache, decisionIds }: Side, step: Step): Promise<unknown> {
  switch (step.do) {
    case "record":
      return cache.record(step.event);
    case "recordMany":
      return cache.recordMany(step.events);
    case "decide": {
      const context = step.context.flatMap((number) => idAt(decisionIds, number));
      const { agentId, state } = step;
      const explore = { strategy: step.explore ?? "greedy", candidates: ACTIONS.map((type) => ({ type })) };
      const request = { agentId, state, context };
      const decision = await (step.explore === undefined
        ? cache.decide(request)
        : cache.decide({ ...request, explore }));
      if (decision.kind === "abstain") return decision;
      decisionIds.push(decision.decisionId);
      return { ...decision, decisionId: "" };
    }
    case "report": {
      const [decisionId] = idAt(decisionIds, step.decision);
      if (decisionId === undefined) return "nothing to report";
      const { outcome, reward, nextState } = step;
      return cache.report(decisionId, {
        outcome,
        ...(reward === undefined ? {} : { reward }),
        ...(nextState === undefined ? {} : { nextState }),
      });
    }
    case "delete":
      return cache.policies.delete(identityOf(step.policy));
    case "explain": {
      const { agentId, state, events } = step;
      const explanation = await cache.explain({ agentId, state, events });
      return withoutRandomness({ ...explanation, decision: { ...explanation.decision, decisionId: "" } });
    }
    case "retire":
      return cache.retire(step.policy, "by name");
    case "restore":
      return cache.restore(step.policy);
    case "invalidate":
      return cache.invalidate({ agentId: step.agentId, actionType: step.actionType });
    case "updateQValue":
      return cache.policies
        .qValue("qValue")
        .update(identityOf(step.policy), step.reward, { maxFutureQ: step.maxFutureQ });
    case "initializeQValue":
      return cache.policies.qValue("qValue").initialize(identityOf(step.policy), step.qValue);
    case "touch":
      return cache.policies.clock("expectedValue").touch(identityOf(step.policy));
    case "updateConfidence":
      return cache.policies.confidence("confidence").update(identityOf(step.policy), step.signal);
    case "updateSpec":
      return cache.policies.update(identityOf(step.policy), { actionSpec: step.spec });
    case "abandon":
      return abandon(cache, step.limit);
    case "consume":
      return consumerOf(cache, step.batchSize).processBatch({ blockMs: 0 });
    case "flush":
      while ((await consumerOf(cache, 50).processBatch({ blockMs: 0 })) > 0) {
        // What a dead consumer holds is taken over first.
      }
      return cache.flush();
    case "advance":
      return undefined;
  }
}

function idAt(decisionIds: readonly string[], number: number): readonly string[] {
  return decisionIds.length === 0 ? [] : decisionIds.slice(number % decisionIds.length).slice(0, 1);
}

export function identityOf({ agentId, state, actionType }: PolicyChoice) {
  return { agentId, stateFingerprint: computeFingerprint(state), actionType };
}

function consumerOf({ store }: PolicyCache, batchSize: number): StreamConsumer {
  return new StreamConsumer({
    store,
    streamKey: OUTCOME_STREAM,
    groupName: CRYSTALLIZER_GROUP,
    consumerName: "alive",
    handler: crystallizationHandler,
    batchSize,
    claimTimeoutMs: 0,
  });
}

/** Takes entries and never handles them. */
async function abandon({ store }: PolicyCache, limit: number): Promise<unknown> {
  const input = {
    keys: { stream: OUTCOME_STREAM },
    group: CRYSTALLIZER_GROUP,
    consumer: "dead",
    claimTimeoutMs: Number.MAX_SAFE_INTEGER,
    limit,
    nowSeconds: store.nowSeconds(),
  };
  return store.run(deliver, input, 0);
}
