import sortedBtree from "sorted-btree";
import { compareUtf8 } from "../../common/utf8-order.js";
import type {
  ClaimedEntry,
  Fields,
  FieldValue,
  GroupDescription,
  Keyspace,
  ScoredMember,
  StoredRecord,
  StreamDescription,
  StreamEntry,
} from "../port/keyspace.js";
import {
  compareStreamPositions,
  formatStreamId,
  nextStreamPosition,
  parseStreamId,
  STREAM_START,
  type StreamPosition,
} from "../port/stream-id.js";
import type { PendingEntry, StoredItem, StreamState, StreamStep } from "../port/transfer.js";
import { surplusEntries } from "../port/trim.js";
import { BitArray } from "./bit-array.js";

type BTreeClass = typeof sortedBtree.default;
// The default import of this CommonJS package is the module in Node and the class itself under bundlers and vitest.
const BTree: BTreeClass = "default" in sortedBtree ? sortedBtree.default : (sortedBtree as BTreeClass);
type OrderedMap<Key, Value> = InstanceType<typeof BTree<Key, Value>>;
type OrderedSet<Member> = OrderedMap<Member, true>;

interface SortedIndex {
  readonly scores: Map<string, number>;
  readonly order: OrderedSet<ScoredMember>;
}

interface Entry {
  readonly position: StreamPosition;
  readonly fields: Fields;
}

interface Stream {
  entries: Entry[];
  last: StreamPosition;
  appended: number;
  readonly groups: Map<string, Group>;
}

interface Group {
  delivered: StreamPosition;
  deliveredCount: number;
  readonly pending: OrderedMap<StreamPosition, Pending>;
}

interface Pending {
  readonly position: StreamPosition;
  readonly consumer: string;
  readonly deliveredAtMs: number;
  readonly failures: number;
}

/** Most positions in one item of a bit array. */
const BITS_PER_ITEM = 4096;

/**
 * The keyspace in JavaScript maps. Every change first notes how to undo itself, so that a failed operation leaves
 * nothing behind. Records are copied and frozen on the way in: what is stored never changes, it is only replaced.
 */
export class MemoryKeyspace implements Keyspace {
  readonly #records = new Map<string, Map<string, Fields>>();
  readonly #indexes = new Map<string, SortedIndex>();
  readonly #sets = new Map<string, OrderedSet<string>>();
  readonly #bits = new Map<string, BitArray>();
  readonly #counters = new Map<string, number>();
  readonly #streams = new Map<string, Stream>();
  #undo: (() => void)[] = [];
  #appendedTo = new Set<string>();

  /** Forgets how to undo. @returns the streams that grew since the last commit */
  commit(): ReadonlySet<string> {
    const appendedTo = this.#appendedTo;
    this.#undo = [];
    this.#appendedTo = new Set();
    return appendedTo;
  }

  rollback(): void {
    const undo = this.#undo.reverse();
    this.#undo = []; // undoing goes through the same methods, which note how to undo themselves
    for (const revert of undo) revert();
    this.commit();
  }

  getRecord(key: string, id: string): Fields | undefined {
    const fields = this.#records.get(key)?.get(id);
    return fields === undefined ? undefined : { ...fields };
  }

