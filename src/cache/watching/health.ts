import type { AbortSignalLike } from "../../common/abort.js";
import { failed, fine, type HealthCheck, trouble, worstStatus } from "../../keyspace/port/health-check.js";
import { examineStream, type StreamExamination } from "../../operations/streams/examine-stream.js";
import { deadLettersOf } from "../../store/storage-keys.js";
import type { Store } from "../../store/store.js";
import { MALFORMED_KEY } from "../outcome-keys.js";
import { OUTCOME_STREAM } from "../recording/outcome-stream.js";
import type { Workers } from "../recording/workers.js";
import { checkOutcomes } from "./outcome-checks.js";
import { type Settled, settledWithin } from "./settled-within.js";
import { checkWorkers } from "./worker-check.js";

/** How a cache and its store are doing. */
export interface Health {
  /** The gravest status of the checks; what is unknown counts as ok. */
  readonly status: "ok" | "warning" | "failing";
  /** Unix seconds by the clock of the store. */
  readonly checkedAt: number;
  readonly checks: readonly HealthCheck[];
}

/** What of a cache is looked at. */
export interface Watched {
  readonly store: Store;
  readonly workers: Workers;
}

const KEYS = { stream: OUTCOME_STREAM, deadLetters: deadLettersOf(OUTCOME_STREAM), malformed: MALFORMED_KEY };

/**
 * Looks at the store, at what waits to be counted and at who counts it, all at once. What does not answer in time is told as
 * that.
 *
 * @throws the reason of the signal when it is aborted, and nothing else
 */
export async function examine(
  { store, workers }: Watched,
  timeoutMs: number,
  signal: AbortSignalLike | undefined,
): Promise<Health> {
  const within = <Value>(work: Promise<Value>) => settledWithin(work, timeoutMs, signal);
  const [shards, found] = await Promise.all([
    Promise.all(store.shards.map((shard) => within(store.run(examineStream, { keys: KEYS }, shard)))),
    within(store.examine()),
  ]);
  const answers = shards.flatMap(({ value }) => (value === undefined ? [] : [value]));
  const checks = [
    checkReach(store, shards, timeoutMs),
    ...(answers.length === 0 ? [] : checkOutcomes(store, answers, workers.mode)),
    checkWorkers(workers),
    ...(found.value ?? [notExamined(found, timeoutMs)]),
  ];
  const worst = worstStatus(checks.map(({ status }) => status));
  return { status: worst === "unknown" ? "ok" : worst, checkedAt: store.nowSeconds(), checks };
}

const SLOW_MS = 1000;

function checkReach(store: Store, shards: readonly Settled<StreamExamination>[], timeoutMs: number): HealthCheck {
  const latencyMs = Math.max(...shards.map((shard) => shard.tookMs));
  const silent = shards.filter(({ value }) => value === undefined);
  const figures = { latencyMs, shards: shards.length, shardsSilent: silent.length };
  const [first] = silent;
  if (first !== undefined) {
    const check =
      first.error === undefined
        ? trouble(
            "store",
            "failing",
            tooLate(store, timeoutMs),
            "Look at the server and at the network to it.",
            figures,
          )
        : failed("store", first.error, figures);
    if (shards.length === 1) return check;
    return { ...check, detail: `${silent.length} of ${shards.length} shards do not answer: ${check.detail}` };
  }
  const detail = `The store at ${store.location} answers within ${latencyMs.toFixed(1)} ms.`;
  if (latencyMs < SLOW_MS) return fine("store", detail, figures);
  return trouble("store", "warning", detail, "Look for what keeps it, or this process, busy.", figures);
}

function tooLate({ location }: Store, timeoutMs: number): string {
  return `The store at ${location} did not answer within ${timeoutMs} ms.`;
}

function notExamined({ error }: Settled<unknown>, timeoutMs: number): HealthCheck {
  if (error !== undefined) return { ...failed("engine", error), status: "unknown" };
  return trouble("engine", "unknown", `What holds the data did not answer within ${timeoutMs} ms.`, undefined);
}
