import { setTimeout as sleep } from "node:timers/promises";
import { resolveDefaults, type TuningConstants } from "../defaults.js";
import { StoreError } from "../errors.js";
import type { StreamEntry } from "../keyspace/keyspace.js";
import { countDelivered } from "../operations/count-delivered.js";
import type { CrystallizationSettings } from "../operations/evidence.js";
import type { HandlerContext, HandlerResult, StreamHandler } from "../streams/stream-consumer.js";
import { MALFORMED_KEY, outcomeOf, parseEntry } from "./outcome-event.js";

/** The stream `record` appends to: state-action-outcome events of all agents, oldest first. */
export const OUTCOME_STREAM = "stream:policy_mutations";
/** The group that turns those events into evidence and policies. */
export const CRYSTALLIZER_GROUP = "crystallizer";

export function crystallizationSettings(defaults: TuningConstants): CrystallizationSettings {
  const { minEvents, ciThreshold, wilsonZ, initialQ, seedConfidence, evidenceCap } = defaults;
  return {
    minEvents,
    ciThreshold,
    z: wilsonZ,
    initialQ: typeof initialQ === "number" ? "fixed" : initialQ,
    initialQValue: typeof initialQ === "number" ? initialQ : 0,
    seedConfidence,
    evidenceCap,
  };
}

/**
 * Stream handler that counts outcomes and creates a policy when the evidence of a (state, action) suffices: at least
 * `minEvents` events and a Wilson lower bound above `ciThreshold`, checked after every event in stream order. Counting,
 * creating and acknowledging are one atomic step, so that each event counts exactly once.
 */
export const crystallizationHandler: StreamHandler = (entries, context) => crystallize(entries, context, {});

/** A {@link crystallizationHandler} with tuning constants of its own. */
export function createCrystallizationHandler(overrides: Partial<TuningConstants>): StreamHandler {
  resolveDefaults(overrides);
  return (entries, context) => crystallize(entries, context, overrides);
}

const TURN_POLL_MS = 10;

async function crystallize(
  entries: readonly StreamEntry[],
  context: HandlerContext,
  overrides: Partial<TuningConstants>,
): Promise<HandlerResult> {
  const { store, streamKey, groupName, claimTimeoutMs } = context;
  const defaults = resolveDefaults(overrides, store.defaults);
  const nowSeconds = store.nowSeconds();
  const outcomes = entries.map(({ id, fields }) => {
    const entry = parseEntry(fields);
    return entry === undefined ? { id } : { id, outcome: outcomeOf(entry, defaults, nowSeconds) };
  });
  const deadline = performance.now() + claimTimeoutMs;
  for (;;) {
    const { outOfTurn } = await store.run(countDelivered, {
      keys: { stream: streamKey, malformed: MALFORMED_KEY },
      group: groupName,
      entries: outcomes,
      settings: crystallizationSettings(defaults),
      nowSeconds,
    });
    if (!outOfTurn) return { acknowledged: true };
    if (performance.now() > deadline) throw outOfTurnError(groupName, claimTimeoutMs);
    await sleep(TURN_POLL_MS);
  }
}

function outOfTurnError(groupName: string, waitedMs: number): StoreError {
  return new StoreError(
    "STORE_BUSY",
    `Older events are still with another consumer of ${groupName} after ${waitedMs} ms.`,
    {
      retryable: true,
      hint: "They are taken over when their consumer does not finish in time.",
    },
  );
}