  listRecords(key: string): readonly StoredRecord[] {
    // Most keys hold the few records of a state: putting them in order when asked takes less than keeping an order.
    const records = [...(this.#records.get(key) ?? [])].sort(([left], [right]) => compareUtf8(left, right));
    return records.map(([id, fields]) => ({ id, fields }));
  }

  putRecord(key: string, id: string, fields: Fields): void {
    this.#storeRecord(key, id, frozenCopy(fields));
  }

  deleteRecord(key: string, id: string): boolean {
    const records = this.#records.get(key);
    const previous = records?.get(id);
    if (records === undefined || previous === undefined) return false;
    records.delete(id);
    if (records.size === 0) this.#records.delete(key);
    this.#undo.push(() => this.#storeRecord(key, id, previous));
    return true;
  }

  getScore(key: string, member: string): number | undefined {
    return this.#indexes.get(key)?.scores.get(member);
  }

  putScore(key: string, member: string, given: number): void {
    const index = getOrCreate(this.#indexes, key, createSortedIndex);
    const score = withoutNegativeZero(given);
    const previous = index.scores.get(member);
    if (previous === score) return;
    if (previous !== undefined) index.order.delete({ member, score: previous });
    index.scores.set(member, score);
    index.order.set({ member, score }, true);
    this.#undo.push(() => {
      if (previous === undefined) this.removeScore(key, member);
      else this.putScore(key, member, previous);
    });
  }

  addScore(key: string, member: string, score: number): boolean {
    if (this.getScore(key, member) !== undefined) return false;
    this.putScore(key, member, score);
    return true;
  }

  removeScore(key: string, member: string): boolean {
    const index = this.#indexes.get(key);
    const score = index?.scores.get(member);
    if (index === undefined || score === undefined) return false;
    index.scores.delete(member);
    index.order.delete({ member, score });
    this.#undo.push(() => this.putScore(key, member, score));
    return true;
  }

  rangeByRank(key: string, start: number, stop: number): readonly ScoredMember[] {
    const order = this.#indexes.get(key)?.order;
    if (order === undefined) return [];
    const first = Math.max(start < 0 ? order.size + start : start, 0);
    const last = stop < 0 ? order.size + stop : stop;
    const members: ScoredMember[] = [];
    let rank = 0;
    for (const member of order.keys()) {
      if (rank > last) break;
      if (rank >= first) members.push({ ...member });
      rank += 1;
    }
    return members;
  }

  rangeUpToScore(key: string, maxScore: number, limit: number): readonly ScoredMember[] {
    const members: ScoredMember[] = [];
    for (const member of this.#indexes.get(key)?.order.keys() ?? []) {
      if (member.score > maxScore || members.length >= limit) break;
      members.push({ ...member });
    }
    return members;
  }

  rangeFromScore(key: string, minScore: number, limit: number): readonly ScoredMember[] {
    const members: ScoredMember[] = [];
    for (const member of this.#indexes.get(key)?.order.keys({ score: minScore, member: "" }) ?? []) {
      if (members.length >= limit) break;
      members.push({ ...member });
    }
    return members;
  }

  countScores(key: string): number {
    return this.#indexes.get(key)?.order.size ?? 0;
  }

  addToSet(key: string, member: string): boolean {
    const set = getOrCreate(this.#sets, key, createOrderedStrings);
    if (!set.setIfNotPresent(member, true)) return false;
    this.#undo.push(() => this.removeFromSet(key, member));
    return true;
  }

  removeFromSet(key: string, member: string): boolean {
    if (this.#sets.get(key)?.delete(member) !== true) return false;
    this.#undo.push(() => this.addToSet(key, member));
    return true;
  }

  isInSet(key: string, member: string): boolean {
    return this.#sets.get(key)?.has(member) ?? false;
  }

  pageOfSet(key: string, prefix: string, after: string, limit: number): readonly string[] {
    const set = this.#sets.get(key);
    const members: string[] = [];
    const from = compareUtf8(after, prefix) > 0 ? after : prefix;
    for (const member of set?.keys(from) ?? []) {
      if (members.length >= limit || !member.startsWith(prefix)) break;
      if (member !== after) members.push(member);
    }
    return members;
  }

  countSet(key: string): number {
    return this.#sets.get(key)?.size ?? 0;
  }

  setBits(key: string, positions: readonly number[]): number {
    const bits = getOrCreate(this.#bits, key, () => new BitArray());
    const added = positions.filter((position) => bits.set(position));
    this.#undo.push(() => {
      for (const position of added) bits.clear(position);
    });
    return added.length;
  }

  hasBits(key: string, positions: readonly number[]): boolean {
    const bits = this.#bits.get(key);
    return positions.every((position) => bits?.has(position) === true);
  }

  countBits(key: string): number {
    return this.#bits.get(key)?.count ?? 0;
  }

  deleteBits(key: string): void {
    const bits = this.#bits.get(key);
    if (bits === undefined) return;
    this.#bits.delete(key);
    this.#undo.push(() => this.#bits.set(key, bits));
  }

  addToCounter(key: string, amount: number): number {
    const previous = this.getCounter(key);
    this.#counters.set(key, previous + amount);
    this.#undo.push(() => this.#counters.set(key, previous));
    return previous + amount;
  }

  getCounter(key: string): number {
    return this.#counters.get(key) ?? 0;
  }

  appendToStream(name: string, fields: Fields, nowMs: number): string {
    const stream = getOrCreate(this.#streams, name, createStream);
    const previous = stream.last;
    stream.last = nextStreamPosition(previous, nowMs);
    stream.entries.push({ position: stream.last, fields: frozenCopy(fields) });
    stream.appended += 1;
    this.#appendedTo.add(name);
    this.#undo.push(() => {
      stream.last = previous;
      stream.entries.pop();
      stream.appended -= 1;
    });
    return formatStreamId(stream.last);
  }

  readStream(name: string, afterId: string, limit: number): readonly StreamEntry[] {
    const stream = this.#streams.get(name);
    if (stream === undefined) return [];
    return entriesAfter(stream, parseStreamId(afterId), limit).map(exposeEntry);
  }

  trimStream(name: string, maxLength: number): number {
    const stream = this.#streams.get(name);
    if (stream === undefined) return 0;
    let removable = surplusEntries(stream.entries.length, maxLength);
    for (const group of stream.groups.values()) {
      const oldestPending = group.pending.minKey();
      const acknowledged =
        oldestPending === undefined ? indexAfter(stream, group.delivered) : indexOf(stream, oldestPending);
      removable = Math.min(removable, acknowledged);
    }
    if (removable === 0) return 0;
    const removed = stream.entries.slice(0, removable);
    stream.entries = stream.entries.slice(removable);
    this.#undo.push(() => {
      stream.entries = [...removed, ...stream.entries];
    });
    return removable;
  }

  deleteEntry(name: string, id: string): boolean {
    const stream = this.#streams.get(name);
    const entry = stream === undefined ? undefined : entryAt(stream, parseStreamId(id));
    if (stream === undefined || entry === undefined) return false;
    const entries = stream.entries;
    stream.entries = entries.filter((other) => other !== entry);
    this.#undo.push(() => {
      stream.entries = entries;
    });
    for (const group of stream.groups.values()) {
      if (compareStreamPositions(group.delivered, entry.position) < 0) this.#moveGroup(group, group.delivered, 1);
    }
    return true;
  }

  describeStream(name: string): StreamDescription {
    const stream = this.#streams.get(name);
    return { length: stream?.entries.length ?? 0, appended: stream?.appended ?? 0 };
  }

  createGroup(name: string, group: string): void {
    const stream = getOrCreate(this.#streams, name, createStream);
    if (stream.groups.has(group)) return;
    const removed = stream.appended - stream.entries.length;
    stream.groups.set(group, { delivered: STREAM_START, deliveredCount: removed, pending: createPendingList() });
    this.#undo.push(() => stream.groups.delete(group));
  }

  deliverNew(name: string, groupName: string, consumer: string, limit: number, nowMs: number): readonly StreamEntry[] {
    const found = this.#group(name, groupName);
    if (found === undefined) return [];
    const { stream, group } = found;
    const entries = entriesAfter(stream, group.delivered, limit);
    const deliveredAtMs = Math.floor(nowMs);
    for (const entry of entries) {
      this.#setPending(group, { position: entry.position, consumer, deliveredAtMs, failures: 0 });
    }
    const last = entries.at(-1);
    if (last !== undefined) this.#moveGroup(group, last.position, entries.length);
    return entries.map(exposeEntry);
  }

  takeOver(
    name: string,
    groupName: string,
    consumer: string,
    minIdleMs: number,
    limit: number,
    nowMs: number,
  ): readonly ClaimedEntry[] {
    const found = this.#group(name, groupName);
    if (found === undefined) return [];
    const { stream, group } = found;
    const deliveredAtMs = Math.floor(nowMs);
    const claimed: ClaimedEntry[] = [];
    for (const pending of group.pending.valuesArray()) {
      if (claimed.length >= limit) break;
      if (minIdleMs > 0 && deliveredAtMs - pending.deliveredAtMs < minIdleMs) continue;
      this.#setPending(group, { ...pending, consumer, deliveredAtMs });
      const fields = entryAt(stream, pending.position)?.fields;
      claimed.push({
        id: formatStreamId(pending.position),
        fields: fields === undefined ? undefined : { ...fields },
      });
    }
    return claimed;
  }

  acknowledge(name: string, groupName: string, id: string): boolean {
    const group = this.#group(name, groupName)?.group;
    const position = parseStreamId(id);
    const pending = group?.pending.get(position);
    if (group === undefined || pending === undefined) return false;
    group.pending.delete(position);
    this.#undo.push(() => group.pending.set(position, pending));
    return true;
  }

  isPending(name: string, groupName: string, id: string): boolean {
    return this.#group(name, groupName)?.group.pending.has(parseStreamId(id)) ?? false;
  }

  oldestPending(name: string, groupName: string): string | undefined {
    const oldest = this.#group(name, groupName)?.group.pending.minKey();
    return oldest === undefined ? undefined : formatStreamId(oldest);
  }

  addFailure(name: string, groupName: string, id: string): number {
    const group = this.#group(name, groupName)?.group;
    const pending = group?.pending.get(parseStreamId(id));
    if (group === undefined || pending === undefined) return 0;
    const failures = pending.failures + 1;
    this.#setPending(group, { ...pending, failures });
    return failures;
  }

  isCaughtUp(name: string, groupName: string): boolean {
    const found = this.#group(name, groupName);
    if (found === undefined) return false;
    const { stream, group } = found;
    const last = stream.entries.at(-1)?.position ?? STREAM_START;
    return group.pending.size === 0 && compareStreamPositions(group.delivered, last) >= 0;
  }

  passNewest(name: string, groupName: string, count: number): void {
    const found = this.#group(name, groupName);
    if (found !== undefined) this.#moveGroup(found.group, found.stream.last, count);
  }

  describeGroups(name: string): readonly GroupDescription[] {
    const stream = this.#streams.get(name);
    return [...(stream?.groups ?? [])]
      .map(([group, state]) => ({
        name: group,
        pending: state.pending.size,
        lag: (stream?.appended ?? 0) - state.deliveredCount,
      }))
      .sort((left, right) => compareUtf8(left.name, right.name));
  }

  // For moving a store.

  /** Everything but the streams. */
  *items(): Generator<StoredItem> {
    for (const [key, records] of this.#records) {
      for (const [id, fields] of records) yield { kind: "record", key, id, fields };
    }
    for (const [key, { scores }] of this.#indexes) {
      for (const [member, score] of scores) yield { kind: "score", key, member, score };
    }
    for (const [key, set] of this.#sets) for (const member of set.keys()) yield { kind: "member", key, member };
    for (const [key, bits] of this.#bits) {
      const positions = [...bits.positions()];
      for (let first = 0; first < positions.length; first += BITS_PER_ITEM) {
        yield { kind: "bits", key, positions: positions.slice(first, first + BITS_PER_ITEM) };
      }
    }
    for (const [key, value] of this.#counters) if (value !== 0) yield { kind: "counter", key, value };
  }

  streamNames(): readonly string[] {
    return [...this.#streams.keys()];
  }

  streamState(name: string): StreamState | undefined {
    const stream = this.#streams.get(name);
    if (stream === undefined) return undefined;
    const groups = [...stream.groups]
      .map(([group, { delivered, deliveredCount }]) => ({
        name: group,
        deliveredId: formatStreamId(delivered),
        delivered: deliveredCount,
      }))
      .sort((left, right) => compareUtf8(left.name, right.name));
    const { last, appended, entries } = stream;
    return { lastId: formatStreamId(last), appended, length: entries.length, groups };
  }

  pendingAfter(name: string, groupName: string, afterId: string, limit: number): readonly PendingEntry[] {
    const found: PendingEntry[] = [];
    const after = parseStreamId(afterId);
    for (const pending of this.#group(name, groupName)?.group.pending.values(after) ?? []) {
      if (found.length >= limit) break;
      const { position, consumer, deliveredAtMs, failures } = pending;
      if (compareStreamPositions(position, after) === 0) continue;
      found.push({ id: formatStreamId(position), consumer, deliveredAtMs, failures });
    }
    return found;
  }

  restoreStream(name: string, { groups = [], entries = [], end }: StreamStep): void {
    const stream = getOrCreate(this.#streams, name, createStream);
    for (const { name: group, deliveredId, delivered } of groups) {
      const state = { delivered: parseStreamId(deliveredId), deliveredCount: delivered, pending: createPendingList() };
      stream.groups.set(group, state);
    }
    for (const { id, fields, pending } of entries) {
      const position = parseStreamId(id);
      if (fields !== undefined) stream.entries.push({ position, fields: frozenCopy(fields) });
      for (const { group, ...delivery } of pending) {
        stream.groups.get(group)?.pending.set(position, { position, ...delivery });
      }
    }
    if (end !== undefined) Object.assign(stream, { last: parseStreamId(end.lastId), appended: end.appended });
  }

  #storeRecord(key: string, id: string, fields: Fields): void {
    const records = getOrCreate(this.#records, key, () => new Map<string, Fields>());
    const previous = records.get(id);
    records.set(id, fields);
    this.#undo.push(() => {
      if (previous === undefined) this.deleteRecord(key, id);
      else this.#storeRecord(key, id, previous);
    });
  }

  #group(name: string, groupName: string): { stream: Stream; group: Group } | undefined {
    const stream = this.#streams.get(name);
    const group = stream?.groups.get(groupName);
    return stream === undefined || group === undefined ? undefined : { stream, group };
  }

  #setPending(group: Group, pending: Pending): void {
    const previous = group.pending.get(pending.position);
    group.pending.set(pending.position, pending);
    this.#undo.push(() => {
      if (previous === undefined) group.pending.delete(pending.position);
      else group.pending.set(pending.position, previous);
    });
  }

  #moveGroup(group: Group, delivered: StreamPosition, count: number): void {
    const previous = group.delivered;
    group.delivered = delivered;
    group.deliveredCount += count;
    this.#undo.push(() => {
      group.delivered = previous;
      group.deliveredCount -= count;
    });
  }
}

