import fc from "fast-check";
import { OUTCOME_STREAM } from "../../src/cache/recording/outcome-stream.js";
import { temporalDiscoveryHandler } from "../../src/cache/rhythms/temporal-discovery.js";
import { StreamConsumer } from "../../src/streams/stream-consumer.js";
import { AGENTS, type History, histories, type Step } from "./history.js";
import { answer, type Side } from "./history-side.js";

/** Beside the steps that the reference model knows: rankings, and looking for rhythms in some of the outcomes. */
export type AgentStep =
  | Step
  | { readonly do: "rank"; readonly agentId: string; readonly limit: number }
  | { readonly do: "discover"; readonly batchSize: number };

const furtherStep: fc.Arbitrary<AgentStep> = fc.oneof(
  fc.record({
    do: fc.constant("rank" as const),
    agentId: fc.constantFrom(...AGENTS),
    limit: fc.integer({ min: 1, max: 10 }),
  }),
  fc.record({ do: fc.constant("discover" as const), batchSize: fc.integer({ min: 1, max: 20 }) }),
);
const furtherSteps = fc.array(fc.record({ after: fc.nat({ max: 70 }), step: furtherStep }), { maxLength: 12 });

/** Random histories of a store with two agents, with further steps anywhere in between. */
export const agentHistories: fc.Arbitrary<Pick<History, "settings"> & { readonly steps: readonly AgentStep[] }> = fc
  .tuple(histories, furtherSteps)
  .map(([{ settings, steps }, further]) => {
    const all: AgentStep[] = [...steps];
    for (const { after, step } of further) all.splice(after % (all.length + 1), 0, step);
    return { settings, steps: all };
  });

/** As {@link answer}, for any of these steps. */
export function answerAgent(side: Side, step: AgentStep): Promise<unknown> {
  if (step.do === "rank") return side.cache.ranking({ agentId: step.agentId, limit: step.limit });
  return step.do === "discover" ? discover(side, step.batchSize) : answer(side, step);
}

function discover({ cache: { store } }: Side, batchSize: number): Promise<number> {
  const place = { store, streamKey: OUTCOME_STREAM, groupName: "discoverer", consumerName: "one" };
  return new StreamConsumer({ ...place, handler: temporalDiscoveryHandler, batchSize, blockMs: 0 }).processBatch();
}
