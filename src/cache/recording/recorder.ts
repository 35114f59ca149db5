import { settleAll } from "../../common/settle-all.js";
import { nextTurn } from "../../common/timing.js";
import type { OutcomeEntry } from "../../operations/outcomes/outcome.js";
import type { PolicyChange } from "../../operations/outcomes/policy-change.js";
import { type RecordOutcomesInput, recordOutcomes } from "../../operations/outcomes/record-outcomes.js";
import type { Store } from "../../store/store.js";
import { seenKey } from "../outcome-keys.js";
import { crystallizationSettings } from "./crystallization-settings.js";
import type { EvidenceMode } from "./evidence-mode.js";
import { OutcomeAppender } from "./outcome-appender.js";
import { CRYSTALLIZER_GROUP, OUTCOME_STREAM } from "./outcome-stream.js";
import { inPieces } from "./pieces.js";
import { runCounting } from "./run-counting.js";
import { StateLimits } from "./state-limits.js";

export interface Recorded {
  /** Entries whose id was not used before. */
  readonly recorded: number;
  /** What became of policies at once, in order. */
  readonly changes: readonly PolicyChange[];
  /** Whether the evidence is counted already. */
  readonly counted: boolean;
}

/** Records checked events: appends them for a worker to count, or counts them in the same step. */
export class Recorder {
  readonly #store: Store;
  readonly #mode: EvidenceMode;
  readonly #countsAtOnce: boolean;
  readonly #appender: OutcomeAppender;
  readonly #limits: StateLimits;

  constructor(store: Store, mode: EvidenceMode, countsAtOnce: boolean) {
    this.#store = store;
    this.#mode = mode;
    this.#countsAtOnce = countsAtOnce;
    this.#appender = new OutcomeAppender(store);
    this.#limits = new StateLimits(store);
  }

  /** Records entries in order, each shard's in steps of their own, of bounded size; none when one finds no room. */
  record(entries: readonly OutcomeEntry[]): Promise<Recorded> {
    const measured = this.#limits.check(entries);
    return measured === undefined ? this.#record(entries) : measured.then(() => this.#record(entries));
  }

  #record(entries: readonly OutcomeEntry[]): Promise<Recorded> {
    const [first] = entries;
    if (entries.length === 1 && first !== undefined) return this.#recordIn(this.#store.shardOf(first.agentId), entries);
    return this.#recordAll(entries);
  }

  async #recordAll(entries: readonly OutcomeEntry[]): Promise<Recorded> {
    return together(await settleAll([...this.#byShard(entries)].map(([shard, own]) => this.#recordIn(shard, own))));
  }

  async #recordIn(shard: number, entries: readonly OutcomeEntry[]): Promise<Recorded> {
    const parts: Recorded[] = [];
    for (const piece of inPieces(entries)) {
      if (parts.length > 0) await nextTurn(); // a file is written to without waiting for anything
      parts.push(await this.#recordPiece(shard, piece));
    }
    return together(parts);
  }

  async #recordPiece(shard: number, entries: readonly OutcomeEntry[]): Promise<Recorded> {
    if (!this.#countsAtOnce) {
      const recorded = await this.#appender.append(entries, shard);
      return { recorded: countTrue(recorded), changes: [], counted: false };
    }
    const { recorded, changes, counted } = await this.#count(shard, entries);
    return { recorded: countTrue(recorded), changes, counted };
  }

  #count(shard: number, entries: readonly OutcomeEntry[]) {
    const store = this.#store;
    const { defaults } = store;
    const nowSeconds = store.nowSeconds();
    return runCounting({ store, defaults, mode: this.#mode, shard }, recordOutcomes, {
      entries,
      nowSeconds,
      mayLack: store.isRemote,
      input: (keyed, also): RecordOutcomesInput => ({
        keys: { stream: OUTCOME_STREAM },
        events: entries.map((entry, position) => {
          return { keys: { seen: seenKey(entry.agentId) }, outcome: keyed(entry, position) };
        }),
        streamMaxLength: defaults.streamMaxLength,
        group: CRYSTALLIZER_GROUP,
        settings: crystallizationSettings(defaults),
        nowSeconds,
        ...also,
      }),
    });
  }

  /** Entries by the shard of their agent, in order. */
  #byShard(entries: readonly OutcomeEntry[]): ReadonlyMap<number, readonly OutcomeEntry[]> {
    if (this.#store.shardCount === 1) return new Map([[0, entries]]);
    const shards = new Map<number, OutcomeEntry[]>();
    for (const entry of entries) {
      const shard = this.#store.shardOf(entry.agentId);
      const own = shards.get(shard);
      if (own === undefined) shards.set(shard, [entry]);
      else own.push(entry);
    }
    return shards;
  }
}

function together(parts: readonly Recorded[]): Recorded {
  return {
    recorded: parts.reduce((total, { recorded }) => total + recorded, 0),
    changes: parts.flatMap(({ changes }) => changes),
    counted: parts.every(({ counted }) => counted),
  };
}

function countTrue(answers: readonly boolean[]): number {
  return answers.reduce((total, answer) => (answer ? total + 1 : total), 0);
}
