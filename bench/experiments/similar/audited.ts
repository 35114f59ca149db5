import {
  auditedThresholds,
  isProvenByState,
  newAudit,
  noteInAudit,
  THRESHOLDS,
  thresholdInUse,
} from "../../../src/maths/audit/audit.js";
import { countAfterResets, DRIFT_LIMIT, driftAfter } from "../../../src/maths/audit/drift.js";
import type { AuditedBy } from "../../../src/maths/audit/judging.js";
import { isVetoed } from "../../../src/maths/audit/veto.js";
import type { Learner, Usual } from "./learner.js";

/** α of every promise here. */
export const ALPHA = 0.05;

/** What an audit may differ in. */
interface AuditedOptions {
  /** By what states prove by themselves. Default: as the audit. */
  readonly statesBy?: AuditedBy;
  readonly alpha?: number;
}

/** Below such a share of the agent's decisions an action is not its usual one. */
const MIN_SHARE = 0.5;

/** One budget under audit, for one agent. */
export class Audited {
  readonly budget: number;
  readonly #by: AuditedBy;
  readonly #statesBy: AuditedBy;
  readonly #alpha: number;
  #audit = newAudit();
  #threshold: number | undefined;
  #drift = 1;
  #resets = 0;

  constructor(budget: number, by: AuditedBy, { statesBy = by, alpha = ALPHA }: AuditedOptions = {}) {
    this.budget = budget;
    this.#by = by;
    this.#statesBy = statesBy;
    this.#alpha = alpha;
  }

  get resets(): number {
    return this.#resets;
  }

  /** The threshold from which on is served; undefined while none holds. */
  get threshold(): number | undefined {
    return this.#threshold;
  }

  /** The score that is compared with thresholds; undefined for an action that is not to be served whatever the audit says. */
  scoreOf({ share, goodShare, successShare, outcomes }: Usual): number | undefined {
    if (this.#by === "agreement") return share;
    if (share < MIN_SHARE || isVetoed(outcomes, this.budget, this.#alpha)) return undefined;
    return this.#by === "strict" ? goodShare : successShare;
  }

  serves(usual: Usual): boolean {
    const score = this.scoreOf(usual);
    if (score === undefined) return false;
    return this.isProvenByState(usual) || (this.#threshold !== undefined && score >= this.#threshold);
  }

  isProvenByState({ own: { decisions, chosen, succeeded } }: Usual): boolean {
    if (this.#statesBy === "agreement") return isProvenByState(chosen, decisions, this.budget, this.#alpha);
    return isProvenByState(succeeded, this.#statesBy === "strict" ? decisions : chosen, this.budget, this.#alpha);
  }

  /** @param learner - whose counts weigh less after a drift; without it drift is not looked for */
  note(score: number, isRight: boolean, learner?: Learner): void {
    const isServed = this.#threshold !== undefined && score >= this.#threshold;
    noteInAudit(this.#audit, score, isRight);
    if (learner !== undefined && isServed) {
      this.#drift = driftAfter(this.#drift, isRight, this.budget);
      if (this.#drift >= DRIFT_LIMIT) {
        this.#audit = newAudit();
        this.#drift = 1;
        this.#resets += 1;
        learner.weaken(countAfterResets(1, 1));
      }
    }
    if (score >= (THRESHOLDS.at(-1) ?? 0)) {
      this.#threshold = thresholdInUse(auditedThresholds(this.#audit, this.budget, this.#alpha))?.threshold;
    }
  }
}
