import type { Fields } from "../../keyspace/port/keyspace.js";
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
    /** Set of the episodes that were here before. Absent when every outcome is a trial of its own. */
    readonly visits?: string;
    /** Records of the state that followed; present where {@link whatFollowed} is known. */
    readonly nextState?: string;
    /** Steps of the episode whose return is not known yet; absent when it has none. */
    readonly nStepBuffer?: string;
  };
  /** `keys.state` as an n-step buffer notes it; present where there is one. */
  readonly stateKey?: string;
  readonly evidenceId: string;
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
