import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** A fresh, empty folder that is removed when the running test ends. */
export function temporaryFolder(): string {
  const folder = createTemporaryFolder();
  onTestFinished(() => removeFolder(folder));
  return folder;
}

/** As {@link temporaryFolder}, for callers that share one between tests and remove it themselves. */
export function createTemporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), "policycache-test-"));
}

export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}
