import { createClient, createCluster } from "@redis/client";
import { AS_BYTES, type RedisClientHandle, type RedisClusterHandle } from "./client-handles.js";
import type { ResolvedRedisOptions } from "./options.js";

/** Whether nobody waits for an answer. */
export interface Activity {
  readonly isIdle: boolean;
}

/**
 * Reconnects as long as somebody waits for an answer. Idle, it gives up, because its pauses would keep a process alive that
 * has forgotten it; the next command opens it again.
 */
export function patientClient(url: string, options: ResolvedRedisOptions, activity: Activity): RedisClientHandle {
  let hasConnected = false;
  const client = serverClient(url, options, (retries, cause) =>
    hasConnected && !activity.isIdle ? backOff(retries, options) : cause,
  );
  client.on("ready", () => {
    hasConnected = true;
  });
  return client;
}

export function serverClient(
  url: string,
  options: ResolvedRedisOptions,
  strategy: ReconnectStrategy,
): RedisClientHandle {
  return createClient({
    url: withScheme(url),
    socket: socketOptions(url, options, strategy),
    disableOfflineQueue: true, // what waits inside the client is sent when its caller has long given up
    commandOptions: AS_BYTES, // each command is given them too: merging with others would take the client long
    // A socket never moves, and asking whether it may, the client trips over a password or an address in its URL.
    ...(/^(redis\+)?unix:|\/\/([^/]*@)?\[/i.test(url) ? { maintNotifications: "disabled" } : {}),
  });
}

export function clusterClient(nodes: readonly string[], options: ResolvedRedisOptions): RedisClusterHandle {
  const [first = ""] = nodes;
  const { username, password } = new URL(first);
  return createCluster({
    // Asked once which nodes there are, so that silence is not patience.
    rootNodes: nodes.map((url) => {
      return { url, socket: { ...socketOptions(url, options, () => false), socketTimeout: options.connectTimeoutMs } };
    }),
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
