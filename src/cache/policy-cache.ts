import { randomUUID } from "node:crypto";
import { ConfigurationError, InvalidArgumentError } from "../common/errors.js";
import { resolveDefaults, type TuningConstants } from "../common/tuning/defaults.js";
import { type KnownNames, namesOf, refuseUnknownOptions } from "../common/unknown-names.js";
import type { StoreLocation } from "../keyspace/open-engine.js";
import type { OutcomeEntry } from "../operations/outcomes/outcome.js";
import { createGroup, isCaughtUp } from "../operations/streams/streams.js";
import { agreeOnEvidenceCaps } from "../primitives/confidence-field.js";
import { Repository } from "../repository/repository.js";
import { openStore, STORE_OPTION_NAMES, Store, type StoreOptions } from "../store/store.js";
import { StreamConsumer } from "../streams/stream-consumer.js";
import type { ActionTypes } from "./actions/action-types.js";
import { decide } from "./deciding/decide.js";
import type { DecideRequest, DecideRequestWithFallback, ExploreRequest } from "./deciding/decide-request.js";
import type { Decision, FallbackDecision, ScoredPolicy, ServedDecision } from "./deciding/decision.js";
import type { ExploredDecision } from "./deciding/exploring/explore.js";
import { type Habits, habits } from "./deciding/habits.js";
import { checkEvent } from "./events/check-event.js";
import type { OutcomeEvent, Versions } from "./events/outcome-event.js";
import { type ExplainRequest, type Explanation, explain } from "./inspecting/explanation.js";
import { type LearnedState, type LearnedValuesOptions, learnedValues } from "./inspecting/learned-values.js";
import { type RankedPage, type RankingOptions, rankAgent } from "./inspecting/ranking.js";
import { type Statistics, type StatisticsOptions, summarize } from "./inspecting/statistics.js";
import { PolicyEntry } from "./policy-entry.js";
import { crystallize } from "./recording/crystallization.js";
import { agreeOnEvidenceMode, type EvidenceMode, readEvidenceMode } from "./recording/evidence-mode.js";
import { CRYSTALLIZER_GROUP, OUTCOME_STREAM } from "./recording/outcome-stream.js";
import { Recorder } from "./recording/recorder.js";
import { learnFrom, type ReportResult } from "./reporting/report.js";
import type { Report } from "./reporting/reported-entry.js";
import { type InvalidationResult, type InvalidationSelector, invalidate } from "./retiring/invalidation.js";
import { type PolicyName, restore, retire } from "./retiring/retirement.js";
import { DISCOVERY_GROUP, temporalDiscoveryHandler } from "./rhythms/temporal-discovery.js";

export interface PolicyCacheOptions extends StoreOptions {
  /**
   * Who turns recorded events into evidence. `background`: this process, shortly after `record` returned. `inline`:
   * `record` itself, before it returns. `none`: a StreamConsumer elsewhere. Default `background`; `none` with `readOnly`.
   */
  readonly workers?: "background" | "inline" | "none" | undefined;
  /** Most events a worker counts in one atomic step. Integer >= 1, default 50. */
  readonly batchSize?: number | undefined;
  /**
   * Whether this cache looks for weekly and daily rhythms: in the events of the stream, in the background, and in what is
   * reported to it. docs/rhythms.md. Default false.
   */
  readonly discovery?: boolean | undefined;
  /** What holds for single types of actions, by their name: an error budget of their own, guards. Default: nothing. */
  readonly actions?: ActionTypes | undefined;
  /** Versions that are in force: what depends on another one is not acted on. Default: none are compared. */
  readonly versions?: Versions | undefined;
  /** What counts as one trial. Default: `defaults.evidence`. */
  readonly evidence?: EvidenceMode | undefined;
  /** Told about errors of the background worker, which tries again. Default: a process warning. */
  readonly onWorkerError?: ((error: unknown) => void) | undefined;
}

export interface RecordResult {
  /** False when an event with this id was recorded before; nothing was done then. */
  readonly recorded: boolean;
  /** Policies created by this event and older ones that waited; 0 when a worker counts them later. */
  readonly crystallized: number;
}

export interface RecordManyResult {
  readonly recorded: number;
  readonly duplicates: number;
  /** Policies created by these events and older ones that waited; 0 when a worker counts them later. */
  readonly crystallized: number;
}

/** An embedded batch takes milliseconds: whoever holds one for longer is gone, or will find it counted. */
const CLAIM_TIMEOUT_MS = 1000;
const FLUSH_POLL_MS = 5;

