import {
  checkArray,
  checkCount,
  checkNumber,
  checkNumberOption,
  checkObject,
  checkOptionNames,
} from "../common/checks.js";
import { ConfigurationError, InvalidArgumentError } from "../common/errors.js";
import { namesOf, refuseUnknownNames } from "../common/unknown-names.js";
import { compareUtf8 } from "../common/utf8-order.js";
import { requireField } from "../model/declaration.js";
import type { Field } from "../model/primitive.js";
import type { LocatedRecord, RecordAccess } from "../model/record-access.js";
import type { RecordPlaces } from "../model/record-places.js";
import { getEdges, link, propagate, strengthen, unlink, weakenAll } from "../operations/primitives/co-occurrence.js";
import type { EdgeLimits } from "../operations/primitives/edges.js";
import { storageKey } from "../store/storage-keys.js";

/** Which links a field keeps. */
export interface CoOccurrenceOptions {
  /** Whether a link counts in both directions. Default true. */
  readonly symmetric?: boolean | undefined;
  /** Links kept per record, the strongest. Integer >= 1, default 500. */
  readonly maxEdges?: number | undefined;
  /** What `weakenAll` multiplies by unless told otherwise. 0 to below 1. Default: the store's. */
  readonly decayFactor?: number | undefined;
}

/** Weighted links to other records of the model: docs/primitives/co-occurrence-field.md. */
export interface CoOccurrenceField extends Field<"edges", never, false> {
  readonly symmetric: boolean;
  readonly maxEdges: number;
  readonly decayFactor: number | undefined;
}

/** Weighted links to records of the same model that were used together with this one. */
export function coOccurrenceField(options: CoOccurrenceOptions = {}): CoOccurrenceField {
  const {
    symmetric = true,
    maxEdges = 500,
    decayFactor,
  } = checkOptionNames("coOccurrenceField", options, ["symmetric", "maxEdges", "decayFactor"]);
  if (typeof symmetric !== "boolean") throw new ConfigurationError("symmetric", symmetric, "true or false");
  if (!Number.isInteger(maxEdges) || maxEdges < 1) {
    throw new ConfigurationError("maxEdges", maxEdges, "an integer of at least 1");
  }
  if (decayFactor !== undefined) {
    const isFactor = (value: number) => value >= 0 && value < 1;
    checkNumberOption("decayFactor", decayFactor, isFactor, "a number from 0 to below 1");
  }
  return {
    kind: "edges",
    required: false,
    symmetric,
    maxEdges,
    decayFactor,
    parts: (name, places) => ({
      edges: [({ scope }) => ({ keys: { edges: edgesKey(places, name, scope) }, symmetric })],
    }),
  };
}

/** The links of a field between the records of a scope. */
export function edgesKey({ model }: RecordPlaces, field: string, scope: string): string {
  return storageKey("edges", model.name, field, scope);
}

/** A record that another is linked to, with the weight of the link. */
export interface LinkedRecord<Identity> {
  readonly identity: Identity;
  readonly weight: number;
}

/** Which of a record's links to return. */
export interface LinkedOptions {
  /** Weakest link to return. Default 0.01. */
  readonly minWeight?: number | undefined;
  /** Most links to return. Integer >= 0, default 20. */
  readonly limit?: number | undefined;
}

const LINKED_NAMES = namesOf<LinkedOptions>({ minWeight: true, limit: true });

/** How far activation spreads along links, and how much of it is left. */
export interface PropagateOptions {
  /** Hops from the seeds. Integer >= 0, default 2. */
  readonly depth?: number | undefined;
  /** What every hop multiplies by. Above 0; times the weight cap below 1. Default: the store's. */
  readonly decayPerHop?: number | undefined;
  /** Weights below it are cut. Default 0.01. */
  readonly threshold?: number | undefined;
}

const PROPAGATE_NAMES = namesOf<PropagateOptions>({ depth: true, decayPerHop: true, threshold: true });

/** The links between a model's records. All records of one call must be of one scope. */
export class CoOccurrence<Identity> {
  readonly #records: RecordAccess<Identity>;
  readonly #name: string;
  readonly #field: CoOccurrenceField;

  constructor(records: RecordAccess<Identity>, name: string) {
    this.#records = records;
    this.#name = name;
    this.#field = requireField<CoOccurrenceField>(records.layout.model, name, "edges");
  }

  /**
   * Creates a link; one that exists keeps its weight.
   *
   * @param initialWeight - above 0, at most the weight cap; default: the store's `coOccurrenceInitialWeight`
   * @returns the link's weight; 0 when the record was full of stronger links
   */
  async link(source: Identity, target: Identity, initialWeight?: number): Promise<number> {
    const { store } = this.#records;
    const weight = this.#checkWeight("initialWeight", initialWeight ?? store.defaults.coOccurrenceInitialWeight);
    const { shard, ends } = this.#ends(source, target);
    return store.run(link, { ...ends, weight }, shard);
  }

