import { BetterSqlite3Connection } from "./better-sqlite3.js";
import { collectGarbage } from "./collect-garbage.js";

/** A database of `libsql` that nobody else uses. */
export class LibsqlConnection extends BetterSqlite3Connection {
  override readonly readsJoined = true;

  /**
   * The driver keeps the file, its log and its index open until the last statement is collected as garbage, and has no way
   * to let go of one earlier. Whoever closes has forgotten all of them.
   */
  override async close(): Promise<void> {
    await super.close();
    await collectGarbage();
  }
}
