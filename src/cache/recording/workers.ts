import { randomUUID } from "node:crypto";
import { type AbortSignalLike, unlessAborted } from "../../common/abort.js";
import { PolicyCacheError } from "../../common/errors.js";
import { tell, warn } from "../../common/given/tell.js";
import { sleep } from "../../common/timing.js";
import type { PolicyChange } from "../../operations/outcomes/policy-change.js";
import { isCaughtUp } from "../../operations/streams/streams.js";
import type { Store } from "../../store/store.js";
import { type ConsumerStatus, StreamConsumer } from "../../streams/stream-consumer.js";
import type { PolicyCacheOptions, WorkerMode } from "../opening/cache-options.js";
import { prepareAgain } from "../opening/prepare-store.js";
import { DISCOVERY_GROUP, temporalDiscoveryHandler } from "../rhythms/temporal-discovery.js";
import { crystallize } from "./crystallization.js";
import type { EvidenceMode } from "./evidence-mode.js";
import { CRYSTALLIZER_GROUP, OUTCOME_STREAM } from "./outcome-stream.js";

/** An embedded batch takes milliseconds: whoever holds one for longer is gone, or will find it counted. */
const CLAIM_TIMEOUT_MS = 1000;
const FLUSH_POLL_MS = 5;

/** The consumers of a cache: one turns recorded events into evidence, and one may look for rhythms. */
export class Workers {
  readonly mode: WorkerMode;
  readonly #store: Store;
  readonly #crystallizer: StreamConsumer;
  readonly #discoverer: StreamConsumer | undefined;
  readonly #onError: (error: unknown) => void;
  readonly #prepareAgain: () => Promise<void>;
  /** Policies created by the crystallizer and not yet told to a caller of `record`. */
  #crystallized = 0;

  /** @param onChanges - told what became of policies */
  constructor(
    store: Store,
    mode: EvidenceMode,
    options: PolicyCacheOptions,
    onChanges: (changes: readonly PolicyChange[]) => void,
  ) {
    this.mode = options.workers ?? (store.readOnly ? "none" : "background");
    this.#store = store;
    const worker = {
      store,
      streamKey: OUTCOME_STREAM,
      consumerName: `${process.pid}-${randomUUID()}`,
      claimTimeoutMs: CLAIM_TIMEOUT_MS,
      keepProcessAlive: false, // a forgotten close must not keep it
      hasGroup: true,
      batchSize: options.batchSize,
      onError: (error: unknown) => this.#meet(error),
    };
    this.#onError = (error) =>
      options.onWorkerError === undefined ? warn(error) : tell(options.onWorkerError, error, "onWorkerError");
    this.#prepareAgain = () => prepareAgain(store, mode, options.discovery === true);
    this.#crystallizer = new StreamConsumer({
      ...worker,
      groupName: CRYSTALLIZER_GROUP,
      handler: async (entries, context) => {
        const changes = await crystallize(entries, context);
        this.#crystallized += crystallizedBy(changes);
        onChanges(changes);
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
    if (this.mode === "background") void this.#crystallizer.run();
  }

  /** How the consumers of this cache are doing. */
  get statuses(): readonly ConsumerStatus[] {
    const { status } = this.#crystallizer;
    return this.#discoverer === undefined ? [status] : [status, this.#discoverer.status];
  }

  get looksForRhythms(): boolean {
    return this.#discoverer !== undefined;
  }

  /** Counts what waits and is not in other hands. @returns policies created by it */
  async countWaiting(): Promise<number> {
    while ((await this.#crystallizer.processBatch({ blockMs: 0 })) > 0) {
      // Until nothing is left that is not in other hands.
    }
    const crystallized = this.#crystallized;
    this.#crystallized = 0;
    return crystallized;
  }

  /** Resolves when everything recorded before this call was handled. */
  async catchUp(signal: AbortSignalLike | undefined): Promise<void> {
    const help = this.mode === "background" ? undefined : () => this.countWaiting();
    await this.#untilCaughtUp(CRYSTALLIZER_GROUP, signal, help);
    if (this.#discoverer !== undefined) await this.#untilCaughtUp(DISCOVERY_GROUP, signal);
  }

  async stop(): Promise<void> {
    await Promise.all([this.#crystallizer.stop(), this.#discoverer?.stop()]);
  }

  /** A server that lost a group may have lost everything: what was agreed on, too. */
  #meet(error: unknown): void {
    this.#onError(error);
    if (PolicyCacheError.isInstance(error) && error.code === "STREAM_GROUP_LOST") {
      this.#prepareAgain().catch((failure) => this.#onError(failure));
    }
  }

  /** Waits until a group has handled everything, and helps with it if nobody else does. */
  async #untilCaughtUp(
    group: string,
    signal: AbortSignalLike | undefined,
    help?: () => Promise<unknown>,
  ): Promise<void> {
    for (const shard of this.#store.shards) {
      while (!(await this.#isCaughtUp(group, shard, signal))) {
        if (help !== undefined) await unlessAborted(help(), signal);
        await unlessAborted(sleep(FLUSH_POLL_MS), signal);
      }
    }
  }

  #isCaughtUp(group: string, shard: number, signal: AbortSignalLike | undefined): Promise<boolean> {
    return unlessAborted(this.#store.run(isCaughtUp, { keys: { stream: OUTCOME_STREAM }, group }, shard), signal);
  }
}

export function crystallizedBy(changes: readonly PolicyChange[]): number {
  return changes.reduce((total, { kind }) => (kind === "crystallized" ? total + 1 : total), 0);
}
