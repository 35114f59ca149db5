import { type Foreseen, foresee } from "../../cache/deciding/foresee.js";
import type { DecisionRecord } from "../../cache/deciding/ids/decision-record.js";
import type { PolicyCacheOptions } from "../../cache/opening/cache-options.js";
import { type CacheParts, openParts } from "../../cache/opening/open-parts.js";
import { Recorder } from "../../cache/recording/recorder.js";
import { learnOutcome } from "../../cache/reporting/report.js";
import type { Mutable } from "../../common/mutable.js";
import type { TuningConstants } from "../../common/tuning/defaults.js";
import { canonicalJson } from "../../maths/json/canonical-json.js";
import type { JsonObject } from "../../maths/json/json-value.js";
import { seededRandom } from "../../maths/learning/seeded-random.js";
import { isTaken, type OutcomeEntry } from "../../operations/outcomes/outcome.js";

/** What of a log is not needed again is not kept. */
const FORGETFUL: Partial<TuningConstants> = { streamMaxLength: 1, historyLength: 0, maxLedger: 1, reportTtlSeconds: 1 };

/** What would have been decided where a logged decision was made. */
export interface Replayed extends Foreseen {
  /** Whether the action that would have been taken is the logged one; false where the agent would have decided. */
  readonly isSame: boolean;
}

/**
 * A cache in memory that lives through a log again: it is asked before every outcome, and told what was done and what came of
 * it, whatever it would have done. What decides and learns is what decides and learns in any cache.
 */
export class ReplayedCache {
  readonly #parts: CacheParts;
  readonly #recorder: Recorder;
  readonly #moment: Moment;
  readonly #draw: () => number;
  #decisions = 0;

  private constructor(parts: CacheParts, moment: Moment, draw: () => number) {
    this.#parts = parts;
    this.#recorder = new Recorder(parts.store, parts.mode, true);
    this.#moment = moment;
    this.#draw = draw;
  }

  /** @param seed - of the coins that the log does not tell */
  static async open(
    defaults: TuningConstants,
    { actions, versions, evidence }: Pick<PolicyCacheOptions, "actions" | "versions" | "evidence">,
    seed: number,
  ): Promise<ReplayedCache> {
    const moment: Moment = { nowSeconds: 0, uniform: 0 };
    const parts = await openParts("memory:", {
      defaults: { ...defaults, ...FORGETFUL },
      actions,
      versions,
      evidence,
      workers: "inline",
      clock: () => moment.nowSeconds,
      random: () => moment.uniform,
    });
    return new ReplayedCache(parts, moment, seededRandom(seed));
  }

  /** What would have been decided: the coin lies as it fell, where the log tells. */
  async ask(entry: OutcomeEntry): Promise<Replayed> {
    this.#moment.nowSeconds = Math.max(this.#moment.nowSeconds, entry.ts);
    const { propensity = 1, decision: kind } = entry;
    const drawn = this.#draw();
    // Below its chance a coin says to try, or to audit; the chance of the agent is what a coin left over, or that of an audit.
    this.#moment.uniform = kind === "trial" ? drawn * propensity : 1 - propensity + drawn * propensity;
    if (propensity === 1 || kind === undefined || kind === "explore") this.#moment.uniform = drawn;
    let foreseen = await this.#foresee(entry);
    if (foreseen.decision.kind === "serve" && foreseen.coin !== undefined && isLeftToAgent(entry) && propensity < 1) {
      this.#moment.uniform = drawn * propensity;
      foreseen = await this.#foresee(entry);
    }
    return { ...foreseen, isSame: isSameAction(foreseen, entry) };
  }

  /**
   * Counts what was done.
   *
   * @param asTaken - count the agent's choice of the action that would have been taken as if it had been
   */
  async learn(entry: OutcomeEntry, replayed: Replayed, asTaken: boolean): Promise<void> {
    if (asTaken && replayed.isSame && !isTaken(entry)) {
      const { kind } = replayed.decision;
      const { propensity } = replayed;
      return this.#report({ ...entry, op: "report", decision: kind as "serve" | "trial", propensity }, replayed);
    }
    if (entry.op === "outcome") {
      const ts = entry.ts === 0 ? this.#moment.nowSeconds : entry.ts;
      await this.#recorder.record([{ ...entry, ts }]);
    } else await this.#report(entry, replayed);
  }

