import { InvalidArgumentError } from "../../common/errors.js";

/** One prime modulus and one multiplier per row. */
const MODULI = [16_777_259, 16_777_289, 16_777_291, 16_777_331, 16_777_333, 16_777_337, 16_777_381] as const;
const MULTIPLIERS = [33_554_467, 33_554_473, 33_554_501, 33_554_503, 33_554_509, 33_554_519, 33_554_527] as const;

export const SKETCH_MAX_DEPTH = MODULI.length;

const utf8 = new TextEncoder();

/**
 * The column of a token in each row of a count-min sketch: a polynomial hash of its UTF-8 bytes, h = (h * M + byte) mod P
 * from h = row + 1, modulo the width. Every intermediate value stays below 2^53.
 *
 * @param width - columns; integer >= 1
 * @param depth - rows; integer from 1 to 7
 * @see Cormode and Muthukrishnan (2005), An improved data stream summary: the count-min sketch, J. Algorithms 55(1)
 */
export function sketchColumns(token: string, width: number, depth: number): readonly number[] {
  if (!Number.isInteger(width) || width < 1) throw new InvalidArgumentError("width", width, "an integer of at least 1");
  if (!Number.isInteger(depth) || depth < 1 || depth > SKETCH_MAX_DEPTH) {
    throw new InvalidArgumentError("depth", depth, `an integer from 1 to ${SKETCH_MAX_DEPTH}`);
  }
  const bytes = utf8.encode(token);
  return Array.from({ length: depth }, (_, row) => {
    const modulus = MODULI[row] ?? 1;
    const multiplier = MULTIPLIERS[row] ?? 1;
    let hash = row + 1;
    for (const byte of bytes) hash = (hash * multiplier + byte) % modulus;
    return hash % width;
  });
}
