import type {
  AnyModel,
  FieldNames,
  IdentityOf,
  NamesOfKind,
  NotDeclared,
  PlainNames,
  PlainOf,
} from "../model/model.js";
import type { FieldMap, Mixins } from "../model/primitive.js";
import type { RecordAccess } from "../model/record-access.js";
import { AccessTracker, type AccessTrackerOptions, accessTracker, type TrackedRecord } from "./access-tracker.js";
import { CoOccurrence } from "./co-occurrence-field.js";
import { Confidence } from "./confidence-field.js";
import { DecayClock } from "./decay-clock.js";
import { EventLog, type EventStreamOptions, eventStream } from "./event-stream.js";
import { ExistenceFilter } from "./existence-filter.js";
import { FrequencySketch } from "./frequency-sketch.js";
import { ObservationProtocol } from "./observation/observation-protocol.js";
import { PredictionLedger, type PredictionLedgerOptions, predictionLedger } from "./prediction-ledger.js";
import { TdValue } from "./td-value-field.js";
import { ValidityWindow, type ValidityWindowOptions, validityWindow, type WindowedRecord } from "./validity-window.js";
import { type WriteFilterOptions, writeFilter } from "./write-filter.js";

// The index of primitives: the mixins a model can declare, and how the handle of each primitive is reached.

export const MIXINS: Mixins = [accessTracker, predictionLedger, validityWindow, eventStream, writeFilter];

/** The options of each mixin, by the part of a model that declares it. */
export interface MixinOptions<Fields extends FieldMap> {
  /** Counts how often records are used and when they were last. */
  readonly accessTracker?: AccessTrackerOptions;
  /** Keeps predictions and how far off they were. */
  readonly predictionLedger?: PredictionLedgerOptions;
  /** Tells from when to when a record holds. */
  readonly validityWindow?: ValidityWindowOptions;
  /** Appends an event for every change of a record. */
  readonly eventStream?: EventStreamOptions<FieldNames<Fields, "key">, PlainNames<Fields> | FieldNames<Fields, "id">>;
  /** Keeps out records that are not worth storing. */
  readonly writeFilter?: WriteFilterOptions<PlainOf<Fields>>;
}

/** What the mixins of a model add to its records as they are read. */
export type MixinValues<M extends AnyModel> = (M extends { readonly accessTracker: object } ? TrackedRecord : unknown) &
  (M extends { readonly validityWindow: object } ? WindowedRecord<IdentityOf<M>> : unknown);

/** The handle of a mixin; on a model that does not declare it, none. */
type HandleOf<M extends AnyModel, Part extends keyof MixinOptions<FieldMap>, Handle> = M extends {
  readonly [Name in Part]: object;
}
  ? Handle
  : NotDeclared<Part>;

/** The primitives of a model's records. */
export class PrimitiveHandles<M extends AnyModel> {
  /**
   * What primitives need of the records.
   *
   * @internal
   */
  readonly records: RecordAccess<IdentityOf<M>>;

  constructor(records: RecordAccess<IdentityOf<M>>) {
    this.records = records;
  }

  /** The decay clock under a field of {@link decayingSortedField} or {@link cyclicDecayField}. */
  clock<Name extends NamesOfKind<M, "clock">>(field: Name): DecayClock<IdentityOf<M>> {
    return new DecayClock(this.records, field);
  }

  /** The confidences under a field of {@link confidenceField}. */
  confidence<Name extends NamesOfKind<M, "confidence">>(field: Name): Confidence<IdentityOf<M>> {
    return new Confidence(this.records, field);
  }

  /** The Q-values under a field of {@link tdValueField}. */
  qValue<Name extends NamesOfKind<M, "qValue">>(field: Name): TdValue<IdentityOf<M>> {
    return new TdValue(this.records, field);
  }

  /** The links under a field of {@link coOccurrenceField}. */
  links<Name extends NamesOfKind<M, "edges">>(field: Name): CoOccurrence<IdentityOf<M>> {
    return new CoOccurrence(this.records, field);
  }

  /** The Bloom filter under a field of {@link existenceFilter}. */
  filter<Name extends NamesOfKind<M, "filter">>(field: Name): ExistenceFilter<IdentityOf<M>> {
    return new ExistenceFilter(this.records, field);
  }

  /** The sketch under a field of {@link frequencySketch}. */
  sketch<Name extends NamesOfKind<M, "sketch">>(field: Name): FrequencySketch<IdentityOf<M>> {
    return new FrequencySketch(this.records, field);
  }

  /** Only on a model with an access tracker. */
  get accesses(): HandleOf<M, "accessTracker", AccessTracker<IdentityOf<M>>> {
    return new AccessTracker(this.records) as never;
  }

  /** Only on a model with a prediction ledger. */
  get predictions(): HandleOf<M, "predictionLedger", PredictionLedger<IdentityOf<M>>> {
    return new PredictionLedger(this.records) as never;
  }

  /** Only on a model with validity windows. */
  get validity(): HandleOf<M, "validityWindow", ValidityWindow<IdentityOf<M>>> {
    return new ValidityWindow(this.records) as never;
  }

  /** Only on a model with an event stream. */
  get events(): HandleOf<M, "eventStream", EventLog<IdentityOf<M>>> {
    return new EventLog(this.records) as never;
  }

  /** What an agent made of records it was given, turned into learning. */
  get observations(): ObservationProtocol<IdentityOf<M>> {
    return new ObservationProtocol(this.records);
  }
}
