import type { AbortSignalLike } from "../../common/abort.js";
import { monotonicMs, sleep } from "../../common/timing.js";
import type { Engine, Operation } from "../port/engine.js";
import type { HealthCheck } from "../port/health-check.js";
import { storeClosedError } from "../port/store-errors.js";
import type { Transfer } from "../port/transfer.js";
import type { Upgrading } from "../port/upgrade.js";
import { AppendWatch } from "./client/append-watch.js";
import { connectRedis, describeLocation, type RedisConnection, type RedisLocation } from "./client/connection.js";
import { Deadlines } from "./client/deadlines.js";
import { foreignData, isConnectionLoss, noAnswer, translateRedisError, wasRefused } from "./client/errors.js";
import { type RedisOptions, type ResolvedRedisOptions, resolveRedisOptions } from "./client/options.js";
import { deliveriesKeyOf } from "./deliveries-key.js";
import { warnOfEviction } from "./eviction.js";
import { examineServers } from "./examining/examine-servers.js";
import { agreeOnFormat, DescriptionKeeper, type StoreDescription } from "./format.js";
import type { Kept } from "./near-cache/near-cache.js";
import { checkNearCache, type Near, openNear } from "./near-cache/open-near.js";
import { encodeInput } from "./scripts/encode-input.js";
import { evaluateScript, loadScripts } from "./scripts/evaluate-script.js";
import { decodeMessagePack } from "./scripts/message-pack.js";
import { scriptOf } from "./scripts/operation-scripts.js";
import { describeScriptError } from "./scripts/script-error.js";
import {
  appendOf,
  commandOfAppend,
  executeAppended,
  TrimSchedule,
  undefinedWhenBehind,
} from "./scripts/single-append.js";
import {
  bytesOf,
  commandOf,
  decodeFound,
  executeWith,
  freezeFound,
  type RecordRead,
  readOf,
} from "./scripts/single-read.js";
import { RedisTransfer } from "./transfer.js";

/** Pauses before a call that the server refused is sent again. */
const SHORTEST_PAUSE_MS = 10;
const LONGEST_PAUSE_MS = 200;

/** A Redis or Valkey server, or a cluster, shared by any number of processes and machines. */
export class RedisEngine implements Engine {
  readonly name = "redis";
  readonly isRemote = true;
  readonly location: string;
  readonly shardCount: number;
  readonly transfer: Transfer;
  readonly #prefix: string;
  readonly #connection: RedisConnection;
  readonly #near: Near | undefined;
  readonly #commandTimeoutMs: number;
  readonly #deadlines: Deadlines;
  readonly #appends: AppendWatch;
  readonly #trims = new TrimSchedule();
  /** Absent for who only reads. */
  readonly #description: DescriptionKeeper | undefined;
  #closed = false;

  private constructor(
    location: string,
    connection: RedisConnection,
    deadlines: Deadlines,
    near: Near | undefined,
    description: StoreDescription,
    { prefix, commandTimeoutMs, readOnly }: ResolvedRedisOptions,
  ) {
    this.location = location;
    this.shardCount = description.shards;
    this.#connection = connection;
    this.#near = near;
    this.#prefix = prefix;
    this.#commandTimeoutMs = commandTimeoutMs;
    this.#deadlines = deadlines;
    this.transfer = new RedisTransfer({
      keyPrefix: (shard) => this.#keyPrefix(shard),
      send: (key, command) => this.#send(key, command),
    });
    this.#appends = new AppendWatch(connection, this.#deadlines);
    if (!readOnly) {
      const guarded = { send: (key: string, command: string[]) => deadlines.guard(connection.send(key, command)) };
      this.#description = new DescriptionKeeper(guarded, prefix, description, location);
    }
  }

