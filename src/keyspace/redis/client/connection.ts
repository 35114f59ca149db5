import { createClient, createCluster, RESP_TYPES } from "@redis/client";
import { ConfigurationError } from "../../../common/errors.js";
import type { ResolvedRedisOptions } from "./options.js";
import { withoutPassword } from "./without-password.js";

interface CommandOptions {
  readonly timeout: number;
  readonly typeMapping: Record<number, BufferConstructor | ArrayConstructor>;
}

/** A command and what it is given: texts, or bytes. */
export type RedisCommand = (string | Buffer)[];

/** What the engine needs of node-redis, whatever modules and type mappings a client of the caller's has. */
interface ClientBase {
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
  on(event: "invalidate", listener: (key: Buffer | string | null) => void): unknown;
  on(event: "error", listener: (error: Error) => void): unknown;
}

/** A client for a cluster, made by `createCluster` of `redis` or `@redis/client`. */
export interface RedisClusterHandle extends ClientBase {
  sendCommand(key: string, isReadonly: boolean, command: RedisCommand, options?: CommandOptions): Promise<unknown>;
  duplicate(overrides?: { minimizeConnections: boolean }): RedisClusterHandle;
  readonly masters: readonly unknown[];
  /** Needed for a near cache. */
  getNodeClientForKey?(key: string): Promise<RedisClientHandle>;
}

/** Where a store is: a URL, the URLs of some nodes of a cluster, or a client of the caller's. */
export type RedisLocation =
  | string
  | { readonly nodes: readonly string[] }
  | { readonly client: RedisClientHandle | RedisClusterHandle };

/** One way to send commands: to a server, or to the right node of a cluster. */
export interface RedisConnection {
  readonly isCluster: boolean;
  /**
   * @param key - one of the command's keys: decides on the node
   * @returns the reply, with texts as bytes: what scripts answer is no text
   */
  send(key: string, command: RedisCommand): Promise<unknown>;
  /** A new connection, for commands that block it. */
  duplicate(): Promise<RedisConnection>;
  /** @throws {@link ConfigurationError} when the caller's client cannot tell where keys are */
  keyOwners(): KeyOwners;
  /** Ends it at once. A client of the caller's is only let go. */
  close(): void;
}

/** Where keys are, and how to reach them. */
export interface KeyOwners {
  /** The client of the server that has a key, as far as is known here. */
  ownerOf(key: string): Promise<RedisClientHandle>;
  /**
   * A new connection to a server, on which it tells of changes to whatever was read through it.
   *
   * @param onChange - told of a changed key; of none when everything may have changed
   */
  track(owner: RedisClientHandle, onChange: (key?: string) => void, onLoss: () => void): Promise<RedisConnection>;
  /** Sends a command to whoever has a key. */
  send(key: string, command: RedisCommand): Promise<unknown>;
}

/** Maps arrive as flat lists, as in the older protocol. The engine has a time limit of its own, which costs less. */
const AS_BYTES: CommandOptions = {
  timeout: 0,
  typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer, [RESP_TYPES.MAP]: Array },
};

/** Connects. @throws what the client throws */
export async function connectRedis(location: RedisLocation, options: ResolvedRedisOptions): Promise<RedisConnection> {
  if (typeof location === "string") return connectServer(serverClient(location, options), true);
  if ("nodes" in location) return connectCluster(clusterClient(location.nodes, options), true);
  const { client } = location;
  if (typeof client?.sendCommand !== "function") {
    throw new ConfigurationError("client", client, "a client or a cluster made with node-redis");
  }
  return "masters" in client ? connectCluster(client, false) : connectServer(client, false);
}

/** How a location reads in messages: without the password. */
export function describeLocation(location: RedisLocation): string {
  if (typeof location === "string") return withoutPassword(location);
  return "nodes" in location ? location.nodes.map(withoutPassword).join(",") : "the given client";
}

function serverClient(url: string, options: ResolvedRedisOptions): RedisClientHandle {
  let hasConnected = false;
  const client = createClient({
    url: withScheme(url),
    socket: socketOptions(url, options, (retries, cause) => (hasConnected ? backOff(retries, options) : cause)),
    disableOfflineQueue: true, // what waits inside the client is sent when its caller has long given up
    commandOptions: AS_BYTES, // each command is given them too: merging with others would take the client long
    // A socket never moves, and asking whether it may, the client trips over a password in its URL.
    ...(/^(redis\+)?unix:/i.test(url) ? { maintNotifications: "disabled" } : {}),
  });
  client.once("ready", () => {
    hasConnected = true;
  });
  return client;
}

