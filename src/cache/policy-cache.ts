/// <reference lib="esnext.disposable" preserve="true" />
import { type Abortable, checkSignal, unlessAborted } from "../common/abort.js";
import { checkArray, checkObject } from "../common/checks.js";
import { InvalidArgumentError } from "../common/errors.js";
import { nextTurn } from "../common/timing.js";
import type { TuningConstants } from "../common/tuning/defaults.js";
import { namesOf, refuseUnknownNames } from "../common/unknown-names.js";
import type { StoreLocation } from "../keyspace/open-engine.js";
import type { OutcomeEntry } from "../operations/outcomes/outcome.js";
import type { Page } from "../repository/reading.js";
import { Repository } from "../repository/repository.js";
import type { Store } from "../store/store.js";
import type { AnyTypes, CacheTypes, JsonTypes } from "./cache-types.js";
import { decide } from "./deciding/decide.js";
import {
  type AnyDecideRequest,
  type DecideRequest,
  type DecideRequestWithFallback,
  type ExploreRequest,
  readRequest,
  type TrialRequest,
} from "./deciding/decide-request.js";
import type { Decision, FallbackDecision, ServedDecision, TrialDecision } from "./deciding/decision.js";
import type { ExploredDecision } from "./deciding/exploring/explore.js";
import type { Habits } from "./deciding/habits.js";
import { checkRotation, type RotateKeyOptions } from "./deciding/ids/rotation.js";
import { checkEvent } from "./events/check-event.js";
import type { OutcomeEvent } from "./events/outcome-event.js";
import { type AgentsOptions, type KnownAgent, pageOfAgents } from "./inspecting/agents.js";
import { type ExplainRequest, type Explanation, explain } from "./inspecting/explanation.js";
import { type LearnedState, type LearnedValuesOptions, learnedValues } from "./inspecting/learned-values.js";
import { blocksIn, type ListedBlock } from "./inspecting/listed-blocks.js";
import { type RankedPage, type RankingOptions, rankAgent } from "./inspecting/ranking.js";
import { type Statistics, type StatisticsOptions, summarize } from "./inspecting/statistics.js";
import { type CacheEvents, CacheListeners } from "./notifying/cache-events.js";
import type { PolicyCacheOptions } from "./opening/cache-options.js";
import { type CacheParts, openParts } from "./opening/open-parts.js";
import { PolicyEntry } from "./policy-entry.js";
import type { EvidenceMode } from "./recording/evidence-mode.js";
import { Recorder } from "./recording/recorder.js";
import { crystallizedBy, Workers } from "./recording/workers.js";
import { learnFrom, type ReportResult } from "./reporting/report.js";
import type { Report } from "./reporting/reported-entry.js";
import { type BlockedAction, type BlockRequest, block, unblock } from "./retiring/blocking.js";
import { type InvalidationResult, type InvalidationSelector, invalidate } from "./retiring/invalidation.js";
import { type PolicyName, restore, retire } from "./retiring/retirement.js";

import { examine, type Health } from "./watching/health.js";
import { checkHealthOptions, type HealthOptions } from "./watching/health-options.js";
import { HealthWatch } from "./watching/health-watch.js";

/** What became of an event. */
export interface RecordResult {
  /** False when an event with this id was recorded before; nothing was done then. */
  readonly recorded: boolean;
  /** Policies created by this event and older ones that waited; 0 when a worker counts them later. */
  readonly crystallized: number;
}

/** What became of several events. */
export interface RecordManyResult {
  readonly recorded: number;
  readonly duplicates: number;
  /** Policies created by these events and older ones that waited; 0 when a worker counts them later. */
  readonly crystallized: number;
}

/** Checking more at once would keep this process from anything else. */
const CHECKED_IN_A_TURN = 1000;

const HEALTH_INTERVAL_MS = 10_000;

const WAIT_NAMES = namesOf<Abortable>({ signal: true });

/**
 * @throws {@link InvalidArgumentError} for what is no cache, and for a proxy of one, which could not do its work
 * @internal
 */
export let requireCache: (value: unknown) => PolicyCache;

/**
 * Learned reflexes for an agent: record what happened, ask what to do, report how it went.
 *
 * All agents of a store share one cache and never see each other's data.
 *
 * @typeParam Types - what states and actions look like; default: JSON objects of any kind
 */