function createOrderedStrings(): OrderedSet<string> {
  return new BTree<string, true>(undefined, compareUtf8);
}

function createSortedIndex(): SortedIndex {
  const compare = (left: ScoredMember, right: ScoredMember) =>
    left.score - right.score || compareUtf8(left.member, right.member);
  return { scores: new Map(), order: new BTree<ScoredMember, true>(undefined, compare) };
}

function createPendingList(): OrderedMap<StreamPosition, Pending> {
  return new BTree<StreamPosition, Pending>(undefined, compareStreamPositions);
}

function createStream(): Stream {
  return { entries: [], last: STREAM_START, appended: 0, groups: new Map() };
}

function getOrCreate<Value>(map: Map<string, Value>, key: string, create: () => Value): Value {
  let value = map.get(key);
  if (value === undefined) {
    value = create();
    map.set(key, value);
  }
  return value;
}

function frozenCopy(fields: Fields): Fields {
  const copy = { ...fields };
  for (const name in copy) {
    const value = copy[name];
    if (value === 0) copy[name] = 0;
    else if (typeof value === "object") copy[name] = Object.freeze(value.map(withoutNegativeZero)) as FieldValue;
  }
  return Object.freeze(copy);
}

/** JSON and SQLite do not keep the sign of zero either. */
function withoutNegativeZero<Value>(value: Value): Value | 0 {
  return value === 0 ? 0 : value;
}

function exposeEntry(entry: Entry): StreamEntry {
  return { id: formatStreamId(entry.position), fields: { ...entry.fields } };
}

/** Index of the first entry at or after a position. */
function indexOf(stream: Stream, position: StreamPosition): number {
  let low = 0;
  let high = stream.entries.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const entry = stream.entries[middle];
    if (entry !== undefined && compareStreamPositions(entry.position, position) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function indexAfter(stream: Stream, position: StreamPosition): number {
  const index = indexOf(stream, position);
  const entry = stream.entries[index];
  return entry !== undefined && compareStreamPositions(entry.position, position) === 0 ? index + 1 : index;
}

function entriesAfter(stream: Stream, position: StreamPosition, limit: number): Entry[] {
  const first = indexAfter(stream, position);
  return stream.entries.slice(first, first + limit);
}

function entryAt(stream: Stream, position: StreamPosition): Entry | undefined {
  const entry = stream.entries[indexOf(stream, position)];
  return entry !== undefined && compareStreamPositions(entry.position, position) === 0 ? entry : undefined;
}
