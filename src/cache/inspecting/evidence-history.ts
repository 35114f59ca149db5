import type { StoredRecord } from "../../keyspace/port/keyspace.js";
import { anytimeBound } from "../../maths/statistics/anytime-bound.js";
import { wilsonLowerBound } from "../../maths/statistics/wilson-bound.js";
import {
  HAD_REWARD,
  MOMENTS,
  type MomentKind,
  TAUGHT_VALUE,
  WAS_REPORTED,
  WAS_SUCCESS,
} from "../../operations/evidence/history.js";
import { numbersField, textsField } from "../../operations/records/fields.js";
import type { OutcomeName } from "../events/outcome-event.js";

/** An outcome that was counted as a trial, and where the evidence and the value stood after it. */
export interface CountedOutcome {
  /** Which trial of the action in this state it was, from 1. */
  readonly number: number;
  readonly atSeconds: number;
  readonly outcome: OutcomeName;
  /** `reported`: it was the outcome of a decision. */
  readonly source: "recorded" | "reported";
  /** Absent when none was given. */
  readonly reward?: number;
  /**
   * Q-value after it: of the policy, and before there was one what was learned of the action. Absent when nothing was
   * learned at once: without a reward, and while a return is not known.
   */
  readonly qValue?: number;
  /** The outcomes in force, with this one. */
  readonly successes: number;
  readonly trials: number;
  /** Lower bounds of the success rate, from these two counts. */
  readonly wilsonBound: number;
  readonly anytimeBound: number;
}

/** What became of an action in a state. */
export interface Moment {
  /** `startedOver`: what was counted until then is no longer in force, and no policy was in service. */
  readonly kind: MomentKind;
  /** It came after this trial. */
  readonly afterNumber: number;
  readonly atSeconds: number;
  /** "outcomes" when they brought it about, otherwise what the caller gave; absent when there is nothing to tell. */
  readonly reason?: string;
}

/** How the evidence of an action came about: its last outcomes and the turns it took. */
export interface EvidenceHistory {
  /** The last outcomes that were counted, oldest first, without a gap. */
  readonly events: readonly CountedOutcome[];
  /** What became of the action, oldest first; the last twenty. */
  readonly moments: readonly Moment[];
}

/** The levels of the two bounds that are shown beside each outcome. */
export interface BoundLevels {
  readonly wilsonZ: number;
  /** How sure the anytime-valid bound is. */
  readonly confidence: number;
}

/** @param most - outcomes, at most */
export function evidenceHistory(records: readonly StoredRecord[], most: number, levels: BoundLevels): EvidenceHistory {
  const moments = records.filter(({ id }) => id === MOMENTS).flatMap(readMoments);
  const kept = records.map(({ fields }) => numbersField(fields, "event")).filter((event) => event.length > 0);
  kept.sort(([left = 0], [right = 0]) => left - right);
  const last = kept.at(-1)?.[0] ?? 0;
  // What was kept when more was kept, or none for a while, is left aside.
  const firstOfRun = kept.findLastIndex(([number = 0], index) => number !== last - (kept.length - 1 - index)) + 1;
  const shown = kept.slice(Math.max(firstOfRun, kept.length - most));
  return { events: shown.map((event) => countedOutcome(event, levels)), moments };
}

function countedOutcome(event: readonly number[], { wilsonZ, confidence }: BoundLevels): CountedOutcome {
  const [number = 0, successes = 0, trials = 0, atSeconds = 0, code = 0, reward = 0, qValue = 0] = event;
  return {
    number,
    atSeconds,
    outcome: (code & WAS_SUCCESS) === 0 ? "failure" : "success",
    source: (code & WAS_REPORTED) === 0 ? "recorded" : "reported",
    ...((code & HAD_REWARD) === 0 ? {} : { reward }),
    ...((code & TAUGHT_VALUE) === 0 ? {} : { qValue }),
    successes,
    trials,
    wilsonBound: wilsonLowerBound(successes, trials, wilsonZ),
    anytimeBound: anytimeBound(successes, trials, 1 - confidence),
  };
}

function readMoments({ fields }: StoredRecord): readonly Moment[] {
  const reasons = textsField(fields, "reasons");
  const numbers = numbersField(fields, "after");
  const times = numbersField(fields, "times");
  return textsField(fields, "kinds").map((kind, index) => ({
    kind: kind as MomentKind,
    afterNumber: numbers[index] ?? 0,
    atSeconds: times[index] ?? 0,
    ...(reasons[index] === "" ? {} : { reason: reasons[index] ?? "" }),
  }));
}