  close(): Promise<void> {
    return this.#parts.store.close();
  }

  #foresee({ agentId, stateFeatures, params, episodeId }: OutcomeEntry): Promise<Foreseen> {
    const { store, habits } = this.#parts;
    const request = {
      agentId,
      state: JSON.parse(stateFeatures) as JsonObject,
      params: params === undefined ? undefined : (JSON.parse(params) as JsonObject),
      episodeId,
      fallback: neverCalled,
    };
    return foresee(store, request, habits);
  }

  async #report(entry: OutcomeEntry, replayed: Replayed): Promise<void> {
    const { store, mode } = this.#parts;
    const { nowSeconds } = this.#moment;
    const { decision: kind = "fallback", propensity = 1, episodeId = "", params = "", ...event } = entry;
    // The same action is counted as it would have been taken here; another as it was logged.
    const record = isTaken(entry) && replayed.isSame ? replayed.record : undefined;
    const errorBudget = record === undefined ? entry.errorBudget : record.errorBudget;
    const actionNumbers = numbersOf(entry, replayed);
    const decision: DecisionRecord = {
      ...event,
      kind,
      actionNumbers,
      decidedAtSeconds: nowSeconds,
      isOpen: false,
      qValue: record?.qValue ?? 0,
      context: [],
      propensity,
      errorBudget,
      coin: fellAlike(entry, replayed) ? replayed.coin : undefined,
      episodeId,
      params,
    };
    const { openedAt: _open, errorBudget: _budget, actionNumbers: _numbers, ...rest } = entry;
    const learned = { ...rest, ts: nowSeconds } as Mutable<OutcomeEntry>;
    if (errorBudget !== undefined) learned.errorBudget = errorBudget;
    if (actionNumbers.length > 0) learned.actionNumbers = actionNumbers;
    this.#decisions += 1;
    await learnOutcome(store, { ...decision, nonce: String(this.#decisions) }, learned, undefined, mode);
  }
}

/**
 * The numbers of the logged action here. Numbers follow from the events, so that those of the log are the same here unless its
 * beginning is missing; then what it says in words counts.
 */
function numbersOf({ actionNumbers = [], actionType }: OutcomeEntry, { decision, record, isSame }: Replayed) {
  if (isSame) return record?.actionNumbers ?? [];
  const known = decision.ranked.find(({ entry }) => entry.actionType === actionType)?.evidence.actions ?? [];
  return actionNumbers.filter((number) => known.some((action) => action.number === number));
}

/** Whether the coin of the replay fell as the one of the log did, so that what came of it counts for a comparison. */
function fellAlike(entry: OutcomeEntry, { decision, isSame }: Replayed): boolean {
  if (isTaken(entry)) return isSame;
  return (entry.propensity ?? 1) < 1 && (decision.kind === "suggest" || decision.kind === "abstain");
}

/** What a store in memory takes for the time and for chance. */
interface Moment {
  nowSeconds: number;
  uniform: number;
}

function neverCalled(): never {
  throw new Error("Who foresees asks nobody.");
}

function isLeftToAgent({ decision }: OutcomeEntry): boolean {
  return decision === "fallback" || decision === "suggest";
}

/** A log has what was taken as a template, what the agent did as a whole. */
function isSameAction({ decision }: Foreseen, { actionType, actionSpec }: OutcomeEntry): boolean {
  if (decision.kind !== "serve" && decision.kind !== "trial") return false;
  if (decision.action.type !== actionType) return false;
  const template = decision.policy.evidence.action?.spec;
  return (
    canonicalJson(decision.action.spec) === actionSpec ||
    (template !== undefined && canonicalJson(template) === actionSpec)
  );
}