function clusterClient(nodes: readonly string[], options: ResolvedRedisOptions): RedisClusterHandle {
  const [first = ""] = nodes;
  const { username, password } = new URL(first);
  return createCluster({
    rootNodes: nodes.map((url) => ({ url, socket: socketOptions(url, options, () => false) })),
    defaults: {
      ...(username === "" ? {} : { username: decodeURIComponent(username) }),
      ...(password === "" ? {} : { password: decodeURIComponent(password) }),
      socket: socketOptions(first, options, (retries) => backOff(retries, options)),
      disableOfflineQueue: true,
    },
    commandOptions: AS_BYTES,
  });
}

type ReconnectStrategy = (retries: number, cause: Error) => number | Error | false;

function socketOptions(url: string, options: ResolvedRedisOptions, reconnectStrategy: ReconnectStrategy) {
  const common = { connectTimeout: options.connectTimeoutMs, reconnectStrategy };
  return url.startsWith("rediss:") ? { ...options.tls, ...common, tls: true as const } : common;
}

/** Doubling pauses, shortened at random so that many processes do not return at once. */
function backOff(retries: number, options: ResolvedRedisOptions): number {
  const longest = Math.min(50 * 2 ** Math.min(retries, 16), options.reconnectDelayMs);
  return Math.round(longest * (0.5 + Math.random() / 2));
}

function withScheme(url: string): string {
  return url.replace(/^(redis\+)?unix:/i, "unix:");
}

/** The client reports broken connections here too; calls fail by themselves, and without a listener Node ends. */
function ignoreError(): void {}

async function connectServer(client: RedisClientHandle, isOurs: boolean): Promise<RedisConnection> {
  await open(client, isOurs);
  const send = (_key: string, command: RedisCommand) => client.sendCommand(command, AS_BYTES);
  return {
    isCluster: false,
    send,
    async duplicate() {
      const copy = client.duplicate();
      copy.unref();
      return connectServer(copy, true);
    },
    keyOwners: () => ({ ownerOf: () => Promise.resolve(client), track, send }),
    close: () => letGo(client, isOurs),
  };
}

async function connectCluster(client: RedisClusterHandle, isOurs: boolean): Promise<RedisConnection> {
  await open(client, isOurs);
  const send = (key: string, command: RedisCommand) => client.sendCommand(key, false, command, AS_BYTES);
  return {
    isCluster: true,
    send,
    duplicate: () => connectCluster(client.duplicate({ minimizeConnections: true }), true),
    keyOwners() {
      if (client.getNodeClientForKey === undefined) {
        throw new ConfigurationError("nearCache", true, "false: the given cluster client has no getNodeClientForKey");
      }
      return { ownerOf: client.getNodeClientForKey.bind(client), track, send };
    },
    close: () => letGo(client, isOurs),
  };
}

/** A new connection to a client's server, on which it tells of changes to whatever was read through it. */
function track(
  client: RedisClientHandle,
  onChange: (key?: string) => void,
  onLoss: () => void,
): Promise<RedisConnection> {
  const copy = client.duplicate({ RESP: 3, emitInvalidate: true });
  copy.unref();
  copy.on("invalidate", (key) => (key === null ? onChange() : onChange(key.toString())));
  copy.on("error", () => {
    letGo(copy, true); // Connected again, it would not know what was read before.
    onLoss();
  });
  return connectServer(copy, true);
}

async function open(client: ClientBase, isOurs: boolean): Promise<void> {
  client.on("error", ignoreError);
  if (client.isOpen) return;
  let reason: Error | undefined;
  const note = (error: Error) => {
    reason = error;
  };
  client.on("error", note);
  try {
    await client.connect();
  } catch (error) {
    letGo(client, isOurs);
    throw reason ?? error; // A cluster's client only says that no node could be reached.
  } finally {
    client.off("error", note);
  }
}

function letGo(client: ClientBase, isOurs: boolean): void {
  if (!isOurs) {
    client.off("error", ignoreError);
    return;
  }
  try {
    client.destroy();
  } catch {
    // It was closed already.
  }
}
