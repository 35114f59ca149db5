/** Marks the file as ours: "PCch" in the SQLite header. */
export const APPLICATION_ID = 0x50436368;
/** Raised whenever stored data changes shape. A file of another version is refused. */
export const FORMAT_VERSION = 2;
/** Bit arrays are stored in pages of this many bits, so that setting one bit does not rewrite the whole array. */
export const BITS_PER_PAGE = 4096;

/**
 * One table per structure of the port. Records of one key lie side by side, so that reading a state's policies is one
 * range scan.
 */
export const SCHEMA = `
CREATE TABLE records (key TEXT, id TEXT, fields TEXT NOT NULL, PRIMARY KEY (key, id)) STRICT, WITHOUT ROWID;
CREATE TABLE scores (key TEXT, member TEXT, score REAL NOT NULL, PRIMARY KEY (key, member)) STRICT, WITHOUT ROWID;
CREATE INDEX scores_in_order ON scores (key, score, member);
CREATE TABLE members (key TEXT, member TEXT, PRIMARY KEY (key, member)) STRICT, WITHOUT ROWID;
CREATE TABLE bits (key TEXT, page INTEGER, bits BLOB NOT NULL, PRIMARY KEY (key, page)) STRICT, WITHOUT ROWID;
CREATE TABLE counters (key TEXT PRIMARY KEY, value REAL NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE streams (
  stream TEXT PRIMARY KEY, ms INTEGER NOT NULL, seq INTEGER NOT NULL,
  length INTEGER NOT NULL, appended INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE stream_entries (
  stream TEXT, ms INTEGER, seq INTEGER, fields TEXT NOT NULL, PRIMARY KEY (stream, ms, seq)
) STRICT, WITHOUT ROWID;
CREATE TABLE stream_groups (
  stream TEXT, name TEXT, ms INTEGER NOT NULL, seq INTEGER NOT NULL, delivered INTEGER NOT NULL,
  PRIMARY KEY (stream, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE stream_pending (
  stream TEXT, name TEXT, ms INTEGER, seq INTEGER, consumer TEXT NOT NULL, delivered_at_ms INTEGER NOT NULL,
  failures INTEGER NOT NULL, PRIMARY KEY (stream, name, ms, seq)
) STRICT, WITHOUT ROWID;
PRAGMA application_id = ${APPLICATION_ID};
PRAGMA user_version = ${FORMAT_VERSION};
`;
