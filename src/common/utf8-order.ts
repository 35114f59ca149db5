/**
 * Compares two strings by their UTF-8 bytes, which is code point order and what SQLite and Redis sort by.
 * JavaScript's own `<` compares UTF-16 units and puts U+1F600 before U+FF5E.
 *
 * @returns negative, 0 or positive, like a sort comparator
 */
export function compareUtf8(left: string, right: string): number {
  const shared = Math.min(left.length, right.length);
  for (let index = 0; index < shared; index += 1) {
    const leftUnit = left.charCodeAt(index);
    const rightUnit = right.charCodeAt(index);
    if (leftUnit !== rightUnit) return liftSurrogate(leftUnit) - liftSurrogate(rightUnit);
  }
  return left.length - right.length;
}

/** Moves surrogates, which stand for code points above U+FFFF, behind every other unit. */
function liftSurrogate(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
