import { fine, type HealthCheck, trouble } from "../../keyspace/port/health-check.js";
import type { ExaminedGroup, StreamExamination } from "../../operations/streams/examine-stream.js";
import type { Store } from "../../store/store.js";
import type { WorkerMode } from "../opening/cache-options.js";
import { CRYSTALLIZER_GROUP } from "../recording/outcome-stream.js";

// What is told of the stream of outcomes: what is not counted, who left it lying, what could not be handled.

/** After so many times the time of a warning it is a failure. */
const FAILING_AFTER = 10;
/** Entries that nobody could read are a warning when they are more than so many of all. */
const MALFORMED_SHARE = 0.01;
/** Clocks of processes may differ by so much. */
const TOLERATED_SECONDS = 1;

/** @param shards - what each of them answered; those that did not are left out */
export function checkOutcomes(
  store: Store,
  shards: readonly StreamExamination[],
  mode: WorkerMode,
): readonly HealthCheck[] {
  const nowSeconds = store.nowSeconds();
  const { uncountedSeconds, behindSeconds } = store.defaults;
  return [
    checkCounting(shards, nowSeconds, uncountedSeconds, mode),
    checkConsumers(shards, nowSeconds, uncountedSeconds, behindSeconds),
    checkGroups(shards, nowSeconds, behindSeconds),
    checkDeadLetters(shards),
    checkMalformed(shards),
    checkTimes(shards, nowSeconds),
  ];
}

function checkCounting(
  shards: readonly StreamExamination[],
  nowSeconds: number,
  limitSeconds: number,
  mode: WorkerMode,
): HealthCheck {
  const groups = shards.map((shard) => shard.groups.find(({ name }) => name === CRYSTALLIZER_GROUP));
  if (shards.some(({ appended }, shard) => appended > 0 && groups[shard] === undefined)) {
    const remedy = "Open a cache that counts: it makes the group again, and goes on with what is still in the stream.";
    return trouble("counting", "failing", "The group that counts events is gone.", remedy);
  }
  const lagByShard = groups.map((group) => group?.lag ?? 0);
  const pendingByShard = groups.map((group) => group?.pending ?? 0);
  const events = sum(lagByShard) + sum(pendingByShard);
  const oldestAgeSeconds = ageOf(groups, nowSeconds);
  const figures = { events, oldestAgeSeconds, lagByShard, pendingByShard, limitSeconds };
  if (events === 0) return fine("counting", "All that was recorded is counted.", figures);
  const what = count(events, "event is", "events are");
  const detail = `${what} recorded and not counted, the oldest for ${seconds(oldestAgeSeconds)}.`;
  if (oldestAgeSeconds < limitSeconds) return fine("counting", detail, figures);
  const status = oldestAgeSeconds < limitSeconds * FAILING_AFTER ? "warning" : "failing";
  return trouble("counting", status, detail, COUNTING_REMEDIES[mode], figures);
}

const COUNTING_REMEDIES: Readonly<Record<WorkerMode, string>> = {
  background: "Look at the worker of this cache; when it works, more processes that count keep up.",
  inline: "The next event that is recorded takes them along; `flush` counts them now.",
  none: "Run a process that counts: a cache that is opened with workers, or `flush`.",
};

/** Who was given entries and has not come back. */
function checkConsumers(
  shards: readonly StreamExamination[],
  nowSeconds: number,
  uncountedSeconds: number,
  behindSeconds: number,
): HealthCheck {
  const heldBy = new Map<string, number>();
  let entries = 0;
  for (const { name, backlog } of shards.flatMap(({ groups }) => groups)) {
    const limitSeconds = name === CRYSTALLIZER_GROUP ? uncountedSeconds : behindSeconds;
    for (const { consumer, sinceMs } of backlog.held) {
      const heldSeconds = nowSeconds - sinceMs / 1000;
      if (heldSeconds < limitSeconds) continue;
      entries += 1;
      const who = `${consumer} of ${name}`;
      heldBy.set(who, Math.max(heldSeconds, heldBy.get(who) ?? 0));
    }
  }
  const longestHeldSeconds = Math.max(0, ...heldBy.values());
  const figures = { consumers: heldBy.size, entries, longestHeldSeconds };
  const [first] = heldBy.keys();
  if (first === undefined) return fine("consumers", "No consumer has left entries behind.", figures);
  const who = heldBy.size === 1 ? `${first} has` : `${first} and ${heldBy.size - 1} more have`;
  const what = count(entries, "entry", "entries");
  const detail = `${who} not come back with ${what}, for up to ${seconds(longestHeldSeconds)}.`;
  const remedy = "Run another consumer of the group: it takes over what they hold.";
  return trouble("consumers", "warning", detail, remedy, figures);
}

