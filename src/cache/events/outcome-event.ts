import { namesOf } from "../../common/unknown-names.js";
import type { JsonObject } from "../../maths/json/json-value.js";
import type { OutcomeName } from "../../operations/outcomes/outcome.js";
import type { AnyTypes, CacheTypes } from "../cache-types.js";

export type { OutcomeName };

/** What an agent saw, did and got. In JSON, an optional part may also be null. */
export interface OutcomeEvent<Types extends CacheTypes = AnyTypes> {
  /** Default "default". Agents never see each other's events. */
  readonly agentId?: string | undefined;
  /** What the agent knew before acting. Equal features, in any order, are the same state. */
  readonly state: Types["state"];
  /** What the agent did: a type, and a spec with its parameters. Evidence is counted for both together. */
  readonly action: Types["action"];
  /**
   * What the situation had beside its state, such as the file that was asked about. Not part of the state's identity: the
   * parameters of the action may be filled from it. Default: nothing.
   */
  readonly params?: JsonObject | undefined;
  /** How it ended. */
  readonly outcome: OutcomeName;
  /** Any finite scale. Default: none; then the event counts as evidence and no value is learned from it. */
  readonly reward?: number | undefined;
  /** Unique per agent. An event whose id was recorded before is ignored, however long ago that was. */
  readonly id?: string | undefined;
  /** The episode this event is a step of. Default: none. */
  readonly episodeId?: string | undefined;
  /** Position within the episode, from 0. */
  readonly step?: number | undefined;
  /**
   * Whether the episode ended with this event: then nothing is added to its reward. False without `nextState`: the state
   * of the next event of the episode is what followed. Default: it ended, unless there is a `nextState`.
   */
  readonly done?: boolean | undefined;
  /** The state that followed, whose best known value is added to the reward, discounted. */
  readonly nextState?: Types["state"] | undefined;
  /** The chance with which whoever decided chose this action: above 0, at most 1. Kept for evaluation. */
  readonly propensity?: number | undefined;
  /** When it happened, in Unix seconds. Default: now. */
  readonly ts?: number | undefined;
  /**
   * Versions of what the outcome depends on, by name. Outcomes under other versions are not evidence for this one: when it
   * changes, the evidence of the pair starts over.
   */
  readonly dependsOn?: GivenVersions | undefined;
  /** Unix seconds from which on the action is not to be served. The newest event that says so counts. */
  readonly validUntil?: number | undefined;
}

/** What an event may consist of. */
export const EVENT_NAMES = namesOf<OutcomeEvent>({
  agentId: true,
  state: true,
  action: true,
  params: true,
  outcome: true,
  reward: true,
  id: true,
  episodeId: true,
  step: true,
  done: true,
  nextState: true,
  propensity: true,
  ts: true,
  dependsOn: true,
  validUntil: true,
});

/** Versions by name, such as `{ playbook: "3" }`. */
export type Versions = Readonly<Record<string, string>>;

/** As {@link Versions}; what is undefined is absent. */
export type GivenVersions = Readonly<Record<string, string | undefined>>;

export const DEFAULT_AGENT = "default";
