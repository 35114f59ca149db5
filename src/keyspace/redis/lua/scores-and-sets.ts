import type { ScoredMember } from "../../port/keyspace.js";
import { isBefore } from "./byte-order.js";
import { at } from "./keys.js";
import { redis, string, tonumber } from "./redis-globals.js";

export function getScore(key: string, member: string): number | undefined {
  const score = redis.call<string | false>("ZSCORE", at(key), member);
  return score === false ? undefined : tonumber(score);
}

export function putScore(key: string, member: string, score: number): void {
  redis.call("ZADD", at(key), score, member); // Redis writes a number as %.17g: every bit is kept
}

export function addScore(key: string, member: string, score: number): boolean {
  return redis.call<number>("ZADD", at(key), "NX", score, member) === 1;
}

export function removeScore(key: string, member: string): boolean {
  return redis.call<number>("ZREM", at(key), member) === 1;
}

export function rangeByRank(key: string, start: number, stop: number): readonly ScoredMember[] {
  return scoredMembers(redis.call("ZRANGE", at(key), start, stop, "WITHSCORES"));
}

export function rangeUpToScore(key: string, maxScore: number, limit: number): readonly ScoredMember[] {
  return scoredMembers(redis.call("ZRANGEBYSCORE", at(key), "-inf", maxScore, "WITHSCORES", "LIMIT", 0, limit));
}

export function rangeFromScore(key: string, minScore: number, limit: number): readonly ScoredMember[] {
  return scoredMembers(redis.call("ZRANGEBYSCORE", at(key), minScore, "+inf", "WITHSCORES", "LIMIT", 0, limit));
}

export function countScores(key: string): number {
  return redis.call<number>("ZCARD", at(key));
}

function scoredMembers(flat: readonly string[]): readonly ScoredMember[] {
  const members: ScoredMember[] = [];
  for (let index = 0; index < flat.length; index += 2) {
    members.push({ member: flat[index] ?? "", score: tonumber(flat[index + 1] ?? "0") });
  }
  return members;
}

export function addToSet(key: string, member: string): boolean {
  return redis.call<number>("ZADD", at(key), 0, member) === 1;
}

export function removeFromSet(key: string, member: string): boolean {
  return redis.call<number>("ZREM", at(key), member) === 1;
}

export function isInSet(key: string, member: string): boolean {
  return redis.call<string | false>("ZSCORE", at(key), member) !== false;
}

export function pageOfSet(key: string, prefix: string, after: string, limit: number): readonly string[] {
  const from = isBefore(after, prefix) || after === "" ? `[${prefix}` : `(${after}`;
  // The byte FF occurs in no UTF-8 text: it follows everything that begins with the prefix.
  const to = `(${prefix}${string.char(255)}`;
  return redis.call("ZRANGEBYLEX", at(key), from, to, "LIMIT", 0, limit);
}

export function countSet(key: string): number {
  return redis.call<number>("ZCARD", at(key));
}
