import type {
  ClaimedEntry,
  Fields,
  GroupDescription,
  Keyspace,
  ScoredMember,
  StoredRecord,
  StreamDescription,
  StreamEntry,
} from "../../port/keyspace.js";
import { surplusEntries } from "../../port/trim.js";
import { ARGV, cjson, cmsgpack, error, KEYS, redis, string, table, tonumber } from "./redis-globals.js";

// The keyspace inside Redis. Compiled to Lua with the operations: a script holds the functions its operation calls, so
// each port method is a function of its own. Where the data lies is told in docs/redis.md.

const KEY_PREFIX = ARGV[0];

/** A key of the input is its position among the script's keys; one that was read or put together here is a text. */
function at(key: string): string {
  return KEYS[key] ?? KEY_PREFIX + key;
}

export function getRecord(key: string, id: string): Fields | undefined {
  const packed = redis.call<string | false>("HGET", at(key), id);
  return packed === false ? undefined : cmsgpack.unpack<Fields>(packed);
}

export function listRecords(key: string): readonly StoredRecord[] {
  const flat = redis.call<readonly string[]>("HGETALL", at(key));
  const records: StoredRecord[] = [];
  for (let index = 0; index < flat.length; index += 2) {
    records.push({ id: flat[index] ?? "", fields: cmsgpack.unpack<Fields>(flat[index + 1] ?? "") });
  }
  table.sort(records, (left, right) => isBefore(left.id, right.id));
  return records;
}

export function putRecord(key: string, id: string, fields: Fields): void {
  redis.call("HSET", at(key), id, cmsgpack.pack(fields));
}

export function deleteRecord(key: string, id: string): boolean {
  return redis.call<number>("HDEL", at(key), id) === 1;
}

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

type Entry = readonly [id: string, fields: readonly [name: string, packed: string]];

const ENTRY_FIELD = "fields";

let writtenMs = -1;
let writtenId = "";

/** The ids of a script's entries begin alike, and writing that takes about as long as anything else here. */
function idAt(nowMs: number): string {
  if (nowMs !== writtenMs) {
    writtenMs = nowMs;
    writtenId = string.format("%.0f-*", Math.floor(nowMs));
  }
  return writtenId;
}

export function appendToStream(stream: string, fields: Fields, nowMs: number): string {
  const key = at(stream);
  const packed = packEntry(fields);
  const id = redis.pcall<string>("XADD", key, idAt(nowMs), ENTRY_FIELD, packed);
  if (typeof id === "string") return id;
  return joinNewest(key, packed);
}

/**
 * The clock went back: the entry joins the newest. Whatever else was wrong is wrong with this command too.
 *
 * @rare
 */
function joinNewest(key: string, packed: string): string {
  const newest = infoOf<string>(redis.call("XINFO", "STREAM", key), "last-generated-id");
  return redis.call<string>("XADD", key, `${string.match(newest, "^%d+")}-*`, ENTRY_FIELD, packed);
}

/** A payload of the input is a text already: JSON, which nobody here reads. */
function packEntry(fields: Fields | string): string {
  return typeof fields === "string" ? fields : cmsgpack.pack(fields);
}

const OPENING_BRACE = 123;

function unpackEntry(entry: Entry): Fields {
  const packed = entry[1][1];
  return string.byte(packed, 1) === OPENING_BRACE ? cjson.decode<Fields>(packed) : cmsgpack.unpack<Fields>(packed);
}

export function readStream(stream: string, afterId: string, limit: number): readonly StreamEntry[] {
  if (limit <= 0) return [];
  return exposeEntries(entriesFrom(stream, afterId === "" ? "-" : `(${afterId}`, limit));
}

export function trimStream(stream: string, maxLength: number): number {
  const length = redis.call<number>("XLEN", at(stream));
  const surplus = surplusEntries(length, maxLength);
  return surplus === 0 ? 0 : removeSurplus(stream, maxLength, length, surplus);
}

/**
 * Reads as many entries as it removes, and only when a group is far behind.
 *
 * @rare
 */
