import type { Fields } from "../../keyspace/port/keyspace.js";
import type { ExplainingAction } from "../evidence/actions/known-actions.js";
import type { LearnedRecord, RecordKeys } from "../records/record-keys.js";
import type { SideWrite } from "../records/side-writes.js";

// One event has three shapes. What a caller says is checked once and becomes an entry, which is what the outcome stream keeps;
// an entry with the keys of all that counting it may touch is what operations take. Its parts keep the names of the entry.

/** How an action ended: the only two that are evidence. */
export type OutcomeName = "success" | "failure";

/** A checked event, as the outcome stream keeps it. What was not given is absent. */
export interface OutcomeEntry extends Fields {
  /** A `report` was counted when it was made; it is in the stream for whoever reads the log. */
  readonly op: "outcome" | "report";
  readonly agentId: string;
  readonly stateFingerprint: string;
  /** Canonical JSON of the state; "" leaves what is on record, as reports may. */
  readonly stateFeatures: string;
  readonly actionType: string;
  /** As `stateFeatures`, of what the action was given. */
  readonly actionSpec: string;
  readonly outcome: OutcomeName;
  /** Unix seconds. */
  readonly ts: number;
  /** Absent when none was observed: then nothing is learned but success or failure. */
  readonly reward?: number;
  /** Unique per agent. */
  readonly eventId?: string;
  readonly episodeId?: string;
  readonly step?: number;
  readonly done?: boolean;
  readonly propensity?: number;
  /** What the situation had beside its state: canonical JSON, of which slots are filled. Absent when there was nothing. */
  readonly params?: string;
  /** Canonical JSON: the slots that were declared for the type of the action. Absent when they are to be found. */
  readonly slots?: string;
  /** How the decision came about that this is the outcome of. Absent when it was recorded: the agent's own. */
  readonly decision?: DecisionKind;
  /** The actions that explain what was decided, by their numbers in the evidence. Absent when they are to be found. */
  readonly actionNumbers?: readonly number[];
  /** When the decision was counted as open, in Unix seconds. Absent when it was not. */
  readonly openedAt?: number;
  /** The error budget that the action was taken under. */
  readonly errorBudget?: number;
  /** Canonical JSON: names and versions of what the outcome depends on. Absent, it leaves what is on record. */
  readonly dependsOn?: string;
  /** Unix seconds until which the action may be served. Absent, it leaves what is on record. */
  readonly validUntil?: number;
  readonly nextStateFingerprint?: string;
  readonly nextStateFeatures?: string;
}

/** An entry to be counted, with the keys of everything that may touch. */
export interface KeyedOutcome {
  readonly entry: OutcomeEntry;
  readonly keys: {
    /** Records of the state: the evidence and the policies of its actions. */
    readonly state: string;
    /** Records of how the evidence of the pair came about. */
    readonly history: string;
    /** Set of the agent's states. */
    readonly states: string;
    /** Set of the agent's episodes. */
    readonly episodes: string;
    /** Set of all agents. */
    readonly agents: string;
    /** Set of the episodes that did this here before. Absent when every outcome is a trial of its own. */
    readonly visits?: string;
    /** Set of the episodes that were in this state before; beside `visits`. */
    readonly stateVisits?: string;
    /** Records of the state that followed; present where {@link whatFollowed} is known. */
    readonly nextState?: string;
    /** Steps of the episode whose return is not known yet; absent when it has none. */
    readonly nStepBuffer?: string;
  };
  /** `keys.state` as an n-step buffer notes it; present where there is one. */
  readonly stateKey?: string;
  readonly evidenceId: string;
  /** The actions that explain it: as it was, and with slots. Empty where `actionNumbers` tells them. */
  readonly actions: readonly ExplainingAction[];
  /** The actions that were taken, by their numbers in the evidence. */
  readonly actionNumbers: readonly number[];
  /** What tells the state from others with its fingerprint; "" when that is on record. */
  readonly stateDigest: string;
  /** The policy this pair has, or may become: beside its evidence. */
  readonly policy: LearnedRecord;
  /** What the policy begins with. May be absent where {@link lackingOf} is asked before. */
  readonly creation?: PolicyCreation;
}

/** What only creating a policy takes. */
export interface PolicyCreation {
  readonly record: RecordKeys;
  readonly initialFields: Fields;
  readonly sideWrites: readonly SideWrite[];
}

/** Who chose an action: the cache, because of the state alone (`serve`, `trial`, `explore`), or the agent. */
export type DecisionKind = "serve" | "trial" | "explore" | "suggest" | "fallback";

/** Whether the action was taken because of the state alone. */
export function isTaken({ decision }: OutcomeEntry): boolean {
  return decision === "serve" || decision === "trial" || decision === "explore";
}

/** Whether the action was that of a policy. */
export function isOfPolicy({ decision }: OutcomeEntry): boolean {
  return decision === "serve" || decision === "trial" || decision === "suggest";
}

export function isSuccess(entry: OutcomeEntry): boolean {
  return entry.outcome === "success";
}

/** Whether the episode ended here, led to `nextState`, or the next outcome of the episode tells where it led. */
export type WhatFollowed = "ended" | "known" | "later";

export function whatFollowed({ done, nextStateFingerprint }: OutcomeEntry): WhatFollowed {
  if (done === true) return "ended";
  if (nextStateFingerprint !== undefined) return "known";
  return done === false ? "later" : "ended";
}