export class PolicyCache<Types extends CacheTypes = AnyTypes> {
  /** The store underneath, for composing one's own models and consumers. */
  readonly store: Store;
  /** The policies as ordinary records. */
  readonly policies: Repository<typeof PolicyEntry>;
  readonly #recorder: Recorder;
  readonly #habits: Habits;
  readonly #mode: EvidenceMode;
  readonly #workers: Workers;
  readonly #listeners = new CacheListeners();
  readonly #watch: HealthWatch;
  readonly #ownsStore: boolean;
  #closed: Promise<void> | undefined;

  static {
    requireCache = (value) => {
      if (typeof value === "object" && value !== null && #habits in value) return value as unknown as PolicyCache;
      throw new InvalidArgumentError("cache", value, "a cache from PolicyCache.open");
    };
  }

  private constructor({ store, ownsStore, habits, mode, options }: CacheParts) {
    this.store = store;
    this.policies = new Repository(store, PolicyEntry);
    this.#ownsStore = ownsStore;
    this.#habits = habits;
    this.#mode = mode;
    this.#workers = new Workers(store, mode, options, (changes) => this.#listeners.emitChanges(changes));
    const tell = (health: Health) => this.#listeners.emit("health", health);
    this.#watch = new HealthWatch(() => this.health(), tell, options.healthIntervalMs ?? HEALTH_INTERVAL_MS);
    this.#recorder = new Recorder(store, mode, this.#workers.mode === "inline");
  }

  /**
   * Opens a cache on `memory:`, on a SQLite file or on a Redis server, where it is created when it does not exist; or on
   * an open store, whose own clock, randomness and defaults then hold, and which stays open when the cache is closed.
   *
   * @example
   * ```ts
   * import { PolicyCache } from "policycache";
   *
   * interface Ticket {
   *   readonly kind: "refund" | "question";
   *   readonly vip?: boolean;
   * }
   * type Step = { type: "refund"; spec: { percent: number } } | { type: "escalate" };
   *
   * await using cache = await PolicyCache.open<{ state: Ticket; action: Step }>("memory:", { workers: "inline" });
   * for (let run = 0; run < 6; run++) {
   *   const action = { type: "refund", spec: { percent: 100 } } as const;
   *   await cache.record({ state: { kind: "refund" }, action, outcome: "success" });
   * }
   * const decision = await cache.decide({ state: { kind: "refund" } });
   * if (decision.kind === "serve" && decision.action.type === "refund") console.log(decision.action.spec.percent);
   * // → 100
   * ```
   * @throws {@link ConfigurationError} for an option out of range, before anything is opened
   * @throws {@link StoreError} when it cannot be opened, {@link DataFormatError} when it is not ours
   */
  static async open<Types extends CacheTypes & JsonTypes<Types> = AnyTypes>(
    location: StoreLocation | Store,
    options: PolicyCacheOptions<Types> = {},
  ): Promise<PolicyCache<Types>> {
    const untyped = options as unknown as PolicyCacheOptions;
    return new PolicyCache<Types>(await openParts(location, untyped));
  }

  /** The constants in force. */
  get defaults(): TuningConstants {
    return this.store.defaults;
  }

  /**
   * Appends one event to the outcome stream; its evidence is counted exactly once, in stream order. One transaction.
   *
   * @example
   * ```ts
   * import { PolicyCache } from "policycache";
   *
   * await using cache = await PolicyCache.open("memory:", { workers: "inline" });
   * const event = { state: { task: "deploy" }, action: { type: "run_playbook" }, outcome: "success", id: "1" } as const;
   * console.log(await cache.record(event), await cache.record(event));
   * // → { recorded: true, crystallized: 0 } { recorded: false, crystallized: 0 }
   * ```
   * @throws {@link InvalidArgumentError} naming the part of the event that is wrong; nothing is recorded then
   */
  async record(event: OutcomeEvent<Types>): Promise<RecordResult> {
    const { recorded, crystallized } = await this.recordChecked([
      checkEvent(event, this.store.nowSeconds(), this.#habits.actions),
    ]);
    return { recorded: recorded === 1, crystallized };
  }

  /**
   * Records events in order; when one is wrong, none. Any number is taken, in steps of at most 250 events or a million characters
   * of one shard, so that neither this process nor the server stands still. Each step is atomic; when one fails, those before it
   * are recorded. Repeating the call is safe for events with an id.
   */
  async recordMany(events: readonly OutcomeEvent<Types>[]): Promise<RecordManyResult> {
    const nowSeconds = this.store.nowSeconds();
    const entries: OutcomeEntry[] = [];
    for (const event of checkArray("events", events)) {
      if (entries.length % CHECKED_IN_A_TURN === CHECKED_IN_A_TURN - 1) await nextTurn();
      entries.push(checkEvent(event, nowSeconds, this.#habits.actions));
    }
    return this.recordChecked(entries);
  }

  /**
   * As {@link recordMany}, for a loader that has checked each event by itself with `checkEvent`.
   *
   * @internal
   */
  async recordChecked(entries: readonly OutcomeEntry[]): Promise<RecordManyResult> {
    const { recorded, changes, counted } = await this.#recorder.record(entries);
    this.#listeners.emitChanges(changes);
    const waited = this.#workers.mode === "inline" && !counted ? await this.#workers.countWaiting() : 0;
    return { recorded, duplicates: entries.length - recorded, crystallized: crystallizedBy(changes) + waited };
  }

  /**
   * Says what to do in a state: serve a policy, suggest one, or abstain and say what is missing. Writes nothing,
   * except how often a check refused an action; one keyed read, whose cost grows with the actions known in this state only.
   *
   * With `explore`, draws one of the actions of the state instead, and says with which chance. With `fallback`, calls the
   * agent's own way to decide unless it serves: the answer then has the action, and an id to report it.
   *
   * @example
   * ```ts
   * import { PolicyCache } from "policycache";
   *
   * await using cache = await PolicyCache.open("memory:");
   * const askModel = async () => ({ type: "run_playbook", spec: { playbook: "deploy.yml" } });
   * const decision = await cache.decide({ state: { task: "deploy" }, fallback: askModel });
   * console.log(decision.kind, decision.action);
   * // → fallback { type: 'run_playbook', spec: { playbook: 'deploy.yml' } }
   * ```
   * @throws {@link InvalidArgumentError} naming the part of the request that is wrong
   */
  decide(
    request: ExploreRequest<Types> & DecideRequestWithFallback<Types>,
  ): Promise<ServedDecision<Types> | TrialDecision<Types> | ExploredDecision<Types> | FallbackDecision<Types>>;
  decide(
    request: DecideRequestWithFallback<Types>,
  ): Promise<ServedDecision<Types> | TrialDecision<Types> | FallbackDecision<Types>>;
  decide(request: TrialRequest<Types>): Promise<Decision<Types> | TrialDecision<Types>>;
  decide(request: ExploreRequest<Types>): Promise<Decision<Types> | ExploredDecision<Types>>;
  decide(request: DecideRequest<Types>): Promise<Decision<Types>>;
  async decide(
    request: DecideRequest<Types>,
  ): Promise<Decision<Types> | TrialDecision<Types> | ExploredDecision<Types> | FallbackDecision<Types>> {
    const given = readRequest(request as unknown as AnyDecideRequest);
    const { signal } = given;
    checkSignal(signal);
    const decision = await unlessAborted(
      decide(this.store, given, this.#habits, (change) => {
        this.#listeners.emitChanges([change]);
      }),
      signal,
    );
    return this.#listeners.emitDecision(decision) as unknown as Decision<Types>;
  }

  /**
   * Learns from the outcome of a decision: Q-value, confidence, clock, cycles, use, prediction error, links to the
   * decisions of its context, and evidence, in one atomic step, once per decision. Do not also `record` the outcome. The
   * outcome of an explored action counts whether it has a policy or not, and is logged in the outcome stream.
   *
   * @example
   * ```ts
   * import { PolicyCache } from "policycache";
   *
   * await using cache = await PolicyCache.open("memory:");
   * const { decisionId } = await cache.decide({ state: { task: "deploy" }, fallback: () => ({ type: "wait" }) });
   * const result = await cache.report(decisionId, { outcome: "success", reward: 0.8 });
   * if (result.status === "learned") console.log(result.qValue.toFixed(2));
   * // → 0.08
   * ```
   * @throws {@link InvalidArgumentError} for an id that no decision of this store carried, that was damaged, that is of another
   *   agent than the report says, or older than `reportTtlSeconds`
   */
  async report(decisionId: string, report: Report<Types>): Promise<ReportResult> {
    const discovers = this.#workers.looksForRhythms;
    const { result, change } = await learnFrom(
      this.store,
      this.#habits,
      decisionId,
      report as Report,
      this.#mode,
      discovers,
    );
    if (change !== undefined) this.#listeners.emitChanges([change]);
    this.#listeners.emit("reported", { decisionId, report: report as Report, result });
    return result;
  }

  /**
   * Seals the ids of decisions with a new key from here on; other processes that use the store take it within ten minutes
   * of their next decision or report. Ids given out before can be reported as long as they could have been. When the key may
   * have become known, revoke it: whoever has it could make ids until then. docs/security.md.
   */
  async rotateDecisionKey(options: RotateKeyOptions = {}): Promise<void> {
    await this.#habits.ids.rotate(checkRotation(options));
  }

  /**
   * Everything behind the answer to one state: scores with their parts, the evidence of each action with its last outcomes
   * and what became of it, predictions, cycles, related policies, guards, what is missing. Guards are called as by
   * `decide`; nothing is written.
   *
   * @throws {@link InvalidArgumentError} naming the part of the request that is wrong
   */
  async explain(request: ExplainRequest<Types>): Promise<Explanation<Types>> {
    const explanation = await explain(this.store, request as ExplainRequest, this.#habits);
    return explanation as unknown as Explanation<Types>;
  }

  /**
   * Takes a policy out of service, without forgetting anything: `decide` passes it over until new outcomes suffice, or it is
   * restored.
   *
   * @param reason - shown by `decide` and `explain`; at most 512 characters
   * @returns false when there is no such policy, or it is retired already
   */
  async retire(policy: PolicyName<Types>, reason: string): Promise<boolean> {
    const retired = await retire(this.store, policy as PolicyName, reason);
    if (retired !== undefined) this.#listeners.emit("retired", { ...retired, reason });
    return retired !== undefined;
  }

  /**
   * Takes a retirement back, as if it had been a mistake: all outcomes ever counted are in force again, and are the past
   * that later ones are held against.
   *
   * @returns false when there is no such policy, or it is not retired
   */
  async restore(policy: PolicyName<Types>): Promise<boolean> {
    const restored = await restore(this.store, policy as PolicyName);
    if (restored !== undefined) this.#listeners.emit("restored", restored);
    return restored !== undefined;
  }

  /**
   * Keeps an action of one state from being served, tried, suggested or explored, also before there is a policy, and
   * whatever its outcomes: they are counted on, and the block lasts until its time or {@link unblock}. The agent's own way may
   * still choose it. Blocking the same action again replaces the reason and the time.
   *
   * @returns false when the same block is there already
   * @throws {@link InvalidArgumentError} naming the part of the request that is wrong
   * @throws {@link PolicyCacheError} LIMIT_REACHED beyond 100 blocks of one type in one state
   */
  async block(request: BlockRequest<Types>): Promise<boolean> {
    const blocked = await block(this.store, request as BlockRequest);
    if (blocked !== undefined) this.#listeners.emit("blocked", blocked);
    return blocked !== undefined;
  }

  /**
   * Takes a block away: that of the whole type, or, with `spec`, that of the very action.
   *
   * @returns false when there is no such block
   */
  async unblock(action: BlockedAction<Types>): Promise<boolean> {
    const unblocked = await unblock(this.store, action as BlockedAction);
    if (unblocked !== undefined) this.#listeners.emit("unblocked", unblocked);
    return unblocked !== undefined;
  }

  /**
   * Retires all policies of an agent that match: of one type of action, in one state, depending on given versions. They can
   * be restored one by one, or become policies again on new evidence. Actions that match and have no policy in service
   * start over. What was recorded and is not counted yet counts as new. Reads all states of the agent unless one is given.
   *
   * @throws {@link InvalidArgumentError} naming the part of the selector that is wrong
   */
  invalidate(selector: InvalidationSelector<Types>): Promise<InvalidationResult> {
    return invalidate(this.store, selector as InvalidationSelector, (policy, reason) =>
      this.#listeners.emit("retired", { ...policy, reason }),
    );
  }

  /** A page of the policies of one agent over all its states, best first. Cost grows with the page's place. */
  async ranking(options: RankingOptions = {}): Promise<RankedPage> {
    return rankAgent(this.store, options, this.#habits.rules);
  }

  /**
   * What an agent has learned about every action it ever took, state by state. Reads it all, a page at a time; with `after`,
   * from that state on.
   */
  values(options: LearnedValuesOptions = {}): AsyncGenerator<LearnedState<Types>> {
    const states = learnedValues(this.store, options, this.#habits.rules);
    return states as unknown as AsyncGenerator<LearnedState<Types>>;
  }

  /**
   * Every block of an agent, also where it is over, in the order of the states. Reads all states, a page at a time; with
   * `after`, from that state on.
   */
  blocks(options: LearnedValuesOptions = {}): AsyncGenerator<ListedBlock<Types>> {
    const blocks = blocksIn(learnedValues(this.store, options, this.#habits.rules));
    return blocks as unknown as AsyncGenerator<ListedBlock<Types>>;
  }

  /** A page of the agents of the store, in order of their ids, with how much there is of each. */
  agents(options: AgentsOptions = {}): Promise<Page<KnownAgent>> {
    return pageOfAgents(this.store, options);
  }

  /** Counts of what is stored. Reads every pair of every agent: O(n), for people rather than for programs. */
  async statistics(options: StatisticsOptions = {}): Promise<Statistics> {
    return summarize(this.store, options);
  }

  /**
   * Tells a listener what this cache does: see {@link CacheEvents}. Listeners are called after it was done, and nothing waits
   * for them; what one throws or rejects with harms nobody, and becomes a process warning once. While somebody listens to
   * "health", the cache looks at its health every `healthIntervalMs`.
   *
   * @returns a function that ends it
   */
  on<Name extends keyof CacheEvents>(name: Name, listener: (event: CacheEvents<Types>[Name]) => unknown): () => void {
    const end = this.#listeners.add(name, listener as unknown as (event: CacheEvents[Name]) => unknown);
    if (name !== "health") return end;
    const leave = this.#watch.join();
    return () => {
      end();
      leave();
    };
  }

  /**
   * How this cache and its store are doing: what waits to be counted and since when, who counts it, whether the data is kept.
   * Each check says what to do. Nothing is written, and nothing that is wrong is thrown; about one round trip.
   * docs/health.md.
   *
   * @example
   * ```ts
   * import { PolicyCache } from "policycache";
   *
   * await using cache = await PolicyCache.open("memory:");
   * const { status, checks } = await cache.health();
   * for (const { name, detail, remedy } of checks) if (remedy !== undefined) console.log(name, detail, remedy);
   * console.log(status);
   * // → ok
   * ```
   */
  async health(options: HealthOptions = {}): Promise<Health> {
    const { timeoutMs, signal } = checkHealthOptions(options);
    return examine({ store: this.store, workers: this.#workers }, timeoutMs, signal);
  }

  /** Resolves when every event recorded before this call is counted, and with `discovery` was looked at for rhythms. */
  async flush(options: Abortable = {}): Promise<void> {
    const given = refuseUnknownNames(checkObject("options", options), WAIT_NAMES);
    checkSignal(given.signal);
    await this.#workers.catchUp(given.signal);
  }

  /**
   * Finishes the batches the workers are at and closes the store, unless the cache was opened on an open one. What is not
   * yet counted is counted after the next open. When the wait is aborted, closing goes on.
   */
  async close(options: Abortable = {}): Promise<void> {
    const given = refuseUnknownNames(checkObject("options", options), WAIT_NAMES);
    this.#closed ??= this.#stop();
    checkSignal(given.signal);
    await unlessAborted(this.#closed, given.signal);
  }

  /** As {@link close}, at the end of a block that opened it with `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #stop(): Promise<void> {
    this.#watch.stop();
    await this.#workers.stop();
    if (this.#ownsStore) await this.store.close();
  }
}
