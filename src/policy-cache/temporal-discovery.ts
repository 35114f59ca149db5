import { resolveDefaults, type TuningConstants } from "../defaults.js";
import type { StreamEntry } from "../keyspace/keyspace.js";
import { findWeeklyCycle, LEAST_OBSERVATIONS, weekdayOf, weekOf } from "../learning/rhythm.js";
import { noteDay, settleTest } from "../operations/rhythm.js";
import type { HandlerContext, StreamHandler } from "../streams/stream-consumer.js";
import { parseEntry } from "./outcome-event.js";
import { EXPECTED_VALUE, policyLayout } from "./policy-entry.js";

/**
 * Stream handler that watches on which weekdays each policy's action is taken, and gives a policy with a weekly rhythm
 * a decay cycle: of origin `discovered`, one at most. A day counts once. The test is a chi-squared one at `pThreshold`,
 * needs four weeks, and is made again only when the days have doubled. Finding a cycle again corrects its phase.
 *
 * Handling an event twice changes nothing. Give it a consumer group of its own, beside the crystallizer's.
 */
export const temporalDiscoveryHandler: StreamHandler = (entries, context) => discover(entries, context, {});

/** A {@link temporalDiscoveryHandler} with tuning constants of its own. */
export function createTemporalDiscoveryHandler(overrides: Partial<TuningConstants>): StreamHandler {
  resolveDefaults(overrides);
  return (entries, context) => discover(entries, context, overrides);
}

async function discover(
  entries: readonly StreamEntry[],
  { store, shard }: HandlerContext,
  overrides: Partial<TuningConstants>,
): Promise<void> {
  const { pThreshold, initialCycleAmplitude: amplitude } = resolveDefaults(overrides, store.defaults);
  for (const { fields } of entries) {
    const outcome = parseEntry(fields);
    if (outcome === undefined || store.shardOf(outcome.agentId) !== shard) continue;
    const identity = [outcome.agentId, outcome.stateFingerprint, outcome.actionType];
    const place = { keys: { rhythm: policyLayout.rhythmKey(identity) }, plan: policyLayout.plan(identity) };
    const day = { week: weekOf(outcome.ts), weekday: weekdayOf(outcome.ts), leastDays: LEAST_OBSERVATIONS };
    const noted = await store.run(noteDay, { ...place, ...day }, shard);
    if (!noted.due) continue;
    const cycle = findWeeklyCycle(noted, { pThreshold, amplitude });
    const input = {
      ...place,
      field: EXPECTED_VALUE,
      days: noted.days,
      ...(cycle === undefined ? {} : { cycle }),
      nowSeconds: store.nowSeconds(),
    };
    await store.run(settleTest, input, shard);
  }
}
