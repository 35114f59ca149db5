import { RESP_TYPES } from "@redis/client";

interface CommandOptions {
  readonly timeout: number;
  readonly typeMapping: Record<number, BufferConstructor | ArrayConstructor>;
}

/** A command and what it is given: texts, or bytes. */
export type RedisCommand = (string | Buffer)[];

/** What the engine needs of node-redis, whatever modules and type mappings a client of the caller's has. */
export interface ClientBase {
  readonly isOpen: boolean;
  connect(): Promise<unknown>;
  destroy(): void;
  on(event: "error", listener: (error: Error) => void): unknown;
  off(event: "error", listener: (error: Error) => void): unknown;
}

/** A client for one server, made by `createClient` of `redis` or `@redis/client`. */
export interface RedisClientHandle extends ClientBase {
  sendCommand(command: RedisCommand, options?: CommandOptions): Promise<unknown>;
  duplicate(overrides?: { RESP: 3; emitInvalidate: true }): RedisClientHandle;
  unref(): void;
  on(event: "ready", listener: () => void): unknown;
  on(event: "invalidate", listener: (key: Buffer | string | null) => void): unknown;
  on(event: "error", listener: (error: Error) => void): unknown;
}

/** What a cluster's client knows of a master. */
export interface ClusterMaster {
  /** Absent until it is connected. */
  readonly client?: { unref(): void };
}

/** A client for a cluster, made by `createCluster` of `redis` or `@redis/client`. */
export interface RedisClusterHandle extends ClientBase {
  sendCommand(key: string, isReadonly: boolean, command: RedisCommand, options?: CommandOptions): Promise<unknown>;
  duplicate(overrides?: { minimizeConnections: boolean }): RedisClusterHandle;
  readonly masters: readonly ClusterMaster[];
  nodeClient(master: ClusterMaster): Promise<RedisClientHandle>;
  on(event: "node-connect", listener: () => void): unknown;
  on(event: "error", listener: (error: Error) => void): unknown;
  /** Needed for a near cache. */
  getNodeClientForKey?(key: string): Promise<RedisClientHandle>;
}

/** Maps arrive as flat lists, as in the older protocol. The engine has a time limit of its own, which costs less. */
export const AS_BYTES: CommandOptions = {
  timeout: 0,
  typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer, [RESP_TYPES.MAP]: Array },
};