/** Groups beside the one that counts: while one is behind, the stream keeps all that it has not read. */
function checkGroups(shards: readonly StreamExamination[], nowSeconds: number, limitSeconds: number): HealthCheck {
  const others = shards.flatMap(({ groups }) => groups).filter(({ name }) => name !== CRYSTALLIZER_GROUP);
  const behind = others.filter((group) => ageOf([group], nowSeconds) >= limitSeconds);
  const names = [...new Set(behind.map(({ name }) => name))];
  const entries = sum(behind.map(({ lag, pending }) => lag + pending));
  const oldestAgeSeconds = ageOf(others, nowSeconds);
  const groups = new Set(others.map(({ name }) => name)).size;
  const figures = { groups, groupsBehind: names.length, entries, oldestAgeSeconds, limitSeconds };
  if (behind.length === 0) return fine("groups", "No other group of the outcome stream is behind.", figures);
  const who = `${names.join(", ")} ${names.length === 1 ? "is" : "are"}`;
  const detail = `${who} ${count(entries, "entry", "entries")} behind, for ${seconds(oldestAgeSeconds)}.`;
  const remedy = "Run its consumers, or more of them: the stream keeps whatever a group has not read.";
  return trouble("groups", "warning", detail, remedy, figures);
}

function checkDeadLetters(shards: readonly StreamExamination[]): HealthCheck {
  const entries = sum(shards.map(({ deadLetters }) => deadLetters));
  if (entries === 0) return fine("deadLetters", "Nothing was set aside.", { entries });
  const what = count(entries, "entry was", "entries were");
  const remedy = "Read the last_error of each and mend the handler; append again what is to be handled.";
  return trouble("deadLetters", "warning", `${what} set aside after the last attempt allowed.`, remedy, { entries });
}

function checkMalformed(shards: readonly StreamExamination[]): HealthCheck {
  const entries = sum(shards.map(({ malformed }) => malformed));
  const appended = sum(shards.map((shard) => shard.appended));
  const figures = { entries, appended };
  if (entries === 0) return fine("malformed", "Every entry could be read.", figures);
  const detail = `${count(entries, "entry", "entries")} of ${appended} could not be read, and count for nothing.`;
  if (entries <= appended * MALFORMED_SHARE) return fine("malformed", detail, figures);
  return trouble("malformed", "warning", detail, "Find out who else writes to the stream, and stop it.", figures);
}

function checkTimes(shards: readonly StreamExamination[], nowSeconds: number): HealthCheck {
  const times = shards.flatMap(({ groups }) => groups.flatMap(({ backlog }) => backlog.newestAtMs ?? []));
  if (times.length === 0) return fine("eventTimes", "Nothing was recorded yet.");
  const newestAgeSeconds = nowSeconds - Math.max(...times) / 1000;
  const figures = { newestAgeSeconds };
  if (newestAgeSeconds >= -TOLERATED_SECONDS) {
    return fine("eventTimes", `The newest event is ${seconds(Math.max(newestAgeSeconds, 0))} old.`, figures);
  }
  const detail = `The newest event is ${seconds(-newestAgeSeconds)} ahead of the clock of this process.`;
  const remedy = "Synchronise the clocks of the processes that record: what comes next is filed under that time.";
  return trouble("eventTimes", "warning", detail, remedy, figures);
}

/** How long the oldest entry has waited; 0 when none does. */
function ageOf(groups: readonly (ExaminedGroup | undefined)[], nowSeconds: number): number {
  const since = groups.flatMap((group) => group?.backlog.waitingSinceMs ?? []);
  return since.length === 0 ? 0 : Math.max(0, nowSeconds - Math.min(...since) / 1000);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function count(entries: number, one: string, many: string): string {
  return `${entries} ${entries === 1 ? one : many}`;
}

function seconds(value: number): string {
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} s`;
}
