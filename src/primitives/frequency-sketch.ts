import { checkOptionNames } from "../common/checks.js";
import { ConfigurationError, InvalidArgumentError } from "../common/errors.js";
import { SKETCH_MAX_DEPTH, sketchColumns } from "../maths/sketches/count-min.js";
import { requireField } from "../model/declaration.js";
import type { Field, SavedValues } from "../model/primitive.js";
import type { RecordAccess } from "../model/record-access.js";
import type { RecordPlaces } from "../model/record-places.js";
import { estimateFrequency, type SketchTarget } from "../operations/primitives/frequency-sketch.js";
import { storageKey } from "../store/storage-keys.js";
import { filterItems, fingerprintOf } from "./existence-filter.js";

/** What is counted and how exactly. */
export interface FrequencySketchOptions {
  /** The text whose words are counted. Default: the record's name. */
  readonly fingerprint?: ((values: SavedValues) => string) | undefined;
  /** Columns: larger is more exact. Integer >= 1, default 2003. */
  readonly width?: number | undefined;
  /** Rows: more is more certain. Integer from 1 to 7, default 7. */
  readonly depth?: number | undefined;
}

/** A count-min sketch per scope: how often a word was saved, never too low. See docs/primitives/frequency-sketch.md. */
export interface FrequencySketchField extends Field<"sketch", never, false> {
  readonly width: number;
  readonly depth: number;
  /** As declared; undefined for the record's name. */
  readonly fingerprint: ((values: SavedValues) => string) | undefined;
}

/** A count-min sketch over the model's records: how often a word was saved, never too low. */
export function frequencySketch(options: FrequencySketchOptions = {}): FrequencySketchField {
  const {
    fingerprint,
    width = 2003,
    depth = 7,
  } = checkOptionNames("frequencySketch", options, ["fingerprint", "width", "depth"]);
  if (!Number.isInteger(width) || width < 1) {
    throw new ConfigurationError("width", width, "an integer of at least 1");
  }
  if (!Number.isInteger(depth) || depth < 1 || depth > SKETCH_MAX_DEPTH) {
    throw new ConfigurationError("depth", depth, `an integer from 1 to ${SKETCH_MAX_DEPTH}`);
  }
  if (fingerprint !== undefined && typeof fingerprint !== "function") {
    throw new ConfigurationError("fingerprint", fingerprint, "a function from a record to a string");
  }
  const field: FrequencySketchField = {
    kind: "sketch",
    required: false,
    width,
    depth,
    fingerprint,
    parts: (name, places) => ({
      sideWrite: (record, values) => ({
        kind: "sketch",
        target: sketchTarget(places, name, record.scope),
        tokens: sketchCells(field, fingerprintOf(field, values, record.name)),
      }),
    }),
  };
  return field;
}

function sketchTarget({ model }: RecordPlaces, name: string, scope: string): SketchTarget {
  return { keys: { sketch: storageKey("sketch", model.name, name, scope) } };
}

/** The cells of every word of a text, one per row. */
function sketchCells(field: FrequencySketchField, text: string): readonly (readonly string[])[] {
  return filterItems("text", text).map((token) =>
    sketchColumns(token, field.width, field.depth).map((column, row) => `${row}:${column}`),
  );
}

/** The word counts of a model's records. */
export class FrequencySketch<Identity> {
  readonly #records: RecordAccess<Identity>;
  readonly #name: string;
  readonly #field: FrequencySketchField;

  constructor(records: RecordAccess<Identity>, name: string) {
    this.#records = records;
    this.#name = name;
    this.#field = requireField<FrequencySketchField>(records.layout.model, name, "sketch");
  }

  /**
   * How often the rarest word of a text was saved in a scope. Never too low; too high by more than (e / width) times all
   * counts with probability at most e^-depth.
   */
  async estimate(text: string, scope = ""): Promise<number> {
    if (typeof text !== "string") throw new InvalidArgumentError("text", text, "a string");
    const { store, layout } = this.#records;
    const target = sketchTarget(layout, this.#name, layout.checkScope(scope));
    const input = { target, tokens: sketchCells(this.#field, text) };
    return store.run(estimateFrequency, input, store.shardOf(scope));
  }
}
