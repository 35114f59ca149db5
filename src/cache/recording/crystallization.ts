import { memoized } from "../../common/maps/memoized.js";
import { resolveDefaults, type TuningConstants, type TuningOverrides } from "../../common/tuning/defaults.js";
import type { StreamEntry } from "../../keyspace/port/keyspace.js";
import { type CountDeliveredOutput, countDelivered } from "../../operations/outcomes/count-delivered.js";
import type { PolicyChange } from "../../operations/outcomes/policy-change.js";
import { deliver } from "../../operations/streams/streams.js";
import { checkedHandler } from "../../streams/checked-delivery.js";
import type { HandlerContext, StreamHandler } from "../../streams/stream-handler.js";
import { readEntry } from "../events/read-entry.js";
import { MALFORMED_KEY } from "../outcome-keys.js";
import { crystallizationSettings } from "./crystallization-settings.js";
import { agreeOnEvidenceMode } from "./evidence-mode.js";
import { type Counting, runCounting } from "./run-counting.js";

/**
 * Stream handler that counts outcomes and creates a policy when the evidence of a (state, action) suffices: at least
 * `minEvents` events and a Wilson lower bound above `ciThreshold`, checked after every event in stream order. Counting,
 * creating and acknowledging are one atomic step, so that each event counts exactly once.
 */
export const crystallizationHandler: StreamHandler = checkedHandler(async (entries, context) => {
  await crystallize(entries, context);
  return { acknowledged: true };
});

/** A {@link crystallizationHandler} with tuning constants of its own. */
export function createCrystallizationHandler(overrides: TuningOverrides): StreamHandler {
  resolveDefaults(overrides);
  const ownDefaults = memoized((defaults: TuningConstants) => resolveDefaults(overrides, defaults));
  return checkedHandler(async (entries, context) => {
    await crystallize(entries, context, ownDefaults(context.store.defaults));
    return { acknowledged: true };
  });
}

/**
 * Counts entries, acknowledges them, and creates the policies they suffice for.
 *
 * @returns what became of policies, in order
 */
export async function crystallize(
  entries: readonly StreamEntry[],
  context: HandlerContext,
  defaults = context.store.defaults,
): Promise<readonly PolicyChange[]> {
  const { store, streamKey, groupName: group, consumerName: consumer, shard } = context;
  const counting = { store, defaults, mode: await agreeOnEvidenceMode(store, defaults.evidence), shard };
  const policies: PolicyChange[] = [];
  for (;;) {
    const { outOfTurn, changes } = await countEntries(counting, entries, context);
    policies.push(...changes);
    if (!outOfTurn) return policies;
    // Older entries are with a consumer that is slow or dead. They count once, whoever counts them: no need to wait.
    const claim = { claimTimeoutMs: 0, limit: entries.length, nowSeconds: store.nowSeconds() };
    const { entries: oldest } = await store.run(
      deliver,
      { keys: { stream: streamKey }, group, consumer, ...claim },
      shard,
    );
    policies.push(...(await countEntries(counting, oldest, context)).changes);
  }
}

function countEntries(
  counting: Counting,
  delivered: readonly StreamEntry[],
  { streamKey, groupName }: HandlerContext,
): Promise<CountDeliveredOutput> {
  const { store, defaults, shard } = counting;
  const nowSeconds = store.nowSeconds();
  // What was appended to the shard of another agent by mistake must not create data where nobody looks for it.
  const read = delivered.map(({ fields }) => {
    const entry = readEntry(fields);
    return entry === undefined || store.shardOf(entry.agentId) !== shard ? undefined : entry;
  });
  return runCounting(counting, countDelivered, {
    entries: read.filter((entry) => entry !== undefined),
    nowSeconds,
    mayLack: store.isRemote,
    input: (keyed, also) => ({
      keys: { stream: streamKey, malformed: MALFORMED_KEY },
      group: groupName,
      entries: delivered.map(({ id }, position) => {
        const entry = read[position];
        if (entry === undefined) return { id };
        return entry.op === "report" ? { id, wasReported: true } : { id, outcome: keyed(entry, position) };
      }),
      settings: crystallizationSettings(defaults),
      nowSeconds,
      ...also,
    }),
  });
}
