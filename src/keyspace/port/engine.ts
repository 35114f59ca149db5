import type { AbortSignalLike } from "../../common/abort.js";
import type { HealthCheck } from "./health-check.js";
import type { Keyspace } from "./keyspace.js";
import type { Transfer } from "./transfer.js";

/**
 * An atomic step: a synchronous function over a keyspace, with plain data in and out. Two names in an input have a
 * meaning for engines: an object called `keys` holds every storage key the step may touch, and streams among them are called
 * `stream`; an object called `payload`, or in a list called `payloads`, is handed on to a stream unread. A step only passes
 * these on to the keyspace: inside a server they are not the texts and objects they are here. An object called `settings` that
 * is frozen holds no keys, and never changes however deep.
 *
 * `single-read` promises that `execute` calls exactly one reading method, so that an engine may skip the transaction;
 * `isSingleAppend` that it appends one `payload` to a stream, trims that stream and does nothing else, so that an engine may
 * trim after some appends instead of each.
 */
export interface Operation<Input, Output> {
  readonly name: string;
  readonly access: "single-read" | "read" | "write";
  readonly isSingleAppend?: true;
  /** What is done, in one transaction. */
  readonly execute: (keyspace: Keyspace, input: Input) => Output;
}

/** A running store: executes operations atomically and makes their effects durable. */
export interface Engine {
  /** What kind of store this is, for messages: "memory", "sqlite" or an author's own word. */
  readonly name: string;
  /** Where the data is, as the caller wrote it. */
  readonly location: string;
  /**
   * How many shards the data is in, from 1 on; fixed when the store is created. A shard is a keyspace of its own: the
   * same key in two shards holds two things. Shards are numbered from 0.
   */
  readonly shardCount: number;
  /** Whether inputs of operations are sent elsewhere, so that what is rarely needed is better left out. */
  readonly isRemote?: boolean;
  /** Reads and restores whole shards, for export and import. Absent: the engine can do neither. */
  readonly transfer?: Transfer;
  /**
   * Writes a store like this one into an empty file, as it was at one moment, while it is in use. Absent: the engine does not
   * keep a store in a file.
   */
  copyTo?(file: string): Promise<void>;
  /**
   * Runs one operation on one shard as one atomic step. When the promise resolves, its effects are visible to every
   * later operation and durable to the extent the engine was configured for. When it rejects,
   * nothing was changed, unless the error says otherwise: a server may have gone on when its answer was lost.
   */
  run<Input, Output>(operation: Operation<Input, Output>, input: Input, shard: number): Promise<Output>;
  /**
   * Resolves soon after something was appended to the stream in this shard, at the latest after `timeoutMs` or on
   * `signal`; it may resolve for no reason. A consumer waits for all shards at once.
   */
  waitForAppend(stream: string, shard: number, timeoutMs: number, signal: AbortSignalLike): Promise<void>;
  /**
   * Looks at what holds the data: whether it is kept, how full it is, and the like. Rejects for nothing that it finds. Absent:
   * the engine has nothing to tell.
   *
   * @param nowSeconds - Unix time, to compare clocks with
   */
  examine?(nowSeconds: () => number): Promise<readonly HealthCheck[]>;
  /** Idempotent. Operations after it are refused with STORE_CLOSED. */
  close(): Promise<void>;
}
