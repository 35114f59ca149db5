import { ClientOfflineError } from "@redis/client";
import { fine, type HealthCheck, isGraver, trouble } from "../../port/health-check.js";
import { UPGRADE_HINT } from "../../port/upgrade.js";
import type { RedisConnection, SendCommand } from "../client/connection.js";
import { descriptionKey, FORMAT_VERSION, parseDescription, type StoreDescription } from "../format.js";
import {
  checkClock,
  checkEviction,
  checkMemory,
  checkPersistence,
  checkReplication,
  type ServerCheck,
} from "./server-checks.js";
import { askServer, type ServerFacts } from "./server-facts.js";

const SERVER_CHECKS: readonly ServerCheck[] = [
  checkEviction,
  checkMemory,
  checkPersistence,
  checkReplication,
  checkClock,
];

/** Looks at every master, and at the description of the store. One round trip to each. */
export async function examineServers(
  connection: Pick<RedisConnection, "isCluster" | "send" | "masters">,
  { prefix, location }: { readonly prefix: string; readonly location: string },
  nowSeconds: () => number,
): Promise<readonly HealthCheck[]> {
  const [format, servers] = await Promise.all([
    checkDescription(connection, prefix, location),
    askMasters(connection, nowSeconds),
  ]);
  return [format, ...SERVER_CHECKS.map((check) => gravest(servers.map(check)))];
}

async function askMasters(
  connection: Pick<RedisConnection, "isCluster" | "masters">,
  nowSeconds: () => number,
): Promise<readonly ServerFacts[]> {
  const masters = await connection.masters().catch(() => [unreachable]);
  return Promise.all(masters.map((send) => askServer(send, connection.isCluster, nowSeconds)));
}

const unreachable: SendCommand = () => Promise.reject(new ClientOfflineError());

/** What is worst stands for all servers. */
function gravest(checks: readonly HealthCheck[]): HealthCheck {
  const worst = checks.reduce((found, check) => (isGraver(check.status, found.status) ? check : found));
  if (checks.length === 1) return worst;
  const alike = checks.filter(({ status }) => status === worst.status).length;
  return { ...worst, detail: `${worst.detail} (${alike} of ${checks.length} masters)` };
}

async function checkDescription(
  connection: Pick<RedisConnection, "send">,
  prefix: string,
  location: string,
): Promise<HealthCheck> {
  const key = descriptionKey(prefix);
  const found = await connection.send(key, ["GET", key]).catch(() => undefined);
  if (found === undefined) {
    return trouble("format", "unknown", "The server did not say how the store was made.", undefined);
  }
  if (found === null) {
    return trouble(
      "format",
      "failing",
      `The key ${key}, which says how the store was made, is gone: the server was emptied, or evicts keys.`,
      "A process that records writes it again. Set maxmemory-policy noeviction, and compare with a backup.",
    );
  }
  try {
    return checkVersion(parseDescription(String(found), key, location));
  } catch {
    const remedy = "Restore the store from a backup, or use another prefix.";
    return trouble("format", "failing", `The key ${key} was not written by PolicyCache.`, remedy);
  }
}

function checkVersion({ format, isUpgrading }: StoreDescription): HealthCheck {
  const figures = { version: format };
  if (isUpgrading)
    return trouble("format", "failing", "A migration was begun and not completed.", UPGRADE_HINT, figures);
  if (format === FORMAT_VERSION) return fine("format", `Format version ${format}: no migration is due.`, figures);
  const detail = `Format version ${format}; this release writes version ${FORMAT_VERSION}.`;
  return trouble("format", "failing", detail, "Open the store again, with the release that wrote it.", figures);
}
