import { RETIRED_BY_OUTCOMES } from "../../operations/evidence/retirement.js";
import type { PolicyChange } from "../../operations/outcomes/policy-change.js";
import type { AnyTypes, CacheTypes } from "../cache-types.js";
import type {
  Abstention,
  Decision,
  FallbackDecision,
  ServedDecision,
  SuggestedDecision,
  TrialDecision,
} from "../deciding/decision.js";
import type { ExploredDecision } from "../deciding/exploring/explore.js";
import type { Block } from "../evidence/blocks.js";
import { type PolicyIdentity, policyLayout } from "../policy-entry.js";
import type { ReportResult } from "../reporting/report.js";
import type { Report } from "../reporting/reported-entry.js";
import type { BlockedPair } from "../retiring/blocking.js";
import type { Health } from "../watching/health.js";
import { Listeners } from "./listeners.js";

/**
 * What a cache tells its listeners, by name: what it did itself, after it was done. What other processes do to the same
 * store is not among it, nor is what a StreamConsumer elsewhere counts.
 */
export interface CacheEvents<Types extends CacheTypes = AnyTypes> {
  /** The evidence of an action sufficed, and its policy was created. */
  readonly crystallized: PolicyIdentity;
  /** A policy was taken out of service: by name, or because its outcomes had turned bad. */
  readonly retired: RetiredEvent;
  /** A policy is in service again: by name, or because outcomes since its retirement suffice. */
  readonly restored: PolicyIdentity;
  /** An action was blocked, or its block replaced. */
  readonly blocked: BlockedEvent;
  /** A block was taken away. */
  readonly unblocked: BlockedPair;
  readonly served: ServedDecision<Types>;
  /** An action was taken to find out whether it may be served. */
  readonly tried: TrialDecision<Types>;
  readonly suggested: SuggestedDecision<Types>;
  readonly abstained: Abstention;
  readonly explored: ExploredDecision<Types>;
  /** Nothing was served, and the fallback decided. */
  readonly fellBack: FallbackDecision<Types>;
  /** The outcome of a decision was reported. */
  readonly reported: ReportedEvent<Types>;
  /** The status of a check of the cache's health has changed, for the worse or the better. */
  readonly health: Health;
}

/** The policy that went out of service, and why. */
export interface RetiredEvent extends PolicyIdentity {
  /** "outcomes" when they had turned bad, otherwise what the caller gave. */
  readonly reason: string;
}

/** What was blocked, and why. */
export interface BlockedEvent extends BlockedPair, Block {}

/** A report that was made of a decision, and what was learned from it. */
export interface ReportedEvent<Types extends CacheTypes = AnyTypes> {
  /** The decision that was reported on. */
  readonly decisionId: string;
  /** The report as it was given. */
  readonly report: Report<Types>;
  /** What `report` returned. */
  readonly result: ReportResult;
}

const EVENT_OF = {
  serve: "served",
  trial: "tried",
  suggest: "suggested",
  abstain: "abstained",
  explore: "explored",
  fallback: "fellBack",
} as const;

/** The listeners of a cache. */
export class CacheListeners extends Listeners<CacheEvents> {
  constructor() {
    const others = ["crystallized", "retired", "restored", "blocked", "unblocked", "reported", "health"] as const;
    super([...Object.values(EVENT_OF), ...others]);
  }

  emitDecision<Made extends Decision | TrialDecision | ExploredDecision | FallbackDecision>(decision: Made): Made {
    if (this.isEmpty) return decision;
    this.emit(EVENT_OF[decision.kind], decision as never);
    return decision;
  }

  emitChanges(changes: readonly PolicyChange[]): void {
    if (this.isEmpty) return;
    for (const { kind, agentId, name } of changes) {
      const [, stateFingerprint = "", actionType = ""] = policyLayout.valuesOf(agentId, name);
      const policy = { agentId, stateFingerprint, actionType };
      if (kind === "retired") this.emit(kind, { ...policy, reason: RETIRED_BY_OUTCOMES });
      else this.emit(kind, policy);
    }
  }
}
