import { fine, type HealthCheck, trouble } from "../../port/health-check.js";
import type { ServerFacts } from "./server-facts.js";

// What is told of a server by what it said. Each check is one function; what to do is in docs/redis-operations.md, too.

/** Looks at one side of a server. */
export type ServerCheck = (facts: ServerFacts) => HealthCheck;

const NOT_TOLD =
  "Grant this user the commands INFO, TIME and CONFIG GET to have it looked at, or look at the server itself.";
const ALMOST_FULL = 0.9;
/** Consumers take over after a second what others hold, by whichever clock is first. */
const TOLERATED_SKEW_SECONDS = 1;
const SILENT_REPLICA_SECONDS = 10;

export const checkEviction: ServerCheck = ({ info }) => {
  const policy = info?.get("maxmemory_policy");
  if (policy === undefined) return notTold("eviction", "What the server does when its memory is full");
  const maxmemoryBytes = numberOf(info, "maxmemory");
  const figures = { policy, maxmemoryBytes, evictedKeys: numberOf(info, "evicted_keys") };
  if (!policy.startsWith("allkeys"))
    return fine("eviction", `maxmemory-policy ${policy} deletes no key of the store.`, figures);
  const isBounded = (maxmemoryBytes ?? 0) > 0;
  return trouble(
    "eviction",
    isBounded ? "failing" : "warning",
    `maxmemory-policy ${policy} deletes evidence and policies without an error when the memory is full.`,
    "Set maxmemory-policy noeviction, and give the store a server of its own.",
    figures,
  );
};

export const checkMemory: ServerCheck = ({ info }) => {
  const usedBytes = numberOf(info, "used_memory");
  const limitBytes = numberOf(info, "maxmemory");
  if (usedBytes === undefined || limitBytes === undefined) return notTold("memory", "How full the server is");
  const figures = { usedBytes, limitBytes };
  if (limitBytes === 0) return fine("memory", `${mebibytes(usedBytes)} used, without a limit.`, figures);
  const detail = `${mebibytes(usedBytes)} of ${mebibytes(limitBytes)} used.`;
  if (usedBytes < limitBytes * ALMOST_FULL) return fine("memory", detail, figures);
  const remedy = "Raise maxmemory, or move the store to a larger server: a full one refuses to record.";
  return trouble("memory", usedBytes < limitBytes ? "warning" : "failing", detail, remedy, figures);
};

export const checkPersistence: ServerCheck = ({ info, settings }) => {
  const appends = info?.get("aof_enabled");
  if (appends === undefined) return notTold("persistence", "Whether the server keeps its data on a disk");
  return appends === "1" ? checkAppendOnlyFile(info, settings) : checkSnapshots(info, settings);
};

function checkAppendOnlyFile(info: ServerFacts["info"], settings: ServerFacts["settings"]): HealthCheck {
  const appendfsync = settings?.get("appendfsync");
  const figures = { appendOnly: true, appendfsync };
  if (info?.get("aof_last_write_status") === "err") {
    return trouble("persistence", "failing", "The server cannot write its append-only file.", DISK_REMEDY, figures);
  }
  if (info?.get("aof_last_bgrewrite_status") === "err") {
    const detail = "The server could not rewrite its append-only file, which grows.";
    return trouble("persistence", "warning", detail, DISK_REMEDY, figures);
  }
  if (appendfsync === "no") {
    const detail = "An append-only file that is flushed when the system likes: a power cut loses half a minute or so.";
    return trouble("persistence", "warning", detail, "Set appendfsync everysec.", figures);
  }
  return fine(
    "persistence",
    `An append-only file${appendfsync === undefined ? "" : `, flushed ${appendfsync}`}.`,
    figures,
  );
}

const DISK_REMEDY = "Look into the server's log and at its disk.";
const APPEND_REMEDY = "Set appendonly yes and appendfsync everysec.";