/**
 * Learned reflexes for an agent: record what happened, ask what to do, report how it went.
 *
 * All agents of a store share one cache and never see each other's data.
 */
export class PolicyCache {
  /** The store underneath, for composing one's own models and consumers. */
  readonly store: Store;
  /** The policies as ordinary records. */
  readonly policies: Repository<typeof PolicyEntry>;
  readonly #recorder: Recorder;
  readonly #habits: Habits;
  readonly #mode: EvidenceMode;
  readonly #workers: "background" | "inline" | "none";
  readonly #consumer: StreamConsumer;
  /** Looks for rhythms. */
  readonly #discoverer: StreamConsumer | undefined;
  readonly #ownsStore: boolean;
  /** Policies created by the consumer of this cache and not yet told to a caller of `record`. */
  #crystallized = 0;
  #closed: Promise<void> | undefined;

  private constructor(
    store: Store,
    options: PolicyCacheOptions,
    habits: Habits,
    mode: EvidenceMode,
    ownsStore: boolean,
  ) {
    this.store = store;
    this.#ownsStore = ownsStore;
    this.policies = new Repository(store, PolicyEntry);
    this.#habits = habits;
    this.#mode = mode;
    this.#workers = options.workers ?? (store.readOnly ? "none" : "background");
    this.#recorder = new Recorder(store, mode, this.#workers === "inline");
    const worker = {
      store,
      streamKey: OUTCOME_STREAM,
      consumerName: `${process.pid}-${randomUUID()}`,
      claimTimeoutMs: CLAIM_TIMEOUT_MS,
      keepProcessAlive: false, // a forgotten close must not keep it
      ...(options.batchSize === undefined ? {} : { batchSize: options.batchSize }),
      ...(options.onWorkerError === undefined ? {} : { onError: options.onWorkerError }),
    };
    this.#consumer = new StreamConsumer({
      ...worker,
      groupName: CRYSTALLIZER_GROUP,
      handler: async (entries, context) => {
        this.#crystallized += await crystallize(entries, context);
        return { acknowledged: true };
      },
    });
    if (options.discovery === true && !store.readOnly) {
      this.#discoverer = new StreamConsumer({
        ...worker,
        groupName: DISCOVERY_GROUP,
        handler: temporalDiscoveryHandler,
      });
      void this.#discoverer.run();
    }
    if (this.#workers === "background") void this.#consumer.run();
  }

  /**
   * Opens a cache on `memory:`, on a SQLite file or on a Redis server, where it is created when it does not exist; or on
   * an open store, whose own clock, randomness and defaults then hold, and which stays open when the cache is closed.
   *
   * @throws {@link ConfigurationError} for an option out of range, before anything is opened
   * @throws {@link StoreError} when it cannot be opened, {@link DataFormatError} when it is not ours
   */
  static async open(location: StoreLocation | Store, options: PolicyCacheOptions = {}): Promise<PolicyCache> {
    checkOptions(options);
    const isOpen = location instanceof Store;
    const defaults = isOpen ? location.defaults : resolveDefaults(options.defaults);
    const usual = habits(defaults, options.actions, options.versions);
    const { workers, batchSize, discovery, actions, versions, evidence, onWorkerError, ...storeOptions } = options;
    const store = isOpen ? location : await openStore(location, storeOptions);
    let mode: EvidenceMode;
    try {
      mode = store.readOnly ? await readEvidenceMode(store) : await prepareStore(store, options);
    } catch (error) {
      if (!isOpen) await store.close();
      throw error;
    }
    return new PolicyCache(store, options, usual, mode, !isOpen);
  }

  get defaults(): TuningConstants {
    return this.store.defaults;
  }

  /**
   * Appends one event to the outcome stream; its evidence is counted exactly once, in stream order. One transaction.
   *
   * @throws {@link InvalidArgumentError} naming the part of the event that is wrong; nothing is recorded then
   */
  async record(event: OutcomeEvent): Promise<RecordResult> {
    const { recorded, crystallized } = await this.recordChecked([checkEvent(event, this.store.nowSeconds())]);
    return { recorded: recorded === 1, crystallized };
  }

  /**
   * Records events in order, all of them or, when one is wrong, none. One transaction for all agents of one shard: in a
   * store of several shards, when one cannot be written to, the events of others may be recorded. Repeating the call is
   * safe for events with an id.
   */
  async recordMany(events: readonly OutcomeEvent[]): Promise<RecordManyResult> {
    if (!Array.isArray(events)) throw new InvalidArgumentError("events", events, "an array of events");
    const nowSeconds = this.store.nowSeconds();
    return this.recordChecked(events.map((event) => checkEvent(event, nowSeconds)));
  }

  /**
   * As {@link recordMany}, for a loader that has checked each event by itself with `checkEvent`.
   *
   * @internal
   */
  async recordChecked(entries: readonly OutcomeEntry[]): Promise<RecordManyResult> {
    const { recorded, created, counted } = await this.#recorder.record(entries);
    let crystallized = created;
    if (this.#workers === "inline" && !counted) {
      await this.#consumeWaiting();
      crystallized += this.#takeCrystallized();
    }
    return { recorded, duplicates: entries.length - recorded, crystallized };
  }

  /**
   * Says what to do in a state: serve a policy, suggest one, or abstain and say what is missing. Writes nothing,
   * except how often a check refused an action; one keyed read, whose cost grows with the actions known in this state only.
   *
   * With `explore`, draws one of the actions of the state instead, and says with which chance. With `fallback`, calls the
   * agent's own way to decide unless it serves: the answer then has the action, and an id to report it.
   *
   * @throws {@link InvalidArgumentError} naming the part of the request that is wrong
   */
  decide(
    request: ExploreRequest & DecideRequestWithFallback,
  ): Promise<ServedDecision | ExploredDecision | FallbackDecision>;
  decide(request: DecideRequestWithFallback): Promise<ServedDecision | FallbackDecision>;
  decide(request: ExploreRequest): Promise<Decision | ExploredDecision>;
  decide(request: DecideRequest): Promise<Decision>;
  decide(
    request: DecideRequest & Partial<ExploreRequest> & Partial<DecideRequestWithFallback>,
  ): Promise<Decision | ExploredDecision | FallbackDecision> {
    return decide(this.store, request, this.#habits);
  }

  /**
   * Learns from the outcome of a decision: Q-value, confidence, clock, cycles, use, prediction error, links to the
   * decisions of its context, and evidence, in one atomic step, once per decision. Do not also `record` the outcome. The
   * outcome of an explored action counts whether it has a policy or not, and is logged in the outcome stream.
   *
   * @throws {@link InvalidArgumentError} for an id no decision carried, or one older than `reportTtlSeconds`
   */
  async report(decisionId: string, report: Report): Promise<ReportResult> {
    return learnFrom(this.store, decisionId, report, this.#mode, this.#discoverer !== undefined);
  }

  /**
   * Everything behind the answer to one state: scores with their parts, the evidence of each action with its last outcomes
   * and what became of it, predictions, cycles, related policies, guards, what is missing. Guards are called as by
   * `decide`; nothing is written.
   *
   * @throws {@link InvalidArgumentError} naming the part of the request that is wrong
   */
  async explain(request: ExplainRequest): Promise<Explanation> {
    return explain(this.store, request, this.#habits);
  }

  /**
   * Takes a policy out of service, without forgetting anything: `decide` passes it over until new outcomes suffice, or it is
   * restored.
   *
   * @param reason - shown by `decide` and `explain`; at most 512 characters
   * @returns false when there is no such policy, or it is retired already
   */
  retire(policy: PolicyName, reason: string): Promise<boolean> {
    return retire(this.store, policy, reason);
  }

  /**
   * Takes a retirement back, as if it had been a mistake: all outcomes ever counted are in force again, and are the past
   * that later ones are held against.
   *
   * @returns false when there is no such policy, or it is not retired
   */
  restore(policy: PolicyName): Promise<boolean> {
    return restore(this.store, policy);
  }

  /**
   * Retires all policies of an agent that match: of one type of action, in one state, depending on given versions. They can
   * be restored one by one, or become policies again on new evidence. Actions that match and have no policy in service
   * start over. What was recorded and is not counted yet counts as new. Reads all states of the agent unless one is given.
   *
   * @throws {@link InvalidArgumentError} naming the part of the selector that is wrong
   */
  invalidate(selector: InvalidationSelector): Promise<InvalidationResult> {
    return invalidate(this.store, selector);
  }

  /** The policies of one agent over all its states, best first. Cost grows with `offset + limit`, not with the policies. */
  async ranking(options: RankingOptions = {}): Promise<RankedPage<ScoredPolicy>> {
    return rankAgent(this.store, options, this.#habits.rules);
  }

  /** What an agent has learned about every action it ever took, state by state. Reads it all, a page at a time. */
  values(options: LearnedValuesOptions = {}): AsyncGenerator<LearnedState> {
    return learnedValues(this.store, options, this.#habits.rules);
  }

  /** Counts of what is stored. Reads every pair of every agent: O(n), for people rather than for programs. */
  async statistics(options: StatisticsOptions = {}): Promise<Statistics> {
    return summarize(this.store, options);
  }

  /** Resolves when every event recorded before this call is counted, and with `discovery` was looked at for rhythms. */
  async flush(): Promise<void> {
    await this.#catchUp(CRYSTALLIZER_GROUP, this.#workers === "background" ? undefined : () => this.#consumeWaiting());
    if (this.#discoverer !== undefined) await this.#catchUp(DISCOVERY_GROUP);
  }

  /**
   * Finishes the batches the workers are at and closes the store, unless the cache was opened on an open one. What is not
   * yet counted is counted after the next open.
   */
  close(): Promise<void> {
    this.#closed ??= this.#stop();
    return this.#closed;
  }

  async #stop(): Promise<void> {
    await Promise.all([this.#consumer.stop(), this.#discoverer?.stop()]);
    if (this.#ownsStore) await this.store.close();
  }

  /** Waits until a group has handled everything, and helps with it if nobody else does. */
  async #catchUp(group: string, help?: () => Promise<void>): Promise<void> {
    for (const shard of this.store.shards) {
      while (!(await this.store.run(isCaughtUp, { keys: { stream: OUTCOME_STREAM }, group }, shard))) {
        await help?.();
        await new Promise((resolve) => setTimeout(resolve, FLUSH_POLL_MS));
      }
    }
  }

  async #consumeWaiting(): Promise<void> {
    while ((await this.#consumer.processBatch({ blockMs: 0 })) > 0) {
      // Until nothing is left that is not in other hands.
    }
  }

  #takeCrystallized(): number {
    const crystallized = this.#crystallized;
    this.#crystallized = 0;
    return crystallized;
  }
}

/** What a cache that learns needs of its store. */
async function prepareStore(store: Store, { evidence, discovery }: PolicyCacheOptions): Promise<EvidenceMode> {
  const mode = await agreeOnEvidenceMode(store, evidence ?? store.defaults.evidence);
  await agreeOnEvidenceCaps(store, PolicyEntry);
  const groups = discovery === true ? [CRYSTALLIZER_GROUP, DISCOVERY_GROUP] : [CRYSTALLIZER_GROUP];
  for (const group of groups) await store.runOnAll(createGroup, { keys: { stream: OUTCOME_STREAM }, group });
  return mode;
}

const OPTION_NAMES: KnownNames = new Set([
  ...STORE_OPTION_NAMES,
  ...namesOf<Omit<PolicyCacheOptions, keyof StoreOptions>>({
    workers: true,
    batchSize: true,
    discovery: true,
    actions: true,
    versions: true,
    evidence: true,
    onWorkerError: true,
  }),
]);

function checkOptions(options: PolicyCacheOptions): void {
  if (typeof options !== "object" || options === null) throw new ConfigurationError("options", options, "an object");
  refuseUnknownOptions(options, OPTION_NAMES);
  const { readOnly = false, workers = readOnly ? "none" : "background", batchSize = 50 } = options;
  const { discovery = false, evidence, onWorkerError } = options;
  if (readOnly && workers !== "none") {
    throw new ConfigurationError("workers", workers, `"none": the store is opened for reading only`);
  }
  if (readOnly && discovery) {
    throw new ConfigurationError("discovery", discovery, "false: the store is opened for reading only");
  }
  if (workers !== "background" && workers !== "inline" && workers !== "none") {
    throw new ConfigurationError("workers", workers, `"background", "inline" or "none"`);
  }
  if (!Number.isInteger(batchSize) || batchSize < 1) {
    throw new ConfigurationError("batchSize", batchSize, "an integer of at least 1");
  }
  if (typeof discovery !== "boolean") throw new ConfigurationError("discovery", discovery, "true or false");
  if (evidence !== undefined && evidence !== "event" && evidence !== "episode") {
    throw new ConfigurationError("evidence", evidence, `"event" or "episode"`);
  }
  if (onWorkerError !== undefined && typeof onWorkerError !== "function") {
    throw new ConfigurationError("onWorkerError", onWorkerError, "a function");
  }
}