  /**
   * Connects, and creates the store when there is none under this prefix and it may be written to.
   *
   * @throws {@link StoreError} STORE_UNAVAILABLE, STORE_ACCESS_DENIED or another that says what the server said;
   * STORE_NOT_FOUND with `readOnly`
   * @throws {@link ConfigurationError} when the store was created with another number of shards
   * @throws {@link DataFormatError} when something else uses the prefix, or a version of another format
   */
  static async open(
    location: RedisLocation,
    { upgrade, ...options }: RedisOptions & Upgrading = {},
  ): Promise<RedisEngine> {
    const resolved = resolveRedisOptions(options);
    const { prefix, connectTimeoutMs, commandTimeoutMs, nearCache, nearCacheBytes } = resolved;
    const place = describeLocation(location);
    const opening = new Deadlines(connectTimeoutMs, () => noAnswer(place, connectTimeoutMs));
    const deadlines = new Deadlines(commandTimeoutMs, () => noAnswer(place, commandTimeoutMs));
    const connecting = connectRedis(location, resolved, deadlines);
    try {
      const connection = await opening.guard(connecting);
      const patient = withDeadlines(connection, opening);
      const prepare = async () => {
        const agreed = await agreeOnFormat(patient, prefix, { ...resolved, upgrade }, place);
        if (!connection.isCluster && !resolved.readOnly) await loadScripts(patient);
        return agreed;
      };
      const warned = warnOfEviction(patient, place);
      const description = await retry(prepare, wasRefused, connectTimeoutMs);
      await warned;
      const shards = allShards(prefix, description.shards);
      const near = nearCache ? await opening.guard(openNear(connection, shards, nearCacheBytes)) : undefined;
      return new RedisEngine(place, connection, deadlines, near, description, resolved);
    } catch (error) {
      connecting.then((connection) => connection.close()).catch(() => {});
      throw translateRedisError(error, place);
    }
  }