function removeSurplus(stream: string, maxLength: number, length: number, surplus: number): number {
  const key = at(stream);
  const oldest = entriesFrom(stream, "-", 1)[0]?.[0] ?? "";
  const bound = firstUnacknowledged(stream, oldest);
  if (bound !== undefined) {
    if (!isEarlier(oldest, bound)) return 0;
    const few = Math.min(maxLength, 255);
    if (entriesFrom(stream, bound, few + 1).length > few) {
      const removable = redis.call<readonly Entry[]>("XRANGE", key, "-", `(${bound}`, "COUNT", surplus).length;
      if (removable < surplus) return redis.call<number>("XTRIM", key, "MINID", bound);
    }
  }
  return redis.call<number>("XTRIM", key, "MAXLEN", length - surplus);
}

/**
 * Every entry before this one was delivered to every group and acknowledged.
 *
 * @returns undefined when all were, `oldest` when it was not
 */
function firstUnacknowledged(stream: string, oldest: string): string | undefined {
  let bound: string | undefined;
  for (const group of groupsOf(stream)) {
    if (isEarlier(group.lastDeliveredId, oldest)) return oldest;
    let first: string | undefined;
    if (group.pending > 0) first = oldestPending(stream, group.name);
    else first = entriesFrom(stream, `(${group.lastDeliveredId}`, 1)[0]?.[0];
    if (first !== undefined && (bound === undefined || isEarlier(first, bound))) bound = first;
  }
  return bound;
}

export function deleteEntry(stream: string, id: string): boolean {
  if (redis.call<number>("XDEL", at(stream), id) === 0) return false;
  // Redis goes on counting it as yet to be delivered.
  for (const { name, lastDeliveredId, entriesRead } of groupsOf(stream)) {
    if (entriesRead !== false && isEarlier(lastDeliveredId, id)) {
      setPosition(stream, name, lastDeliveredId, entriesRead + 1);
    }
  }
  return true;
}

export function describeStream(stream: string): StreamDescription {
  const key = at(stream);
  if (redis.call<number>("EXISTS", key) === 0) return { length: 0, appended: 0 };
  const info = redis.call<readonly unknown[]>("XINFO", "STREAM", key);
  return { length: infoOf<number>(info, "length"), appended: infoOf<number>(info, "entries-added") };
}

/** How long a consumer that holds nothing may be silent before its name is forgotten. */
const FORGOTTEN_AFTER_MS = 86_400_000;

export function createGroup(stream: string, group: string): void {
  const key = at(stream);
  if (findGroup(stream, group) === undefined) {
    const { length, appended } = describeStream(stream);
    redis.call("XGROUP", "CREATE", key, group, "0", "MKSTREAM", "ENTRIESREAD", appended - length);
    return;
  }
  for (const info of redis.call<readonly (readonly unknown[])[]>("XINFO", "CONSUMERS", key, group)) {
    if (infoOf<number>(info, "pending") > 0 || infoOf<number>(info, "idle") < FORGOTTEN_AFTER_MS) continue;
    redis.call("XGROUP", "DELCONSUMER", key, group, infoOf<string>(info, "name"));
  }
}

export function deliverNew(
  stream: string,
  group: string,
  consumer: string,
  limit: number,
  nowMs: number,
): readonly StreamEntry[] {
  if (limit <= 0 || findGroup(stream, group) === undefined) return [];
  const key = at(stream);
  const read = redis.call<readonly [readonly [string, readonly Entry[]]] | false>(
    "XREADGROUP",
    "GROUP",
    group,
    consumer,
    "COUNT",
    limit,
    "STREAMS",
    key,
    ">",
  );
  if (read === false) return [];
  const entries = exposeEntries(read[0][1]);
  for (const { id } of entries) putDelivery(stream, group, id, { atMs: Math.floor(nowMs), failures: 0 });
  keepEntriesRead(stream, group);
  return entries;
}

/** Redis passes deliveries on to its append-only file and replicas without the count behind `lag`. This takes it along. */
function keepEntriesRead(stream: string, group: string): void {
  const found = findGroup(stream, group);
  if (found === undefined || found.entriesRead === false) return;
  setPosition(stream, group, found.lastDeliveredId, found.entriesRead);
}

function setPosition(stream: string, group: string, lastDeliveredId: string, entriesRead: number): void {
  redis.call("XGROUP", "SETID", at(stream), group, lastDeliveredId, "ENTRIESREAD", entriesRead);
}

const PENDING_PAGE = 100;

/**
 * The time of delivery is kept beside the pending list, by the clocks of the consumers. Redis measures idle time by its
 * own clock: that frees what a consumer held whose clock was ahead.
 */
