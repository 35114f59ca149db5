import { resolveDefaults, type TuningConstants, type TuningOverrides } from "../../common/defaults.js";
import { memoized } from "../../common/memoized.js";
import type { StreamEntry } from "../../keyspace/port/keyspace.js";
import { type CountDeliveredOutput, countDelivered } from "../../operations/outcomes/count-delivered.js";
import type { CrystallizationSettings } from "../../operations/outcomes/evidence.js";
import { deliver } from "../../operations/streams/streams.js";
import { streamKey } from "../../store/storage-keys.js";
import type { HandlerContext, StreamHandler } from "../../streams/stream-handler.js";
import { MALFORMED_KEY, outcomeOf, parseEntry } from "../events/outcome-event.js";
import { policyLayout } from "../policy-entry.js";
import { agreeOnEvidenceMode } from "./evidence-mode.js";
import { readTrails } from "./read-trails.js";

/** The stream `record` appends to: state-action-outcome events of all agents, oldest first. */
export const OUTCOME_STREAM = streamKey("policy_mutations", "");
/** The group that turns those events into evidence and policies. */
export const CRYSTALLIZER_GROUP = "crystallizer";

export const crystallizationSettings = memoized((defaults: TuningConstants): CrystallizationSettings => {
  const { minEvents, ciThreshold, wilsonZ, initialQ, seedConfidence, evidenceCap } = defaults;
  const { tdAlpha, tdGamma, tdSteps, tdLambda } = defaults;
  const { retirementFalseAlarmRate, historyLength } = defaults;
  return {
    retirementFalseAlarmRate,
    minEvents,
    ciThreshold,
    z: wilsonZ,
    initialQ: typeof initialQ === "number" ? "fixed" : initialQ,
    initialQValue: typeof initialQ === "number" ? initialQ : 0,
    seedConfidence,
    evidenceCap,
    tdAlpha,
    tdGamma,
    tdSteps,
    tdLambda,
    rankings: policyLayout.rankedScores,
    historyLength,
  };
});

/**
 * Stream handler that counts outcomes and creates a policy when the evidence of a (state, action) suffices: at least
 * `minEvents` events and a Wilson lower bound above `ciThreshold`, checked after every event in stream order. Counting,
 * creating and acknowledging are one atomic step, so that each event counts exactly once.
 */
export const crystallizationHandler: StreamHandler = async (entries, context) => {
  await crystallize(entries, context);
  return { acknowledged: true };
};

/** A {@link crystallizationHandler} with tuning constants of its own. */
export function createCrystallizationHandler(overrides: TuningOverrides): StreamHandler {
  resolveDefaults(overrides);
  const ownDefaults = memoized((defaults: TuningConstants) => resolveDefaults(overrides, defaults));
  return async (entries, context) => {
    await crystallize(entries, context, ownDefaults(context.store.defaults));
    return { acknowledged: true };
  };
}

/**
 * Counts entries, acknowledges them, and creates the policies they suffice for.
 *
 * @returns how many policies were created
 */
export async function crystallize(
  entries: readonly StreamEntry[],
  context: HandlerContext,
  defaults = context.store.defaults,
): Promise<number> {
  const { store, streamKey, groupName, consumerName, shard } = context;
  const mode = await agreeOnEvidenceMode(store, defaults.evidence);
  const keys = { stream: streamKey };
  const count = async (
    delivered: readonly StreamEntry[],
    toComplete: readonly number[] = [],
  ): Promise<CountDeliveredOutput> => {
    const nowSeconds = store.nowSeconds();
    const parsed = delivered.map(({ fields }) => parseEntry(fields));
    const known = parsed.filter((entry) => entry !== undefined);
    const input = {
      keys: { malformed: MALFORMED_KEY, ...keys },
      group: groupName,
      trails: await readTrails(store, known, defaults, shard),
      entries: delivered.map(({ id }, index) => {
        const entry = parsed[index];
        // What was appended to the shard of another agent by mistake must not create data where nobody looks for it.
        if (entry === undefined || store.shardOf(entry.agentId) !== shard) return { id };
        if (entry.op === "report") return { id, wasReported: true };
        const isLean = store.isRemote && !toComplete.includes(index);
        return { id, outcome: outcomeOf(entry, defaults, mode, nowSeconds, isLean) };
      }),
      mayLack: store.isRemote,
      settings: crystallizationSettings(defaults),
      nowSeconds,
    };
    const output = await store.run(countDelivered, input, shard);
    const { stale, incomplete } = output;
    return stale || incomplete.length > 0 ? count(delivered, [...toComplete, ...incomplete]) : output;
  };
  let policies = 0;
  for (;;) {
    const { outOfTurn, created } = await count(entries);
    policies += created.length;
    if (!outOfTurn) return policies;
    // Older entries are with a consumer that is slow or dead. They count once, whoever counts them: no need to wait.
    const claim = { claimTimeoutMs: 0, limit: entries.length, nowSeconds: store.nowSeconds() };
    const input = { keys, group: groupName, consumer: consumerName, ...claim };
    const { entries: oldest } = await store.run(deliver, input, shard);
    policies += (await count(oldest)).created.length;
  }
}
