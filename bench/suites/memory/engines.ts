import { existsSync } from "node:fs";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { library } from "../../harness/library.js";
import { connectRedis } from "../../harness/redis/client.js";
import { entryBytes, redisKinds, usedMemory } from "./redis-memory.js";
import { sqliteEntryBytes, sqliteKinds } from "./sqlite-size.js";

export type BytesByKind = Readonly<Record<string, number>>;

/** An engine whose memory can be measured. */
export interface MemoryEngine {
  readonly name: string;
  readonly open: (name: string) => Promise<OpenMemory>;
}

export interface OpenMemory {
  readonly location: string;
  /** What a store at the location takes by now. Kinds of keys are left out where only the whole is known. */
  readonly read: () => Promise<{ readonly bytes: number; readonly kinds?: BytesByKind }>;
  /** Bytes of an entry of a stream. */
  readonly entries?: () => Promise<BytesByKind>;
  readonly close?: () => Promise<void>;
}

/**
 * The engines whose memory can be measured.
 *
 * @param folder - for files
 * @param redisUrl - of a server that is used by nobody else; absent where there is none
 */
export function memoryEngines(folder: string, redisUrl: string | undefined): readonly MemoryEngine[] {
  return [
    { name: "memory", open: openHeap },
    { name: "SQLite", open: (name) => openFile(join(folder, `memory-${name}.db`)) },
    ...(redisUrl === undefined ? [] : [{ name: "Redis", open: () => openServer(redisUrl) }]),
  ];
}

async function openHeap(): Promise<OpenMemory> {
  setFlagsFromString("--expose-gc");
  const collectGarbage: () => void = runInNewContext("gc");
  return {
    location: "memory:",
    read: async () => {
      for (let pass = 0; pass < 3; pass += 1) collectGarbage();
      const { heapUsed, arrayBuffers } = process.memoryUsage();
      return { bytes: heapUsed + arrayBuffers };
    },
  };
}

async function openFile(path: string): Promise<OpenMemory> {
  return {
    location: path,
    read: async () => (existsSync(path) ? sqliteKinds(path) : { bytes: 0 }),
    entries: async () => ({
      "outcome stream": sqliteEntryBytes(path, library.OUTCOME_STREAM),
      "policy events": sqliteEntryBytes(path, `${library.OUTCOME_STREAM}:%`),
    }),
  };
}

async function openServer(url: string): Promise<OpenMemory> {
  const client = await connectRedis(url);
  await client.flushAll();
  return {
    location: url,
    read: async () => ({ bytes: await usedMemory(client), kinds: await redisKinds(client) }),
    entries: async () => ({
      "outcome stream": await entryBytes(client, "outcome stream"),
      "policy events": await entryBytes(client, "policy events"),
    }),
    close: async () => client.destroy(),
  };
}
