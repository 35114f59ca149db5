import type { FallbackDecision, PolicyCache, ServedDecision, TrialDecision } from "../../../harness/library.js";
import type { Setting } from "./setting.js";
import type { World } from "./worlds.js";

/** What happened in one world. */
export interface LifeRecord {
  readonly decisions: number;
  readonly served: number;
  /** Served, and failed. */
  readonly wrong: number;
  /** Whether an action was ever served that fails more often than the budget when it is taken. */
  readonly servedBad: boolean;
  /** Decisions before the first one that was served; absent when none was. */
  readonly beforeServed?: number;
  readonly failedTrials: number;
  /** The most by which failed trials exceeded what a state may spend on them: never above 0. */
  readonly overspent: number;
  /** The most by which failures of taken outcomes in a row, before a stop, exceeded budget · n: always below 11. */
  readonly mostBeyondBudget: number;
  /** Served and failed, after the world had turned. */
  readonly wrongAfterTurn: number;
}

/** What a state may spend on trials: the defaults of the library. */
const FREE_TRIALS = 3;
const SHARE_OF_TRIALS = 0.01;

/** One state, its agent, and a cache beside it. */
export class Life {
  readonly #cache: PolicyCache;
  readonly #state: { readonly world: number };
  readonly #world: World;
  readonly #setting: Setting;
  readonly #late: { readonly dueAt: number; readonly decisionId: string }[] = [];
  /** By action, since it was last stopped. */
  readonly #beyondBudget = new Map<string, number>();
  #decisions = 0;
  #served = 0;
  #wrong = 0;
  #servedBad = false;
  #beforeServed: number | undefined;
  #failedTrials = 0;
  #overspent = Number.NEGATIVE_INFINITY;
  #mostBeyondBudget = 0;
  #wrongAfterTurn = 0;
  #isOver = false;

  constructor(cache: PolicyCache, number: number, world: World, setting: Setting) {
    this.#cache = cache;
    this.#state = { world: number };
    this.#world = world;
    this.#setting = setting;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  get record(): LifeRecord {
    return {
      decisions: this.#decisions,
      served: this.#served,
      wrong: this.#wrong,
      servedBad: this.#servedBad,
      ...(this.#beforeServed === undefined ? {} : { beforeServed: this.#beforeServed }),
      failedTrials: this.#failedTrials,
      overspent: this.#overspent,
      mostBeyondBudget: this.#mostBeyondBudget,
      wrongAfterTurn: this.#wrongAfterTurn,
    };
  }

  /** Decides, acts, and reports what is due. */
  async step(): Promise<void> {
    const { trials: rate, until, world } = this.#setting;
    const moment = this.#world.next(this.#served);
    const hasTurned = world.name === "turning" && this.#served >= world.served;
    const trials = rate === 0 ? ("none" as const) : { rate };
    const fallback = () => ({ type: moment.choice });
    const decision = await this.#cache.decide({ state: this.#state, trials, fallback });
    const isSuccess = moment.succeeds(decision.action.type);
    this.#count(decision, isSuccess, hasTurned);
    await this.#report(decision.decisionId, isSuccess);
    if (until === "served" && decision.kind === "serve") this.#isOver = true;
    if (until === "unserved" && hasTurned && decision.kind !== "serve") this.#isOver = true;
  }

  #count(
    { kind, action, ranked }: ServedDecision | TrialDecision | FallbackDecision,
    isSuccess: boolean,
    hasTurned: boolean,
  ) {
    const { budget } = this.#setting;
    for (const { entry, evidence } of ranked) {
      if (evidence.retired !== undefined) this.#beyondBudget.delete(entry.actionType);
    }
    if (kind === "serve") {
      this.#beforeServed ??= this.#decisions;
      this.#served += 1;
      if (!isSuccess) this.#wrong += 1;
      if (!isSuccess && hasTurned) this.#wrongAfterTurn += 1;
      if (this.#world.rateOf(action.type) < 1 - budget) this.#servedBad = true;
    }
    if (kind === "trial" && !isSuccess) this.#failedTrials += 1;
    if (kind !== "fallback") {
      const beyond = Math.max(0, this.#beyondBudget.get(action.type) ?? 0) + (isSuccess ? 0 : 1) - budget;
      this.#beyondBudget.set(action.type, beyond);
      this.#mostBeyondBudget = Math.max(this.#mostBeyondBudget, beyond);
    }
    this.#decisions += 1;
    const allowed = FREE_TRIALS + SHARE_OF_TRIALS * this.#decisions;
    this.#overspent = Math.max(this.#overspent, this.#failedTrials - allowed);
  }

  async #report(decisionId: string, isSuccess: boolean): Promise<void> {
    const { lateBy = 0 } = this.#setting;
    if (isSuccess || lateBy === 0) {
      await this.#cache.report(decisionId, { outcome: isSuccess ? "success" : "failure" });
    } else {
      this.#late.push({ dueAt: this.#decisions + lateBy, decisionId });
    }
    while ((this.#late[0]?.dueAt ?? Number.POSITIVE_INFINITY) <= this.#decisions) {
      const due = this.#late.shift();
      if (due !== undefined) await this.#cache.report(due.decisionId, { outcome: "failure" });
    }
  }
}