export function takeOver(
  stream: string,
  group: string,
  consumer: string,
  minIdleMs: number,
  limit: number,
  nowMs: number,
): readonly ClaimedEntry[] {
  const claimed: ClaimedEntry[] = [];
  const atMs = Math.floor(nowMs);
  let page = limit > 0 ? pendingEntries(stream, group, "-", "+", PENDING_PAGE) : [];
  while (page.length > 0) {
    for (const [id, , idleMs] of page) {
      const delivery = getDelivery(stream, group, id);
      if (minIdleMs > 0 && atMs - delivery.atMs < minIdleMs && idleMs < minIdleMs) continue;
      claimed.push(claimEntry(stream, group, consumer, id));
      putDelivery(stream, group, id, { atMs, failures: delivery.failures });
      if (claimed.length >= limit) return claimed;
    }
    page = pendingEntries(stream, group, `(${page[page.length - 1]?.[0] ?? ""}`, "+", PENDING_PAGE);
  }
  return claimed;
}

function claimEntry(stream: string, group: string, consumer: string, id: string): ClaimedEntry {
  const [entry] = redis.call<readonly Entry[]>("XRANGE", at(stream), id, id);
  // XCLAIM would drop an entry that is gone from the pending list, and nobody could acknowledge it.
  if (entry === undefined) return { id, fields: undefined };
  redis.call("XCLAIM", at(stream), group, consumer, 0, id, "JUSTID");
  return { id, fields: unpackEntry(entry) };
}

export function acknowledge(stream: string, group: string, id: string): boolean {
  if (redis.call<number>("XACK", at(stream), group, id) === 0) return false;
  redis.call("HDEL", deliveriesKey(stream), deliveryId(group, id));
  return true;
}

export function isPending(stream: string, group: string, id: string): boolean {
  return pendingEntries(stream, group, id, id, 1).length > 0;
}

export function oldestPending(stream: string, group: string): string | undefined {
  return pendingEntries(stream, group, "-", "+", 1)[0]?.[0];
}

export function addFailure(stream: string, group: string, id: string): number {
  if (!isPending(stream, group, id)) return 0;
  const { atMs, failures } = getDelivery(stream, group, id);
  putDelivery(stream, group, id, { atMs, failures: failures + 1 });
  return failures + 1;
}

export function isCaughtUp(stream: string, group: string): boolean {
  const found = findGroup(stream, group);
  if (found === undefined || found.pending > 0) return false;
  return entriesFrom(stream, `(${found.lastDeliveredId}`, 1).length === 0;
}

export function passNewest(stream: string, group: string, _count: number): void {
  if (findGroup(stream, group) !== undefined) redis.call("XGROUP", "SETID", at(stream), group, "$");
}

export function describeGroups(stream: string): readonly GroupDescription[] {
  const groups: GroupDescription[] = [];
  for (const { name, pending, lastDeliveredId, lag } of groupsOf(stream)) {
    groups.push({ name, pending, lag: lag === false ? countAfter(stream, lastDeliveredId) : lag });
  }
  table.sort(groups, (left, right) => isBefore(left.name, right.name));
  return groups;
}

interface Group {
  readonly name: string;
  readonly pending: number;
  readonly lastDeliveredId: string;
  /** Entries of the stream up to the last delivered one, ever; `false` when Redis has lost count. */
  readonly entriesRead: number | false;
  /** `false` when Redis has lost count, as after the removal of an entry that was not delivered yet. */
  readonly lag: number | false;
}

function groupsOf(stream: string): readonly Group[] {
  const key = at(stream);
  const groups: Group[] = [];
  if (redis.call<number>("EXISTS", key) === 0) return groups;
  for (const info of redis.call<readonly (readonly unknown[])[]>("XINFO", "GROUPS", key)) {
    groups.push({
      name: infoOf<string>(info, "name"),
      pending: infoOf<number>(info, "pending"),
      lastDeliveredId: infoOf<string>(info, "last-delivered-id"),
      entriesRead: infoOf<number | false>(info, "entries-read"),
      lag: infoOf<number | false>(info, "lag"),
    });
  }
  return groups;
}

function findGroup(stream: string, name: string): Group | undefined {
  for (const group of groupsOf(stream)) if (group.name === name) return group;
  return undefined;
}

