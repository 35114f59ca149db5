import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openStore } from "../../src/store/store.js";
import { TESTED_DRIVERS } from "../support/stores/sqlite-drivers.js";
import { describeConformance } from "./describe-conformance.js";

// A database that the caller opened, with every driver that may be passed, told to return what it does not usually.
for (const { name, open } of TESTED_DRIVERS) {
  describeConformance(`a database of ${name}`, (request, onCleanup) => {
    const folder = mkdtempSync(join(tmpdir(), "policycache-conformance-"));
    const location = join(folder, "store.db");
    const database = open(location, true);
    onCleanup(() => {
      database.close();
      rmSync(folder, { recursive: true, force: true });
    });
    return openStore(location, { ...request, database });
  });
}
