import type { DecisionKind } from "../../../operations/outcomes/outcome.js";

/** A coin that let an action be taken, or left the decision to the agent. */
export interface Coin {
  /** Of the action that the coin was about. */
  readonly actionType: string;
  /** Its number in the evidence. */
  readonly actionNumber: number;
  /** The chance with which it is taken. */
  readonly takenPropensity: number;
}

/** Every kind; ids hold the place of theirs in this list. */
export const DECISION_KINDS: readonly DecisionKind[] = ["serve", "trial", "explore", "suggest", "fallback"];

/** What a decision remembers of itself until it is reported. It travels, sealed, in the decision's id. */
export interface DecisionRecord {
  readonly kind: DecisionKind;
  readonly agentId: string;
  readonly stateFingerprint: string;
  readonly actionType: string;
  /** The actions that explain what was decided, by their numbers in the evidence; empty when they are to be found. */
  readonly actionNumbers: readonly number[];
  readonly decidedAtSeconds: number;
  /** Whether it was counted as open when it was made; false until it was. */
  readonly isOpen: boolean;
  /** The Q-value at decision time: the reward the decision expects. */
  readonly qValue: number;
  /** Names of the policies acted on before in the same task. */
  readonly context: readonly string[];
  /** The chance with which it was decided so, above 0; 1 when nothing was drawn. */
  readonly propensity: number;
  /** The error budget it was decided under; undefined when there was none. */
  readonly errorBudget: number | undefined;
  /** The coin it was decided by, where it counts for a comparison with the agent. */
  readonly coin?: Coin | undefined;
  /** "" when the decision belongs to no episode. */
  readonly episodeId: string;
  /** Canonical JSON of the state, the specification and the parameters; "" when they are on record, or there are none. */
  readonly stateFeatures: string;
  readonly actionSpec: string;
  readonly params: string;
}

/** A record as it was found in an id. */
export interface OpenedDecision extends DecisionRecord {
  /** Tells two decisions of the same moment apart. */
  readonly nonce: string;
}
