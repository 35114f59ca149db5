import type { Keyspace } from "../port/keyspace.js";
import type { SqliteStatements } from "./statements.js";
import { sqliteBitArrays } from "./structures/bit-arrays.js";
import { sqliteConsumerGroups } from "./structures/consumer-groups.js";
import { sqliteCounters } from "./structures/counters.js";
import { sqliteRecords } from "./structures/records.js";
import { sqliteSets } from "./structures/sets.js";
import { sqliteSortedIndexes } from "./structures/sorted-indexes.js";
import { sqliteStreams } from "./structures/streams.js";
import { WriteBuffer } from "./write-buffer.js";

/** A keyspace in SQLite tables. Used inside a transaction that the engine opens. */
export class SqliteKeyspace {
  readonly port: Keyspace;
  readonly #buffer: WriteBuffer;

  constructor(statements: SqliteStatements) {
    const buffer = new WriteBuffer(statements);
    this.#buffer = buffer;
    this.port = {
      ...sqliteRecords(statements, buffer),
      ...sqliteSortedIndexes(statements),
      ...sqliteSets(statements, buffer),
      ...sqliteBitArrays(statements, buffer),
      ...sqliteCounters(statements),
      ...sqliteStreams(statements, buffer),
      ...sqliteConsumerGroups(statements, buffer),
    };
  }

  /** Called before every commit. */
  flush(): void {
    this.#buffer.writeRecords();
    this.#buffer.writePages();
    this.#buffer.writeHeads();
  }

  /** Called after every commit and rollback. @returns the streams that were appended to */
  endTransaction(): readonly string[] {
    return this.#buffer.clear();
  }
}
