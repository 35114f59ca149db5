import { checkArray, checkKeyText, checkLearnable, checkObject } from "../../common/checks.js";
import { InvalidArgumentError } from "../../common/errors.js";
import type { TuningConstants } from "../../common/tuning/defaults.js";
import { namesOf, refuseUnknownNames } from "../../common/unknown-names.js";
import { type DeclaredModel, fieldsOfKind } from "../../model/declaration.js";
import { optionsOf } from "../../model/primitive.js";
import { byScope, type RecordAccess } from "../../model/record-access.js";
import type { RecordPlace } from "../../model/record-places.js";
import type { LearnedLayout } from "../../operations/observation/observation.js";
import {
  type ObservationOutcome,
  type ObservedRecord,
  type ObserveInput,
  observe,
} from "../../operations/observation/observe.js";
import type { Store } from "../../store/store.js";
import { AccessTracker, accessKeys, accessLimits, accessTracker, DEFAULT_READER } from "../access-tracker.js";
import { type CoOccurrenceField, edgesKey } from "../co-occurrence-field.js";
import { agreeOnEvidenceCaps, confidencesOf } from "../confidence-field.js";
import { ledgerKeys, ledgerSettings, predictionLedger } from "../prediction-ledger.js";
import { checkTdOptions, type TdOptions } from "../td-value-field.js";
import { replacementOf, validityWindow } from "../validity-window.js";
import { DEFAULT_PARTITION, proposalsOf, RecallProposals } from "./recall-proposals.js";

export type { ObservationOutcome } from "../../operations/observation/observe.js";

const OUTCOMES: readonly ObservationOutcome[] = ["acted", "used", "dismissed", "deferred", "contradicted"];

/** What was made of one record. */
export interface Observation<Identity> {
  readonly record: Identity;
  /** Default "deferred": nobody has decided yet. */
  readonly outcome?: ObservationOutcome | undefined;
  /** What replaces a contradicted record. On a model with validity windows, the record's window ends and links to it. */
  readonly replacement?: Identity | undefined;
  /** Teaches the record's TD value field, when it has one. */
  readonly reward?: number | undefined;
  readonly td?: TdOptions | undefined;
}

/** Whose reads and proposals an observation settles. */
export interface ObserveOptions {
  /** Whose staged reads to settle. Default "default". */
  readonly reader?: string | undefined;
  /** Whose proposals to resolve. Default "default". */
  readonly partition?: string | undefined;
  /** Strengthens the links between all records acted on together. Default false. */
  readonly linkActed?: boolean | undefined;
}

const OBSERVE_NAMES = namesOf<ObserveOptions>({ reader: true, partition: true, linkActed: true });
const OBSERVATION_NAMES = namesOf<Observation<unknown>>({
  record: true,
  outcome: true,
  replacement: true,
  reward: true,
  td: true,
});

/** The learned parts of a model that an observation changes, under the constants of a store. */
export function learnedLayout(model: DeclaredModel, defaults: TuningConstants): LearnedLayout {
  return { clocks: fieldsOfKind(model, "clock").map(([name]) => name), confidences: confidencesOf(model, defaults) };
}

function observationSettings(model: DeclaredModel, { defaults }: Store): ObserveInput["settings"] {
  const { errorThreshold, lowSignal, autoResolveErrors } = ledgerSettings(model, defaults);
  return {
    ...defaults,
    ledgerErrorThreshold: errorThreshold,
    ledgerLowSignal: lowSignal,
    autoResolveErrors,
    accessLimits: accessLimits(optionsOf(model, accessTracker) ?? {}, defaults),
  };
}

/**
 * Turns what an agent did with the records it was given into learning: docs/primitives/observation-protocol.md.
 * Everything one call says is one atomic step per scope.
 */
export class ObservationProtocol<Identity> {
  /** Records put before someone who has not reacted yet. */
  readonly proposals: RecallProposals<Identity>;
  readonly #records: RecordAccess<Identity>;
  readonly #isTracked: boolean;
  readonly #hasLedger: boolean;

  constructor(records: RecordAccess<Identity>) {
    const { model } = records.layout;
    this.#records = records;
    this.#isTracked = optionsOf(model, accessTracker) !== undefined;
    this.#hasLedger = optionsOf(model, predictionLedger) !== undefined;
    this.proposals = new RecallProposals(records);
  }

  /**
   * Stages one read of each record, on a model with an access tracker; records that are not stored are skipped.
   *
   * @returns how many reads were staged
   */
  async onRead(identities: readonly Identity[], reader = DEFAULT_READER): Promise<number> {
    return this.#isTracked ? new AccessTracker(this.#records).onRead(identities, reader) : 0;
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
    const given = refuseUnknownNames(checkObject("options", options), OBSERVE_NAMES);
    const { reader = DEFAULT_READER, partition = DEFAULT_PARTITION, linkActed = false } = given;
    checkKeyText("reader", reader);
    checkKeyText("partition", partition);
    const observed = checkArray("observations", observations).map((observation) => {
      const given = refuseUnknownNames(checkObject("observation", observation), OBSERVATION_NAMES, "observation");
      const place = this.#records.place(given.record);
      const { scope } = place;
      const item: Omit<ObservedRecord, "record"> = {
        outcome: checkOutcome(given.outcome ?? "deferred"),
        ...(this.#isTracked ? { accesses: { keys: accessKeys(layout, place) } } : {}),
        ...(this.#hasLedger ? { ledger: { keys: ledgerKeys(layout, place) } } : {}),
        proposals: proposalsOf(layout, scope, partition),
        ...this.#reward(given),
        ...this.#replacement(given, place),
      };
      const replacement = given.replacement && this.#records.place(given.replacement).values;
      return { scope, place, item, replacement };
    });
    const { model } = layout;
    if (observed.length > 0) await agreeOnEvidenceCaps(store, model);
    let found = 0;
    for (const [scope, group] of byScope(observed)) {
      const links = linkActed ? this.#links(scope) : undefined;
      const input = {
        layout: learnedLayout(model, store.defaults),
        settings: observationSettings(model, store),
        hasWindows: optionsOf(model, validityWindow) !== undefined,
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

  /** Where records acted on together are linked: the first field of links of the model. */
  #links(scope: string): ObserveInput["links"] {
    const { store, layout } = this.#records;
    const [first] = fieldsOfKind<CoOccurrenceField>(layout.model, "edges");
    if (first === undefined) return undefined;
    const [name, { symmetric, maxEdges }] = first;
    const { coOccurrenceWeightCap: weightCap, coOccurrenceDelta: delta } = store.defaults;
    return { keys: { edges: edgesKey(layout, name, scope) }, limits: { symmetric, maxEdges, weightCap }, delta };
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
    const [field] = fieldsOfKind(this.#records.layout.model, "qValue").map(([name]) => name);
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