  async run<Input, Output>(operation: Operation<Input, Output>, input: Input, shard: number): Promise<Output> {
    if (this.#closed) throw storeClosedError(this.location);
    this.#description?.keep();
    const read = readOf(operation, input);
    if (operation.isSingleAppend) return this.#append(operation, input, shard);
    if (read === undefined) return this.#runScript(operation, input, shard);
    const key = this.#keyPrefix(shard) + read.key;
    if (this.#near === undefined)
      return executeWith(operation, input, (await this.#read(read, key, this.#connection)).found);
    const { cache, reads } = this.#near;
    const part = read.kind === "one" ? `=${read.id}` : "";
    const kept = reads.isCurrent ? cache.get(key, part) : undefined;
    if (kept !== undefined) return executeWith(operation, input, kept.found);
    const fetch = async () => {
      const { found, bytes } = await this.#read(read, key, reads);
      return { found: freezeFound(found), bytes };
    };
    return executeWith(operation, input, await cache.read(key, part, fetch));
  }

  async waitForAppend(stream: string, shard: number, timeoutMs: number, signal: AbortSignalLike): Promise<void> {
    if (this.#closed) return;
    await this.#appends.wait(this.#keyPrefix(shard) + stream, timeoutMs, signal).catch((error: unknown) => {
      if (!this.#closed) throw translateRedisError(error, this.location);
    });
  }

  async examine(nowSeconds: () => number): Promise<readonly HealthCheck[]> {
    if (this.#closed) return [];
    const connection = withDeadlines(this.#connection, this.#deadlines);
    const place = { prefix: this.#prefix, location: this.location };
    const checks = await examineServers(connection, place, nowSeconds);
    return this.#near === undefined ? checks : [...checks, checkNearCache(this.#near)];
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#appends.close();
    await this.#deadlines.settled(); // nothing takes longer than the command timeout
    this.#near?.reads.close();
    this.#connection.close();
  }

  /** Sends a command that is no script. */
  async #send(key: string, command: string[]): Promise<unknown> {
    if (this.#closed) throw storeClosedError(this.location);
    return this.#call(() => this.#connection.send(key, command), wasRefused);
  }

  #keyPrefix(shard: number): string {
    return keyPrefix(this.#prefix, shard);
  }

  /** One command of Redis is as atomic as a script and costs a fraction of it. */
  async #read(read: RecordRead, key: string, connection: Pick<RedisConnection, "send">): Promise<Kept> {
    const command = commandOf(read, key);
    const reply = await this.#call(() => connection.send(key, command), isSafeToRepeatRead);
    try {
      return { found: decodeFound(read, reply), bytes: bytesOf(reply) };
    } catch (error) {
      throw foreignData(this.location, error);
    }
  }

  /** One command, too, unless the stream may have to be trimmed. */
  async #append<Input, Output>(operation: Operation<Input, Output>, input: Input, shard: number): Promise<Output> {
    const append = appendOf(operation, input);
    const key = this.#keyPrefix(shard) + append.stream;
    if (this.#trims.isDue(key, append.maxLength)) return this.#runScript(operation, input, shard);
    const command = commandOfAppend(append, key);
    const id = await this.#call(() => this.#connection.send(key, command).catch(undefinedWhenBehind), wasRefused);
    return id === undefined ? this.#runScript(operation, input, shard) : executeAppended(operation, input, String(id));
  }

  async #runScript<Input, Output>(operation: Operation<Input, Output>, input: Input, shard: number): Promise<Output> {
    const script = scriptOf(operation.name);
    const keyPrefix = this.#keyPrefix(shard);
    const { keys, streams, packed } = encodeInput(input);
    const declared = keys.map((key) => keyPrefix + key);
    if (script.usesDeliveries) for (const stream of streams) declared.push(deliveriesKeyOf(keyPrefix, stream));
    if (declared.length === 0) declared.push(keyPrefix);
    const given = [`${declared.length}`, ...declared, keyPrefix, packed];
    const evaluate = () => evaluateScript(this.#connection, script, declared[0] ?? "", given);
    try {
      const reply = await this.#call(evaluate, script.isRead ? isSafeToRepeatRead : wasRefused);
      return decodeMessagePack(reply as Buffer, script.mapsInOutput) as Output;
    } catch (error) {
      throw describeScriptError(error, this.location, operation.name, script);
    } finally {
      // The server tells too, but perhaps after this process has read what it just wrote.
      if (!script.isRead) for (const key of declared) this.#near?.cache.forget(key);
    }
  }

  async #call(attempt: () => Promise<unknown>, mayRepeat: (error: unknown) => boolean): Promise<unknown> {
    const repeats = (error: unknown) => !this.#closed && mayRepeat(error);
    const recover = (error: unknown) => repeatAfter(error, attempt, repeats, this.#commandTimeoutMs);
    try {
      return await this.#deadlines.guard(attempt(), recover);
    } catch (error) {
      throw translateRedisError(error, this.location);
    }
  }
}

/** A connection of which each answer has a limit. */
function withDeadlines(connection: RedisConnection, deadlines: Deadlines): RedisConnection {
  return {
    ...connection,
    send: (key, command) => deadlines.guard(connection.send(key, command)),
    async masters() {
      const senders = await deadlines.guard(connection.masters());
      return senders.map((send) => (command) => deadlines.guard(send(command)));
    },
  };
}

/** All keys of a shard lie in one slot of a cluster: the one of the text in braces. */
function keyPrefix(prefix: string, shard: number): string {
  return `{${prefix}:${shard}}:`;
}

function allShards(prefix: string, shardCount: number): readonly string[] {
  return Array.from({ length: shardCount }, (_, shard) => keyPrefix(prefix, shard));
}

function isSafeToRepeatRead(error: unknown): boolean {
  return wasRefused(error) || isConnectionLoss(error);
}

/** Repeats what the server certainly did not do, until it does or the time is over. */
function retry<Value>(
  attempt: () => Promise<Value>,
  mayRepeat: (error: unknown) => boolean,
  timeoutMs: number,
): Promise<Value> {
  return attempt().catch((error: unknown) => repeatAfter(error, attempt, mayRepeat, timeoutMs));
}

async function repeatAfter<Value>(
  first: unknown,
  attempt: () => Promise<Value>,
  mayRepeat: (error: unknown) => boolean,
  timeoutMs: number,
): Promise<Value> {
  const startedAt = monotonicMs();
  let error = first;
  for (let pauseMs = SHORTEST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    if (!mayRepeat(error) || monotonicMs() + pauseMs - startedAt >= timeoutMs) throw error;
    await sleep(pauseMs);
    try {
      return await attempt();
    } catch (again) {
      error = again;
    }
  }
}
