import type { Operation } from "../../keyspace/port/engine.js";
import type { Fields, Keyspace } from "../../keyspace/port/keyspace.js";
import { bloomPosition } from "../../maths/sketches/bloom-position.js";
import { numberField, numbersField } from "../records/fields.js";

/**
 * A Bloom filter that grows: when a layer is full, the next one, twice as large, takes new items, and an item exists
 * when any layer has it. The layers lie one behind the other in one bit array.
 *
 * A filter takes its full length from the first bit on, because positions are spread over all of it. The first items are
 * therefore kept as they are, until there are enough of them to be worth a filter.
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
/** More items than this are never kept as they are: all of them are written with each new one. */
const MOST_KEPT = 256;
/** An item takes about as many bits when it is kept as it is. */
const BITS_PER_KEPT = 80;

export function addToFilter(keyspace: Keyspace, target: FilterTarget, items: readonly HashedItem[]): void {
  const state = readState(keyspace, target);
  const added = numberField(state, "added", 0) + items.length;
  const layers: number[] = [];
  for (const count of numbersField(state, "ones")) layers.push(count);
  if (layers.length > 0) {
    for (const item of items) addItem(keyspace, target, layers, item);
    keyspace.putRecord(target.keys.filters, target.field, { ones: layers, added });
    return;
  }
  const hashes: number[] = [];
  for (const hash of numbersField(state, "hashes")) hashes.push(hash);
  for (const item of items) keepItem(hashes, item);
  if (hashes.length <= 2 * Math.min(MOST_KEPT, target.bits / BITS_PER_KEPT)) {
    keyspace.putRecord(target.keys.filters, target.field, { hashes, added });
    return;
  }
  layers.push(0);
  for (const item of keptItems(hashes)) addItem(keyspace, target, layers, item);
  keyspace.putRecord(target.keys.filters, target.field, { ones: layers, added });
}

function addItem(keyspace: Keyspace, target: FilterTarget, layers: number[], item: HashedItem): void {
  const last = layers.length - 1;
  const length = offsetOf(target, last + 1);
  const added = keyspace.setBits(target.keys.bits, positionsIn(target, last, item), length);
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
    const state = readState(keyspace, input.target);
    const layers = numbersField(state, "ones").length;
    const hashes = numbersField(state, "hashes");
    const found: boolean[] = [];
    for (const item of input.items) {
      found.push(isKept(hashes, item) || isInAnyLayer(keyspace, input.target, layers, item));
    }
    return found;
  },
};

export interface FilterState {
  /** Bits set and bits there are, of all layers. Items kept as they are count as if they were in the first. */
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
    const added = numberField(state, "added", 0);
    const kept = keptItems(numbersField(state, "hashes"));
    if (kept.length > 0) return { ones: countPositions(input.target, kept), bits: input.target.bits, layers: 1, added };
    const layers = numbersField(state, "ones");
    let ones = 0;
    for (const count of layers) ones += count;
    return { ones, bits: offsetOf(input.target, layers.length), layers: layers.length, added };
  },
};

/** How many bits these items set in the first layer. */
function countPositions(target: FilterTarget, items: readonly HashedItem[]): number {
  const seen: Record<string, boolean> = {};
  let distinct = 0;
  for (const item of items) {
    for (const position of positionsIn(target, 0, item)) {
      if (seen[`${position}`] === true) continue;
      seen[`${position}`] = true;
      distinct += 1;
    }
  }
  return distinct;
}

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
  const offset = offsetOf(target, layer);
  const bits = layerBits(target, layer);
  const positions: number[] = [];
  for (let index = 0; index < target.hashes; index += 1) {
    positions.push(offset + bloomPosition(item.first, item.second, bits, index));
  }
  return positions;
}

/** Where a layer begins: the length of all before it. */
function offsetOf(target: FilterTarget, layer: number): number {
  let offset = 0;
  for (let before = 0; before < layer; before += 1) offset += layerBits(target, before);
  return offset;
}

function layerBits(target: FilterTarget, layer: number): number {
  return target.bits * 2 ** layer;
}

/** @param hashes - both of each item, one item after the other */
function keptItems(hashes: readonly number[]): HashedItem[] {
  const kept: HashedItem[] = [];
  for (let index = 0; index < hashes.length; index += 2) {
    kept.push({ first: hashes[index] ?? 0, second: hashes[index + 1] ?? 0 });
  }
  return kept;
}

function keepItem(hashes: number[], item: HashedItem): void {
  if (isKept(hashes, item)) return;
  hashes.push(item.first);
  hashes.push(item.second);
}

function isKept(hashes: readonly number[], item: HashedItem): boolean {
  for (let index = 0; index < hashes.length; index += 2) {
    if (hashes[index] === item.first && hashes[index + 1] === item.second) return true;
  }
  return false;
}

function readState(keyspace: Keyspace, target: FilterTarget): Fields {
  return keyspace.getRecord(target.keys.filters, target.field) ?? {};
}