function countAfter(stream: string, id: string): number {
  const pageLength = 1000;
  let count = 0;
  let page = entriesFrom(stream, `(${id}`, pageLength);
  while (page.length > 0) {
    count += page.length;
    page = entriesFrom(stream, `(${page[page.length - 1]?.[0] ?? ""}`, pageLength);
  }
  return count;
}

function entriesFrom(stream: string, from: string, limit: number): readonly Entry[] {
  return redis.call<readonly Entry[]>("XRANGE", at(stream), from, "+", "COUNT", limit);
}

function exposeEntries(entries: readonly Entry[]): readonly StreamEntry[] {
  const exposed: StreamEntry[] = [];
  for (const entry of entries) exposed.push({ id: entry[0], fields: unpackEntry(entry) });
  return exposed;
}

type PendingEntry = readonly [id: string, consumer: string, idleMs: number];

/** Entries delivered and not acknowledged, in stream order; none of a group that does not exist. */
function pendingEntries(
  stream: string,
  group: string,
  from: string,
  to: string,
  limit: number,
): readonly PendingEntry[] {
  const reply = redis.pcall<readonly PendingEntry[]>("XPENDING", at(stream), group, from, to, limit);
  if (!("err" in reply)) return reply;
  if (string.sub(reply.err, 1, 7) === "NOGROUP") return [];
  return error(reply.err, 0);
}

interface Delivery {
  readonly atMs: number;
  readonly failures: number;
}

function getDelivery(stream: string, group: string, id: string): Delivery {
  const packed = redis.call<string | false>("HGET", deliveriesKey(stream), deliveryId(group, id));
  return packed === false ? { atMs: 0, failures: 0 } : cmsgpack.unpack<Delivery>(packed);
}

function putDelivery(stream: string, group: string, id: string, delivery: Delivery): void {
  redis.call("HSET", deliveriesKey(stream), deliveryId(group, id), cmsgpack.pack(delivery));
}

/** The engine declares it for every stream of the input. */
function deliveriesKey(stream: string): string {
  const name = string.sub(at(stream), KEY_PREFIX.length + 1, -1);
  return `${KEY_PREFIX}deliveries\t${name}`;
}

function deliveryId(group: string, id: string): string {
  return `${group}\t${id}`;
}

/** The value after a name in a flat list of names and values. */
function infoOf<Value>(flat: readonly unknown[], name: string): Value {
  for (let index = 0; index < flat.length; index += 2) {
    if (flat[index] === name) return flat[index + 1] as Value;
  }
  return error(`Redis gave no ${name}: this store needs Redis 7 or Valkey`, 0);
}

function isEarlier(left: string, right: string): boolean {
  const [leftMs, rightMs] = [millisecondsOf(left), millisecondsOf(right)];
  return leftMs < rightMs || (leftMs === rightMs && sequenceOf(left) < sequenceOf(right));
}

function millisecondsOf(id: string): number {
  return tonumber(string.match(id, "^%d+"));
}

function sequenceOf(id: string): number {
  return tonumber(string.match(id, "%d+$"));
}

/** Order by bytes. Lua's own `<` follows the locale the server was started with. */
function isBefore(left: string, right: string): boolean {
  const shared = Math.min(left.length, right.length);
  for (let position = 1; position <= shared; position += 1) {
    const [leftByte, rightByte] = [string.byte(left, position), string.byte(right, position)];
    if (leftByte !== rightByte) return leftByte < rightByte;
  }
  return left.length < right.length;
}

/** Every port method is there, with its signature. */
export const redisKeyspace: Keyspace = {
  getRecord,
  listRecords,
  putRecord,
  deleteRecord,
  getScore,
  putScore,
  addScore,
  removeScore,
  rangeByRank,
  rangeUpToScore,
  rangeFromScore,
  countScores,
  addToSet,
  removeFromSet,
  isInSet,
  pageOfSet,
  countSet,
  setBits,
  hasBits,
  countBits,
  deleteBits,
  addToCounter,
  getCounter,
  appendToStream,
  readStream,
  trimStream,
  deleteEntry,
  describeStream,
  createGroup,
  deliverNew,
  takeOver,
  acknowledge,
  isPending,
  oldestPending,
  addFailure,
  isCaughtUp,
  passNewest,
  describeGroups,
};
