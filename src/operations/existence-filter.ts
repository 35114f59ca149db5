import type { Operation } from "../keyspace/engine.js";
import type { Fields, Keyspace } from "../keyspace/keyspace.js";
import { bloomPosition } from "../learning/bloom-position.js";
import { numberField, numbersField } from "./fields.js";

/**
 * A Bloom filter that grows: when a layer is full, the next one, twice as large, takes new items, and an item exists
 * when any layer has it. The layers lie one behind the other in one bit array.
 */
export interface FilterTarget {
  readonly keys: {
    readonly bits: string;
    /** Records with the state of each filter of the scope, by field. */
    readonly filters: string;
  };
  readonly field: string;
  /** Length of the first layer. */
  readonly bits: number;
  readonly hashes: number;
}

/** An item as the two hashes its positions follow from. */
export interface HashedItem {
  readonly first: number;
  readonly second: number;
}

/** A layer at its design capacity has a fill of 1 - e^-ln2 or a little more; beyond this the next layer starts. */
const FULL = 0.525;
/** The last layer takes everything that comes: 127 times the design capacity fits before it. */
const MAX_LAYERS = 8;

/** Adds items. @returns the state to store */
export function addToFilter(keyspace: Keyspace, target: FilterTarget, items: readonly HashedItem[]): void {
  const state = readState(keyspace, target);
  const ones = numbersField(state, "ones");
  const layers: number[] = [];
  for (const count of ones) layers.push(count);
  if (layers.length === 0) layers.push(0);
  for (const item of items) addItem(keyspace, target, layers, item);
  keyspace.putRecord(target.keys.filters, target.field, {
    ones: layers,
    added: numberField(state, "added", 0) + items.length,
  });
}

function addItem(keyspace: Keyspace, target: FilterTarget, layers: number[], item: HashedItem): void {
  const last = layers.length - 1;
  const added = keyspace.setBits(target.keys.bits, positionsIn(target, last, item));
  const ones = (layers[last] ?? 0) + added;
  layers[last] = ones;
  if (ones > FULL * layerBits(target, last) && layers.length < MAX_LAYERS) layers.push(0);
}

export interface FilterQuery {
  readonly target: FilterTarget;
  readonly items: readonly HashedItem[];
}

/** For each item whether it may have been added: false is certain. */
export const mightExist: Operation<FilterQuery, readonly boolean[]> = {
  name: "might-exist",
  access: "read",
  execute(keyspace, input) {
    const layers = numbersField(readState(keyspace, input.target), "ones").length;
    const found: boolean[] = [];
    for (const item of input.items) found.push(isInAnyLayer(keyspace, input.target, layers, item));
    return found;
  },
};

export interface FilterState {
  /** Bits set and bits there are, of all layers. */
  readonly ones: number;
  readonly bits: number;
  readonly layers: number;
  /** Additions since the last rebuild, repeats included. */
  readonly added: number;
}

export interface FilterStateInput {
  readonly target: FilterTarget;
}

export const describeFilter: Operation<FilterStateInput, FilterState> = {
  name: "describe-filter",
  access: "read",
  execute(keyspace, input) {
    const state = readState(keyspace, input.target);
    const layers = numbersField(state, "ones");
    let ones = 0;
    let bits = 0;
    for (let layer = 0; layer < layers.length; layer += 1) {
      ones += layers[layer] ?? 0;
      bits += layerBits(input.target, layer);
    }
    return { ones, bits, layers: layers.length, added: numberField(state, "added", 0) };
  },
};

export interface RebuildInput {
  readonly target: FilterTarget;
  readonly items: readonly HashedItem[];
  /** What {@link describeFilter} said before the items were read. */
  readonly added: number;
}

/** Starts the filter anew with these items. @returns false, and changes nothing, when something was added meanwhile */
export const rebuildFilter: Operation<RebuildInput, boolean> = {
  name: "rebuild-filter",
  access: "write",
  execute(keyspace, input) {
    const state = readState(keyspace, input.target);
    if (numberField(state, "added", 0) !== input.added) return false;
    keyspace.deleteBits(input.target.keys.bits);
    keyspace.deleteRecord(input.target.keys.filters, input.target.field);
    addToFilter(keyspace, input.target, input.items);
    return true;
  },
};

function isInAnyLayer(keyspace: Keyspace, target: FilterTarget, layers: number, item: HashedItem): boolean {
  for (let layer = 0; layer < layers; layer += 1) {
    if (keyspace.hasBits(target.keys.bits, positionsIn(target, layer, item))) return true;
  }
  return false;
}

function positionsIn(target: FilterTarget, layer: number, item: HashedItem): number[] {
  let offset = 0;
  for (let before = 0; before < layer; before += 1) offset += layerBits(target, before);
  const bits = layerBits(target, layer);
  const positions: number[] = [];
  for (let index = 0; index < target.hashes; index += 1) {
    positions.push(offset + bloomPosition(item.first, item.second, bits, index));
  }
  return positions;
}

function layerBits(target: FilterTarget, layer: number): number {
  return target.bits * 2 ** layer;
}

function readState(keyspace: Keyspace, target: FilterTarget): Fields {
  return keyspace.getRecord(target.keys.filters, target.field) ?? {};
}
