import type { ActionTypes } from "../../cache/actions/action-types.js";
import type { GivenVersions } from "../../cache/events/outcome-event.js";
import { readEvidenceMode } from "../../cache/recording/evidence-mode.js";
import { OUTCOME_STREAM } from "../../cache/recording/outcome-stream.js";
import { type Abortable, checkSignal } from "../../common/abort.js";
import { checkKeyText, checkNumber, checkObject } from "../../common/checks.js";
import { InvalidArgumentError } from "../../common/errors.js";
import { joinParts } from "../../common/joined-parts.js";
import { Defaults, resolveDefaults, type TuningConstants, type TuningOverrides } from "../../common/tuning/defaults.js";
import { namesOf, refuseUnknownNames } from "../../common/unknown-names.js";
import { fingerprintOfCanonical } from "../../maths/json/fingerprint.js";
import type { OutcomeEntry } from "../../operations/outcomes/outcome.js";
import { describeStream } from "../../operations/streams/streams.js";
import { isStore, type Store } from "../../store/store.js";
import { entriesOf, type OutcomeLog } from "./log-entries.js";
import { ReplayedCache } from "./replayed-cache.js";
import type { WhatIfResult } from "./what-if-result.js";
import { WhatIfTally } from "./what-if-tally.js";
import type { LogFindings } from "./what-if-warnings.js";

/** Other rules, and how to replay a log under them. */
export interface WhatIfOptions extends Abortable {
  /**
   * The rules: over the defaults that the given store was opened with, or the library's own. What a call of `decide` asked for
   * by itself is not in the log: say here what is to hold.
   */
  readonly defaults?: TuningOverrides | undefined;
  /** What holds for single types of actions, as for a cache; guards are called. Default: nothing. */
  readonly actions?: ActionTypes | undefined;
  /** Versions that are in force all the time. Default: none are compared. */
  readonly versions?: GivenVersions | undefined;
  /** Only the decisions of this agent. Default: all. */
  readonly agentId?: string | undefined;
  /**
   * What the agent's own choice counts as where the same action would have been taken: "own" choice, which proves nothing under
   * an error budget, or "taken", which is right only if the agent chose by the state alone. Default "own".
   */
  readonly ownChoices?: "own" | "taken" | undefined;
  /** Normal quantile of the intervals, > 0. Default 1.96: 95 %. */
  readonly z?: number | undefined;
  /** Of the coins that the log does not tell; integer of at least 0. Default 1. */
  readonly seed?: number | undefined;
  /** States and actions to name; integer of at least 0. Default 20. */
  readonly pairs?: number | undefined;
}

const OPTION_NAMES = namesOf<WhatIfOptions>({
  defaults: true,
  actions: true,
  versions: true,
  agentId: true,
  ownChoices: true,
  z: true,
  seed: true,
  pairs: true,
  signal: true,
});

/**
 * Replays a log under other rules: a cache in memory is asked before each outcome what it would do, and then told what was
 * done and what came of it. docs/evaluation.md says what the answer cannot know.
 *
 * The log is read once. Memory grows with its states and actions, and with the ids of its events where they have any.
 *
 * @example
 * ```ts
 * import { PolicyCache } from "policycache";
 * import { whatIf } from "policycache/evaluation";
 *
 * await using cache = await PolicyCache.open("memory:", { workers: "inline" });
 * for (let run = 0; run < 20; run += 1) {
 *   const { decisionId } = await cache.decide({ state: { task: "deploy" }, fallback: () => ({ type: "run" }) });
 *   await cache.report(decisionId, { outcome: "success" });
 * }
 * const { happened, would } = await whatIf(cache.store, { defaults: { ciThreshold: 0.8 } });
 * console.log(happened.serve, would.serve);
 * // → 14 4
 * ```
 * @throws {@link InvalidArgumentError} for a decision or an option that is malformed, and for an empty log
 */
export async function whatIf(log: OutcomeLog, options: WhatIfOptions = {}): Promise<WhatIfResult> {
  const store = isStore(log) ? log : undefined;
  return replay(entriesOf(log), options, store);
}

/**
 * As {@link whatIf}, for a reader that has made entries of its decisions by itself.
 *
 * @param store - that the entries are of
 * @internal
 */
export async function replay(
  entries: AsyncIterable<OutcomeEntry>,
  options: WhatIfOptions,
  store?: Store,
): Promise<WhatIfResult> {
  const given = refuseUnknownNames(checkObject("options", options), OPTION_NAMES);
  const { actions, versions, agentId, ownChoices = "own", z = 1.96, seed = 1, pairs = 20, signal } = given;
  checkSignal(signal);
  checkNumber("z", z, (value) => value > 0, "a number above 0");
  checkNumber("seed", seed, isCount, "an integer of at least 0");
  checkNumber("pairs", pairs, isCount, "an integer of at least 0");
  if (agentId !== undefined) checkKeyText("agentId", agentId);
  if (ownChoices !== "own" && ownChoices !== "taken") {
    throw new InvalidArgumentError("ownChoices", ownChoices, `"own" or "taken"`);
  }
  const defaults = await rulesOf(given.defaults, store);
  const cache = await ReplayedCache.open(defaults, { actions, versions }, seed);
  try {
    const tally = new WhatIfTally();
    const findings: Findings = { repeated: 0, unknownStates: 0, backInTime: 0, missing: 0 };
    for await (const entry of usable(entries, agentId, findings)) {
      checkSignal(signal);
      const replayed = await cache.ask(entry);
      tally.add(entry, replayed);
      await cache.learn(entry, replayed, ownChoices === "taken");
    }
    if (store !== undefined) findings.missing = await trimmedFrom(store);
    return tally.result(defaults, findings, { z, pairs, ownChoices });
  } finally {
    await cache.close();
  }
}

type Findings = { -readonly [Name in keyof LogFindings]: LogFindings[Name] };

/** Every outcome once, of the wanted agent, whose state is known. */
async function* usable(
  entries: AsyncIterable<OutcomeEntry>,
  agentId: string | undefined,
  findings: Findings,
): AsyncGenerator<OutcomeEntry> {
  const seen = new Set<string>();
  const newest = new Map<string, number>();
  for await (const { eventId, ...entry } of entries) {
    if (agentId !== undefined && entry.agentId !== agentId) continue;
    if (eventId !== undefined) {
      const id = joinParts(entry.agentId, eventId);
      if (seen.has(id)) {
        findings.repeated += 1;
        continue;
      }
      seen.add(id);
    }
    if (fingerprintOfCanonical(entry.stateFeatures) !== entry.stateFingerprint) {
      findings.unknownStates += 1;
      continue;
    }
    const before = newest.get(entry.agentId) ?? 0;
    if (entry.ts !== 0 && entry.ts < before) findings.backInTime += 1;
    newest.set(entry.agentId, Math.max(before, entry.ts));
    yield entry as OutcomeEntry;
  }
}

/** The store counts by event or by episode, unless the other rules say so. */
async function rulesOf(overrides: TuningOverrides | undefined, store: Store | undefined): Promise<TuningConstants> {
  const defaults = resolveDefaults(overrides, store?.defaults ?? Defaults);
  if (store === undefined || overrides?.evidence !== undefined) return defaults;
  return { ...defaults, evidence: await readEvidenceMode(store) };
}

/** Outcomes that were in the stream of the store and are not any more. */
async function trimmedFrom(store: Store): Promise<number> {
  let trimmed = 0;
  for (const shard of store.shards) {
    const { appended, length } = await store.run(describeStream, { keys: { stream: OUTCOME_STREAM } }, shard);
    trimmed += appended - length;
  }
  return trimmed;
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}
