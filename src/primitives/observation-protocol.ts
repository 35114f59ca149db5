import { checkArray, checkKeyText, checkLearnable, checkObject } from "../common/checks.js";
import { InvalidArgumentError } from "../common/errors.js";
import { byScope } from "../model/by-scope.js";
import type { RecordPlace } from "../model/layout.js";
import type { RecordAccess } from "../model/record-access.js";
import {
  type ObservationOutcome,
  type ObservedRecord,
  type ObserveInput,
  observe,
} from "../operations/observation/observe.js";
import { AccessTracker, DEFAULT_READER } from "./access-tracker.js";
import { DEFAULT_PARTITION, RecallProposals } from "./recall-proposals.js";
import { checkTdOptions, type TdOptions } from "./td-value-field.js";
import { replacementOf } from "./validity-window.js";

export type { ObservationOutcome } from "../operations/observation/observe.js";

const OUTCOMES: readonly ObservationOutcome[] = ["acted", "used", "dismissed", "deferred", "contradicted"];

/** What was made of one record. */
export interface Observation<Identity> {
  readonly record: Identity;
  /** Default "deferred": nobody has decided yet. */
  readonly outcome?: ObservationOutcome;
  /** What replaces a contradicted record. On a model with validity windows, the record's window ends and links to it. */
  readonly replacement?: Identity;
  /** Teaches the record's TD value field, when it has one. */
  readonly reward?: number;
  readonly td?: TdOptions;
}

export interface ObserveOptions {
  /** Whose staged reads to settle. Default "default". */
  readonly reader?: string;
  /** Whose proposals to resolve. Default "default". */
  readonly partition?: string;
  /** Strengthens the links between all records acted on together. Default false. */
  readonly linkActed?: boolean;
}

/** How to build an observation for a model: what it is made of, under the store's constants. */
export interface ObservedParts {
  readonly layout: ObserveInput["layout"];
  readonly settings: ObserveInput["settings"];
  readonly qValueField: string | undefined;
  readonly links: (scope: string) => ObserveInput["links"];
  readonly hasAccessTracker: boolean;
  readonly hasLedger: boolean;
  readonly hasWindows: boolean;
}

/**
 * Turns what an agent did with the records it was given into learning: docs/primitives/observation-protocol.md.
 * Everything one call says is one atomic step per scope.
 */
export class ObservationProtocol<Identity> {
  /** Records put before someone who has not reacted yet. */
  readonly proposals: RecallProposals<Identity>;
  readonly #records: RecordAccess<Identity>;
  readonly #parts: ObservedParts;

  constructor(records: RecordAccess<Identity>, parts: ObservedParts) {
    this.#records = records;
    this.#parts = parts;
    this.proposals = new RecallProposals(records);
  }

  /**
   * Stages one read of each record, on a model with an access tracker; records that are not stored are skipped.
   *
   * @returns how many reads were staged
   */
  async onRead(identities: readonly Identity[], reader = DEFAULT_READER): Promise<number> {
    if (!this.#parts.hasAccessTracker) return 0;
    return new AccessTracker(this.#records, this.#parts.settings.accessLimits).onRead(identities, reader);
  }

  /** As {@link RecallProposals.onSurfaced}. */
  onSurfaced(identities: readonly Identity[], reason: string, partition = DEFAULT_PARTITION): Promise<number> {
    return this.proposals.onSurfaced(identities, reason, partition);
  }

  /**
   * Applies the outcome of each record. Records that are not stored are skipped, the others still get their effects.
   *
   * @returns how many records were found
   * @throws {@link InvalidArgumentError} for an unknown outcome, before anything happens
   * @throws {@link RecordNotFoundError} for a replacement that is not stored; nothing of its scope happens then
   */
  async onContextUsed(observations: readonly Observation<Identity>[], options: ObserveOptions = {}): Promise<number> {
    const { store, layout } = this.#records;
    const { reader = DEFAULT_READER, partition = DEFAULT_PARTITION, linkActed = false } = options;
    checkKeyText("reader", reader);
    checkKeyText("partition", partition);
    const observed = checkArray("observations", observations).map((observation) => {
      const place = this.#records.place(checkObject("observation", observation).record);
      const { values, scope } = place;
      const item: Omit<ObservedRecord, "record"> = {
        outcome: checkOutcome(observation.outcome ?? "deferred"),
        ...(this.#parts.hasAccessTracker ? { accesses: { keys: layout.accessKeys(values) } } : {}),
        ...(this.#parts.hasLedger ? { ledger: { keys: layout.ledgerKeys(values) } } : {}),
        proposals: layout.proposals(scope, partition),
        ...this.#reward(observation),
        ...this.#replacement(observation, place),
      };
      const replacement = observation.replacement && this.#records.place(observation.replacement).values;
      return { scope, place, item, replacement };
    });
    if (observed.length > 0) await this.#records.agreeOnEvidenceCaps();
    let found = 0;
    for (const [scope, group] of byScope(observed)) {
      const links = linkActed ? this.#parts.links(scope) : undefined;
      const input = {
        layout: this.#parts.layout,
        settings: this.#parts.settings,
        hasWindows: this.#parts.hasWindows,
        reader,
        ...(links === undefined ? {} : { links }),
        nowSeconds: store.nowSeconds(),
      };
      for (;;) {
        const keys = await this.#records.recordKeys(group.map(({ place }) => place));
        const items = group.flatMap(({ item }, index) => {
          const record = keys[index];
          return record === undefined ? [] : [{ ...item, record }];
        });
        const output = await store.run(observe, { ...input, items }, store.shardOf(scope));
        const unreplaced = group[output.unreplaced];
        if (unreplaced?.replacement !== undefined) this.#records.require(undefined, unreplaced.replacement);
        found += output.found;
        if (!output.stale) break;
      }
    }
    return found;
  }

  #replacement(
    { outcome, replacement }: Observation<Identity>,
    place: RecordPlace,
  ): Pick<ObservedRecord, "replacement"> {
    if (replacement === undefined) return {};
    if (outcome !== "contradicted") {
      throw new InvalidArgumentError("replacement", replacement, "none: only what is contradicted is replaced");
    }
    return { replacement: replacementOf(place, this.#records.place(replacement)) };
  }

  #reward({ reward, td = {} }: Observation<Identity>): Pick<ObservedRecord, "reward"> {
    if (reward === undefined) return {};
    const field = this.#parts.qValueField;
    if (field === undefined) throw new InvalidArgumentError("reward", reward, "none: the model has no TD value field");
    const step = checkTdOptions(td, this.#records.store.defaults);
    return { reward: { field, reward: checkLearnable("reward", reward), ...step } };
  }
}

function checkOutcome(outcome: unknown): ObservationOutcome {
  const known = OUTCOMES.find((name) => name === outcome);
  if (known === undefined) throw new InvalidArgumentError("outcome", outcome, `one of ${OUTCOMES.join(", ")}`);
  return known;
}
