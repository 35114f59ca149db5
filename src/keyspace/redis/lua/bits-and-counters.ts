import { at } from "./keys.js";
import { redis, tonumber } from "./redis-globals.js";

export function setBits(key: string, positions: readonly number[], length?: number): number {
  let added = 0;
  // A string that grows is given twice the room it needs; one that is made long is not.
  if (length !== undefined && redis.call<number>("EXISTS", at(key)) === 0) {
    redis.call("SETBIT", at(key), length - 1, 0);
  }
  for (const position of positions) {
    if (redis.call<number>("SETBIT", at(key), position, 1) === 0) added += 1;
  }
  return added;
}

export function hasBits(key: string, positions: readonly number[]): boolean {
  for (const position of positions) {
    if (redis.call<number>("GETBIT", at(key), position) === 0) return false;
  }
  return true;
}

export function countBits(key: string): number {
  return redis.call<number>("BITCOUNT", at(key));
}

export function deleteBits(key: string): void {
  redis.call("DEL", at(key));
}

/** Adds as JavaScript does: INCRBYFLOAT rounds otherwise. */
export function addToCounter(key: string, amount: number): number {
  const sum = getCounter(key) + amount;
  redis.call("SET", at(key), sum);
  return sum;
}

export function getCounter(key: string): number {
  const value = redis.call<string | false>("GET", at(key));
  return value === false ? 0 : tonumber(value);
}
