import { thrownText } from "../../common/given/thrown-text.js";
import { fine, type HealthCheck, trouble } from "../../keyspace/port/health-check.js";
import type { Workers } from "../recording/workers.js";

/** So many failures in a row are more than a connection that broke. */
const FAILING_AFTER = 5;

/** How the consumers of this cache are doing. */
export function checkWorkers({ mode, statuses }: Workers): HealthCheck {
  const failuresInARow = Math.max(...statuses.map((status) => status.failuresInARow));
  const last = statuses.flatMap(({ lastFailure }) => lastFailure ?? []).at(-1);
  const lastError = last === undefined ? undefined : thrownText(last.error);
  const figures = { mode, failuresInARow, lastError, lastErrorAtSeconds: last?.atSeconds };
  if (statuses.some(({ state }) => state === "stopped")) {
    return trouble("worker", "failing", "This cache was closed: its worker has stopped.", "Open it again.", figures);
  }
  if (failuresInARow === 0) return fine("worker", HOW[mode], figures);
  const times = failuresInARow === 1 ? "once" : `${failuresInARow} times in a row`;
  const status = failuresInARow < FAILING_AFTER ? "warning" : "failing";
  const remedy = "Remove what it fails with; what was recorded waits for it.";
  return trouble("worker", status, `The worker failed ${times}, and tries again: ${lastError}`, remedy, figures);
}

const HOW = {
  background: "The worker of this cache is at work.",
  inline: "Events are counted as they are recorded.",
  none: "This cache leaves the counting to others.",
};