  /**
   * Adds to a link's weight, up to the cap; a missing link is created.
   *
   * @param delta - above 0; default: the store's `coOccurrenceDelta`
   * @returns the new weight
   */
  async strengthen(source: Identity, target: Identity, delta?: number): Promise<number> {
    const { store } = this.#records;
    const added = delta ?? store.defaults.coOccurrenceDelta;
    checkNumber("delta", added, (value) => value > 0, "a number above 0");
    const input = { ...this.#ends(source, target).ends, delta: added, nowSeconds: store.nowSeconds() };
    return this.#records.onRecord(source, (record, shard) => store.run(strengthen, { record, ...input }, shard));
  }

  /** @returns whether there was a link */
  async unlink(source: Identity, target: Identity): Promise<boolean> {
    const { shard, ends } = this.#ends(source, target);
    return this.#records.store.run(unlink, ends, shard);
  }

  /**
   * Multiplies every link of a record; links below 0.001 are removed, and with a factor of 0 all of them.
   *
   * @param factor - 0 to 1; default: the field's `decayFactor`, else the store's
   * @returns how many links were removed
   */
  async weakenAll(identity: Identity, factor?: number): Promise<number> {
    const { store } = this.#records;
    const scale = factor ?? this.#field.decayFactor ?? store.defaults.coOccurrenceDecayFactor;
    checkNumber("factor", scale, (value) => value >= 0 && value <= 1, "a number from 0 to 1");
    const { scope, name } = this.#node(identity);
    const keys = { edges: edgesKey(this.#records.layout, this.#name, scope) };
    const input = { keys, node: name, factor: scale, symmetric: this.#field.symmetric };
    return store.run(weakenAll, input, store.shardOf(scope));
  }

  /** The links of a record, strongest first; equal weights by name. One keyed read. */
  async getLinked(identity: Identity, options: LinkedOptions = {}): Promise<readonly LinkedRecord<Identity>[]> {
    const given = refuseUnknownNames(checkObject("options", options), LINKED_NAMES);
    const minWeight = checkNumber(
      "minWeight",
      given.minWeight ?? 0.01,
      (value) => value >= 0,
      "a number of at least 0",
    );
    const limit = checkCount("limit", given.limit ?? 20);
    const { store, layout } = this.#records;
    const { scope, name } = this.#node(identity);
    const keys = { edges: edgesKey(layout, this.#name, scope) };
    const { targets, weights } = await store.run(getEdges, { keys, node: name }, store.shardOf(scope));
    return this.#sorted(scope, targets, weights)
      .filter(({ weight }) => weight >= minWeight)
      .slice(0, limit);
  }

  /**
   * Spreads activation from seeds of weight 1 along the links: the largest product of `decayPerHop` times weight over
   * walks of at most `depth` links that stay at or above `threshold`. Seeds are not in the result, but for depth 0, where
   * they are all of it. Reads one record per record reached.
   */
  async propagate(
    seeds: readonly Identity[],
    options: PropagateOptions = {},
  ): Promise<readonly LinkedRecord<Identity>[]> {
    const { store, layout } = this.#records;
    const given = refuseUnknownNames(checkObject("options", options), PROPAGATE_NAMES);
    const { coOccurrenceDecayPerHop, coOccurrenceWeightCap: weightCap } = store.defaults;
    const decayPerHop = given.decayPerHop ?? coOccurrenceDecayPerHop;
    const converges = (value: number) => value > 0 && value * weightCap < 1;
    checkNumber("decayPerHop", decayPerHop, converges, `a number above 0 and below ${1 / weightCap}`);
    const depth = checkCount("depth", given.depth ?? 2);
    const threshold = checkNumber(
      "threshold",
      given.threshold ?? 0.01,
      (value) => value >= 0,
      "a number of at least 0",
    );
    const nodes = checkArray("seeds", seeds).map((seed) => this.#node(seed));
    const scope = nodes[0]?.scope;
    if (scope === undefined) return [];
    if (nodes.some((node) => node.scope !== scope)) {
      throw new InvalidArgumentError("seeds", seeds, "records of one scope");
    }
    const names = [...new Set(nodes.map((node) => node.name))];
    if (depth === 0) {
      return this.#sorted(
        scope,
        names,
        names.map(() => 1),
      );
    }
    const keys = { edges: edgesKey(layout, this.#name, scope) };
    const { maxEdges } = this.#field;
    const spreading = { depth, decayPerHop, threshold, weightCap, maxEdges };
    const reached = await store.run(propagate, { keys, seeds: names, ...spreading }, store.shardOf(scope));
    return this.#sorted(scope, reached.names, reached.weights);
  }

  #node(identity: Identity): LocatedRecord {
    return this.#records.place(identity);
  }

  #ends(source: Identity, target: Identity) {
    const [from, to] = [this.#node(source), this.#node(target)];
    if (from.scope !== to.scope) throw new InvalidArgumentError("target", to.scope, `a record of scope ${from.scope}`);
    if (from.name === to.name) throw new InvalidArgumentError("target", to.name, "another record than the source");
    const keys = { edges: edgesKey(this.#records.layout, this.#name, from.scope) };
    return { shard: from.shard, ends: { keys, source: from.name, target: to.name, limits: this.#limits() } };
  }

  #limits(): EdgeLimits {
    const { symmetric, maxEdges } = this.#field;
    return { symmetric, maxEdges, weightCap: this.#records.store.defaults.coOccurrenceWeightCap };
  }

  #checkWeight(parameter: string, weight: number): number {
    const cap = this.#records.store.defaults.coOccurrenceWeightCap;
    return checkNumber(parameter, weight, (value) => value > 0 && value <= cap, `a number above 0, at most ${cap}`);
  }

  #sorted(scope: string, names: readonly string[], weights: readonly number[]): readonly LinkedRecord<Identity>[] {
    return names
      .map((name, index) => ({ name, weight: weights[index] ?? 0 }))
      .sort((left, right) => right.weight - left.weight || compareUtf8(left.name, right.name))
      .map(({ name, weight }) => ({ identity: this.#records.layout.identityOf(scope, name) as Identity, weight }));
  }
}
