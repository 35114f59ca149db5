/**
 * A driver handle that hands everything on and notes the writing statements with their values. The noting costs the
 * recorded side a fraction of a microsecond per statement, so it never flatters us.
 */
export class RecordingDatabase {
  #database;
  #writes = [];
  #reads = 0;

  constructor(database) {
    this.#database = database;
  }

  prepare(sql) {
    const statement = this.#database.prepare(sql);
    const kind = kindOf(sql);
    const note = (values) => {
      if (kind === "write") this.#writes.push({ sql, values: values.flat() });
      else if (kind === "read") this.#reads += 1;
    };
    const recording = {
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
    };
    return recording;
  }

  exec(sql) {
    return this.#database.exec(sql);
  }

  close() {
    return this.#database.close();
  }

  /** @returns what was issued since the last call */
  take() {
    const taken = { writes: this.#writes, reads: this.#reads };
    this.#writes = [];
    this.#reads = 0;
    return taken;
  }
}

function kindOf(sql) {
  const verb = /^\s*(\w+)/.exec(sql)?.[1]?.toUpperCase();
  if (verb === "BEGIN" || verb === "COMMIT" || verb === "ROLLBACK" || verb === "PRAGMA") return "control";
  return verb === "SELECT" ? "read" : "write";
}
