import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import Database from "libsql";
import type { Library, PolicyCache } from "../../harness/library.js";
import { SAMPLE_DEFAULTS } from "../../harness/stores/sample-store.js";
import { BareWriter } from "./bare-writer.js";
import { RecordingDatabase } from "./recording-database.js";

export type Workers = "background" | "inline" | "none";

/** A cache whose statements are noted. */
interface RecordedCache {
  readonly cache: PolicyCache;
  readonly recorder: RecordingDatabase;
}

/** Copies of one filled store, and what reads and writes one without the library. */
export interface Stores {
  readonly caches: Readonly<Record<Workers, RecordedCache>>;
  /** Its statements are not noted. It shares the file of the inline one. */
  readonly reading: PolicyCache;
  readonly reader: Database.Database;
  readonly writer: BareWriter;
  readonly close: () => Promise<void>;
}

export async function openStores(library: Library, template: string, folder: string): Promise<Stores> {
  mkdirSync(folder, { recursive: true });
  const handles: Database.Database[] = [];
  const copy = (name: string) => {
    const path = join(folder, `${name}.db`);
    copyFileSync(template, path);
    return path;
  };
  const openBare = (path: string) => {
    const database = new Database(path);
    database.prepare("PRAGMA journal_mode = WAL").get();
    database.exec("PRAGMA synchronous = NORMAL");
    handles.push(database);
    return database;
  };
  const openRecorded = async (workers: Workers, path: string) => {
    const database = new Database(path);
    handles.push(database);
    const recorder = new RecordingDatabase(database);
    const options = { workers, database: recorder, defaults: SAMPLE_DEFAULTS };
    return { recorder, cache: await library.PolicyCache.open(path, options) };
  };
  const path = copy("inline");
  const caches = {
    background: await openRecorded("background", copy("background")),
    inline: await openRecorded("inline", path),
    none: await openRecorded("none", copy("none")),
  };
  const reading = await library.PolicyCache.open(path, { workers: "none", defaults: SAMPLE_DEFAULTS });
  const reader = openBare(path);
  const writer = new BareWriter(openBare(copy("bare")));
  const close = async () => {
    for (const cache of [...Object.values(caches).map(({ cache }) => cache), reading]) await cache.close();
    for (const database of handles) database.close();
  };
  return { caches, reading, reader, writer, close };
}
