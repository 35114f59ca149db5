// Results of SQLite, of which drivers tell the names, the numbers, or both. https://sqlite.org/rescode.html
const NUMBERS = {
  ERROR: 1,
  BUSY: 5,
  LOCKED: 6,
  READONLY: 8,
  IOERR: 10,
  CORRUPT: 11,
  FULL: 13,
  CANTOPEN: 14,
  TOOBIG: 18,
  NOTADB: 26,
} as const;

/** A result that is handled; "OTHER" is any other one. */
export type SqliteResult = keyof typeof NUMBERS | "OTHER";

/** What SQLite said: undefined when it was not SQLite that failed. */
export function sqliteResultOf(error: Error): SqliteResult | undefined {
  const { code, errcode } = error as { code?: unknown; errcode?: unknown };
  if (code === "ERR_SQLITE_ERROR" && typeof errcode === "number") return resultOfNumber(errcode); // node:sqlite
  if (typeof code !== "string") return undefined;
  const unnamed = /^UNKNOWN_SQLITE_ERROR_(\d+)$/.exec(code); // libsql, which lacks some names
  if (unnamed !== null) return resultOfNumber(Number(unnamed[1]));
  const name = /^SQLITE_([A-Z]+)/.exec(code)?.[1]; // libsql and better-sqlite3
  if (name === undefined) return undefined;
  return Object.hasOwn(NUMBERS, name) ? (name as SqliteResult) : "OTHER";
}

/** The last eight bits say what failed, the others more about it. */
function resultOfNumber(number: number): SqliteResult {
  const result = Object.entries(NUMBERS).find(([, known]) => known === (number & 0xff));
  return result === undefined ? "OTHER" : (result[0] as SqliteResult);
}
