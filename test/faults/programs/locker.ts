// Holds the write lock of a SQLite file until it is told to end. Parameter: location.
import Database from "libsql";

const [location = ""] = process.argv.slice(2);
const database = new Database(location);
database.exec("BEGIN EXCLUSIVE");
console.log("locked");
process.once("SIGTERM", () => {
  database.exec("ROLLBACK");
  database.close();
  clearInterval(staying);
});
const staying = setInterval(() => {}, 60_000);
