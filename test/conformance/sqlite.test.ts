import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openStore } from "../../src/store/store.js";
import { describeConformance } from "./describe-conformance.js";

describeConformance("SQLite", (request, onCleanup) => {
  const folder = mkdtempSync(join(tmpdir(), "policycache-conformance-"));
  onCleanup(() => rmSync(folder, { recursive: true, force: true }));
  return openStore(join(folder, "store.db"), request);
});
