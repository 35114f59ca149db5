import type {
  BetterSqlite3Database,
  BetterSqlite3Statement,
} from "../../../src/keyspace/sqlite/drivers/better-sqlite3.js";

/** A writing statement with its values. */
export interface NotedWrite {
  readonly sql: string;
  readonly values: readonly unknown[];
}

/** What was issued through a database. */
export interface Issued {
  readonly writes: readonly NotedWrite[];
  readonly reads: number;
}

/**
 * A driver handle that hands everything on and notes the writing statements with their values. The noting costs the
 * recorded side a fraction of a microsecond per statement, so it never flatters us.
 */
export class RecordingDatabase implements BetterSqlite3Database {
  readonly #database: BetterSqlite3Database;
  #writes: NotedWrite[] = [];
  #reads = 0;

  constructor(database: BetterSqlite3Database) {
    this.#database = database;
  }

  prepare(sql: string): BetterSqlite3Statement {
    const statement = this.#database.prepare(sql);
    const kind = kindOf(sql);
    const note = (values: readonly unknown[]) => {
      if (kind === "write") this.#writes.push({ sql, values: values.flat() });
      else if (kind === "read") this.#reads += 1;
    };
    const recording: BetterSqlite3Statement = {
      run: (...values) => {
        note(values);
        return statement.run(...values);
      },
      get: (...values) => {
        note(values);
        return statement.get(...values);
      },
      all: (...values) => {
        note(values);
        return statement.all(...values);
      },
      raw: () => {
        statement.raw();
        return recording;
      },
      safeIntegers: (toggle) => {
        statement.safeIntegers(toggle);
        return recording;
      },
    };
    return recording;
  }

  exec(sql: string): unknown {
    return this.#database.exec(sql);
  }

  close(): unknown {
    return this.#database.close();
  }

  /** @returns what was issued since the last call */
  take(): Issued {
    const taken = { writes: this.#writes, reads: this.#reads };
    this.#writes = [];
    this.#reads = 0;
    return taken;
  }
}

function kindOf(sql: string): "control" | "read" | "write" {
  const verb = /^\s*(\w+)/.exec(sql)?.[1]?.toUpperCase();
  if (verb === "BEGIN" || verb === "COMMIT" || verb === "ROLLBACK" || verb === "PRAGMA") return "control";
  return verb === "SELECT" ? "read" : "write";
}
