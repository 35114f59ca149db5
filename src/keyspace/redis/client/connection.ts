import { ClientOfflineError } from "@redis/client";
import { ConfigurationError } from "../../../common/errors.js";
import { startTimer, stopTimer } from "../../../common/timing.js";
import { withoutPassword } from "../../../common/without-secrets.js";
import {
  AS_BYTES,
  type ClientBase,
  type ClusterMaster,
  type RedisClientHandle,
  type RedisClusterHandle,
  type RedisCommand,
} from "./client-handles.js";
import type { ResolvedRedisOptions } from "./options.js";
import { type Activity, clusterClient, patientClient, serverClient } from "./own-clients.js";

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
  /** Ways to send commands to each master, for what is asked of servers and not of keys. */
  masters(): Promise<readonly SendCommand[]>;
  /** A new connection, for commands that block it. */
  duplicate(): Promise<RedisConnection>;
  /** @throws {@link ConfigurationError} when the caller's client cannot tell where keys are */
  keyOwners(): KeyOwners;
  /** Ends it at once. A client of the caller's is only let go. */
  close(): void;
}

export type SendCommand = (command: RedisCommand) => Promise<unknown>;

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

/**
 * Connects. Connections of ours do not keep the process alive: who waits for an answer does.
 *
 * @throws what the client throws, and when the server does not answer in time
 */
export async function connectRedis(
  location: RedisLocation,
  options: ResolvedRedisOptions,
  activity: Activity,
): Promise<RedisConnection> {
  const { connectTimeoutMs: limitMs } = options;
  if (typeof location === "string") {
    const duplicate = () => serverClient(location, options, () => false);
    return connectServer(patientClient(location, options, activity), { isOurs: true, limitMs, duplicate });
  }
  if ("nodes" in location) return connectCluster(clusterClient(location.nodes, options), { isOurs: true, limitMs });
  const { client } = location;
  if (typeof client?.sendCommand !== "function") {
    throw new ConfigurationError("client", client, "a client or a cluster made with node-redis");
  }
  if ("masters" in client) return connectCluster(client, { isOurs: false, limitMs });
  return connectServer(client, { isOurs: false, limitMs, duplicate: () => client.duplicate() });
}

/** How a location reads in messages: without the password. */
export function describeLocation(location: RedisLocation): string {
  if (typeof location === "string") return withoutPassword(location);
  return "nodes" in location ? location.nodes.map(withoutPassword).join(",") : "the given client";
}

/** How a client is treated. */
interface Treatment {
  /** Whether the client is ended with the store. */
  readonly isOurs: boolean;
  /** How long it may take to connect, the server's first answers included. */
  readonly limitMs: number;
}

interface ServerTreatment extends Treatment {
  /** A client for one more connection to the same server. */
  readonly duplicate: () => RedisClientHandle;
}

async function connectServer(client: RedisClientHandle, treatment: ServerTreatment): Promise<RedisConnection> {
  const { isOurs, limitMs, duplicate } = treatment;
  if (isOurs) client.unref();
  await open(client, treatment);
  let isClosed = false;
  const send = (_key: string, command: RedisCommand) => {
    if (!isOurs || client.isOpen || isClosed) return client.sendCommand(command, AS_BYTES);
    // It gave up while nobody waited for it. Callers ask again: what waited here would be sent when they have long given up.
    client.connect().catch(ignoreError);
    return Promise.reject(new ClientOfflineError());
  };
  return {
    isCluster: false,
    send,
    masters: () => Promise.resolve([(command) => send("", command)]),
    duplicate: () => connectServer(duplicate(), { isOurs: true, limitMs, duplicate }),
    keyOwners: () => ({ ownerOf: () => Promise.resolve(client), track: trackWithin(limitMs), send }),
    close() {
      isClosed = true;
      letGo(client, isOurs);
    },
  };
}

async function connectCluster(client: RedisClusterHandle, treatment: Treatment): Promise<RedisConnection> {
  const { isOurs, limitMs } = treatment;
  if (isOurs) client.on("node-connect", () => unrefNodes(client));
  await open(client, treatment);
  const send = (key: string, command: RedisCommand) => client.sendCommand(key, false, command, AS_BYTES);
  return {
    isCluster: true,
    send,
    masters: () => Promise.all(client.masters.map((master) => sendTo(client, master))),
    duplicate: () => connectCluster(client.duplicate({ minimizeConnections: true }), { isOurs: true, limitMs }),
    keyOwners() {
      if (client.getNodeClientForKey === undefined) {
        throw new ConfigurationError("nearCache", true, "false: the given cluster client has no getNodeClientForKey");
      }
      return { ownerOf: client.getNodeClientForKey.bind(client), track: trackWithin(limitMs), send };
    },
    close: () => letGo(client, isOurs),
  };
}

async function sendTo(cluster: RedisClusterHandle, master: ClusterMaster): Promise<SendCommand> {
  const node = await cluster.nodeClient(master);
  return (command) => node.sendCommand(command, AS_BYTES);
}

function unrefNodes({ masters }: RedisClusterHandle): void {
  for (const { client } of masters) client?.unref();
}

/** Opens connections to a client's server, on which it tells of changes to whatever was read through them. */
function trackWithin(limitMs: number): KeyOwners["track"] {
  return (client, onChange, onLoss) => {
    const duplicate = () => client.duplicate({ RESP: 3, emitInvalidate: true });
    const copy = duplicate();
    copy.on("invalidate", (key) => (key === null ? onChange() : onChange(key.toString())));
    copy.on("error", () => {
      letGo(copy, true); // Connected again, it would not know what was read before.
      onLoss();
    });
    return connectServer(copy, { isOurs: true, limitMs, duplicate });
  };
}

/** Connects, or ends the client: one whose server takes the connection and says nothing would hold it for ever. */
async function open(client: ClientBase, { isOurs, limitMs }: Treatment): Promise<void> {
  listen(client);
  if (client.isOpen) return;
  let reason: Error | undefined;
  const note = (error: Error) => {
    reason = error;
  };
  client.on("error", note);
  const limit = startTimer(() => letGo(client, isOurs), limitMs).unref();
  try {
    await client.connect();
  } catch (error) {
    letGo(client, isOurs);
    throw reason ?? error; // A cluster's client only says that no node could be reached.
  } finally {
    stopTimer(limit);
    client.off("error", note);
  }
}

function letGo(client: ClientBase, isOurs: boolean): void {
  if (!isOurs) {
    stopListening(client);
    return;
  }
  try {
    client.destroy();
  } catch {
    // It was closed already.
  }
}

/** How many stores use a client. They share a listener: Node warns of more than ten. */
const users = new WeakMap<ClientBase, number>();

function listen(client: ClientBase): void {
  const others = users.get(client) ?? 0;
  if (others === 0) client.on("error", ignoreError);
  users.set(client, others + 1);
}

function stopListening(client: ClientBase): void {
  const others = (users.get(client) ?? 1) - 1;
  users.set(client, others);
  if (others === 0) client.off("error", ignoreError);
}

/** The client reports broken connections here too; calls fail by themselves, and without a listener Node ends. */
function ignoreError(): void {}