function checkSnapshots(info: ServerFacts["info"], settings: ServerFacts["settings"]): HealthCheck {
  const unsavedChanges = numberOf(info, "rdb_changes_since_last_save");
  const save = settings?.get("save");
  const figures = { appendOnly: false, save, unsavedChanges };
  if (save === "") {
    return trouble(
      "persistence",
      "warning",
      "Nothing is kept on a disk: a restart loses everything.",
      APPEND_REMEDY,
      figures,
    );
  }
  if (info?.get("rdb_last_bgsave_status") === "err") {
    return trouble("persistence", "failing", "The server could not write its last snapshot.", DISK_REMEDY, figures);
  }
  const detail =
    save === undefined
      ? "No append-only file, and the server does not say whether it takes snapshots: a restart loses what came after the last."
      : "Snapshots alone: a restart loses everything since the last.";
  return trouble("persistence", "warning", detail, APPEND_REMEDY, figures);
}

export const checkReplication: ServerCheck = ({ info, cluster }) => {
  const role = info?.get("role");
  if (role === undefined) return notTold("replication", "Whether the server is a master");
  const replicas = replicasOf(info);
  const figures = { role, replicas: replicas.length, slotsFailed: numberOf(cluster, "cluster_slots_fail") };
  if (cluster !== undefined && cluster.get("cluster_state") !== "ok") {
    const detail = "The cluster is down: some of its slots have no master.";
    return trouble(
      "replication",
      "failing",
      detail,
      "Bring the missing masters back, or fail over to their replicas.",
      figures,
    );
  }
  if (role !== "master") {
    const detail = "The server is a replica: nothing can be recorded there.";
    return trouble("replication", "failing", detail, "Name the master as the store, or promote this server.", figures);
  }
  const lagging = replicas.filter(({ state, lag }) => state !== "online" || lag > SILENT_REPLICA_SECONDS).length;
  if (lagging > 0) {
    const detail = `${lagging} of ${replicas.length} replicas are behind: a failover to one loses what it lacks.`;
    return trouble("replication", "warning", detail, "Look at the replicas and at the network to them.", figures);
  }
  return fine(
    "replication",
    replicas.length === 0 ? "A master without replicas." : `A master with ${replicas.length} replicas.`,
    figures,
  );
};

function replicasOf(info: ServerFacts["info"]): readonly { readonly state: string; readonly lag: number }[] {
  const lines = [...(info ?? [])].filter(([name]) => /^slave\d+$/.test(name));
  return lines.map(([, line]) => ({
    state: /\bstate=(\w+)/.exec(line)?.[1] ?? "",
    lag: Number(/\blag=(-?\d+)/.exec(line)?.[1] ?? 0),
  }));
}

export const checkClock: ServerCheck = ({ clock }) => {
  if (clock === undefined) return notTold("clock", "The time of the server");
  const { aheadSeconds, uncertaintySeconds } = clock;
  const figures = { aheadSeconds, uncertaintySeconds };
  const certain = Math.abs(aheadSeconds) - uncertaintySeconds;
  const way = aheadSeconds > 0 ? "ahead of" : "behind";
  const detail = `The server's clock is ${Math.abs(aheadSeconds).toFixed(3)} s ${way} this process's.`;
  if (certain <= TOLERATED_SKEW_SECONDS) return fine("clock", detail, figures);
  return trouble("clock", "warning", detail, "Synchronise the clocks, such as with NTP.", figures);
};

function notTold(name: string, what: string): HealthCheck {
  return trouble(
    name,
    "unknown",
    `${what} is not told: the server did not answer, or this user may not ask.`,
    NOT_TOLD,
  );
}

function numberOf(fields: ReadonlyMap<string, string> | undefined, name: string): number | undefined {
  const text = fields?.get(name);
  return text === undefined || Number.isNaN(Number(text)) ? undefined : Number(text);
}

function mebibytes(bytes: number): string {
  return `${(bytes / 1_048_576).toFixed(1)} MiB`;
}
