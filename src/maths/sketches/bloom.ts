import { InvalidArgumentError } from "../../common/errors.js";
import { bloomPosition } from "./bloom-position.js";

export interface BloomSize {
  /** Length m of the bit array. */
  readonly bits: number;
  /** Number k of positions set per item. */
  readonly hashes: number;
}

const FNV_OFFSET_BASIS = 2_166_136_261;
const FNV_PRIME = 16_777_619;
const MIN_BITS = 8;
/** The smallest error rate a double can hold asks for 1074 hashes. */
const MAX_HASHES = 1_100;

const utf8 = new TextEncoder();

/**
 * Dimensions of a Bloom filter that keeps its false-positive rate at or below `errorRate` up to `capacity` items:
 * m = max(8, ⌈−n·ln p / (ln 2)²⌉) bits and k = max(1, round(m/n · ln 2)) hashes.
 *
 * @param errorRate - false-positive probability p, in (0, 1) exclusive
 * @param capacity - distinct items n the filter is meant to hold; integer ≥ 1
 * @returns 958 506 bits and 7 hashes for 1 % at 100 000 items
 * @throws {@link InvalidArgumentError} outside these ranges
 */
export function bloomSize(errorRate: number, capacity: number): BloomSize {
  if (!(errorRate > 0 && errorRate < 1)) {
    throw new InvalidArgumentError("errorRate", errorRate, "a probability above 0 and below 1");
  }
  if (!Number.isSafeInteger(capacity) || capacity < 1) {
    throw new InvalidArgumentError("capacity", capacity, "an integer of 1 or more");
  }
  const bits = Math.max(MIN_BITS, Math.ceil((-capacity * Math.log(errorRate)) / (Math.LN2 * Math.LN2)));
  if (!Number.isSafeInteger(bits)) {
    throw new InvalidArgumentError("capacity", capacity, "a capacity whose filter can be counted exactly in bits");
  }
  return { bits, hashes: Math.max(1, Math.round((bits / capacity) * Math.LN2)) };
}

/**
 * 32-bit FNV-1a hash of a byte string, as an unsigned integer.
 *
 * @see Fowler, Noll and Vo; IETF draft-eastlake-fnv
 */
export function fnv1a32(bytes: Uint8Array): number {
  let hash = FNV_OFFSET_BASIS;
  for (let index = 0; index < bytes.length; index++) hash = fnvStep(hash, bytes[index] as number);
  return hash >>> 0;
}

/**
 * The bit positions of an item (hash version 2): two FNV-1a hashes, of its UTF-8 bytes and of the same bytes reversed,
 * combined by double hashing. Position i is (h1 mod m + i · step) mod m with step = h2 mod (m − 1) + 1.
 *
 * The hashes have 32 bits, so a filter much beyond 2³² bits keeps the property of no false negatives but not its
 * error rate.
 *
 * @param item - whole string, not tokenised; an unpaired surrogate is encoded as U+FFFD
 * @param bits - length m of the bit array; integer ≥ 1
 * @param hashes - number k of positions; integer, 1 to 1 100
 * @returns `hashes` positions in [0, bits), in order, possibly with repeats
 * @throws {@link InvalidArgumentError} outside these ranges
 * @see Kirsch & Mitzenmacher (2006), Less Hashing, Same Performance: Building a Better Bloom Filter, ESA
 */
export function bloomPositions(item: string, bits: number, hashes: number): number[] {
  if (typeof item !== "string") throw new InvalidArgumentError("item", item, "a string");
  if (!Number.isSafeInteger(bits) || bits < 1) throw new InvalidArgumentError("bits", bits, "an integer of 1 or more");
  if (!Number.isSafeInteger(hashes) || hashes < 1 || hashes > MAX_HASHES) {
    throw new InvalidArgumentError("hashes", hashes, `an integer from 1 to ${MAX_HASHES}`);
  }
  const { first, second } = itemHashes(item);
  const positions: number[] = [];
  for (let index = 0; index < hashes; index++) positions.push(bloomPosition(first, second, bits, index));
  return positions;
}

/** The two hashes that all positions of an item follow from. */
export function itemHashes(item: string): { readonly first: number; readonly second: number } {
  const bytes = utf8.encode(item);
  return { first: fnv1a32(bytes), second: fnv1a32Reversed(bytes) };
}

function fnv1a32Reversed(bytes: Uint8Array): number {
  let hash = FNV_OFFSET_BASIS;
  for (let index = bytes.length - 1; index >= 0; index--) hash = fnvStep(hash, bytes[index] as number);
  return hash >>> 0;
}

function fnvStep(hash: number, byte: number): number {
  return Math.imul(hash ^ byte, FNV_PRIME);
}
