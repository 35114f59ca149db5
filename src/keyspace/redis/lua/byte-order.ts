import { string } from "./redis-globals.js";

/** Order by bytes. Lua's own `<` follows the locale the server was started with. */
export function isBefore(left: string, right: string): boolean {
  const shared = Math.min(left.length, right.length);
  for (let position = 1; position <= shared; position += 1) {
    const [leftByte, rightByte] = [string.byte(left, position), string.byte(right, position)];
    if (leftByte !== rightByte) return leftByte < rightByte;
  }
  return left.length < right.length;
}
