import type { Health } from "../../../cache/watching/health.js";
import { StoreError } from "../../../common/errors.js";
import { failed, type HealthCheck, type HealthStatus } from "../../../keyspace/port/health-check.js";
import { defineCommand } from "../../command.js";
import { withExistingCache } from "../../input/open-cache.js";
import { addStoreOption, type StoreOptionValue } from "../../input/options.js";
import { EXIT_FAILURE } from "../../output/cli-error.js";
import { oneLine } from "../../output/format.js";
import type { Screen } from "../../output/layout/screen.js";
import { wrap } from "../../output/layout/wrap.js";
import { shownStore } from "../../output/shown-store.js";

interface DoctorOptions extends StoreOptionValue {
  readonly strict?: boolean;
}

export const doctorCommand = defineCommand<DoctorOptions>({
  name: "doctor",
  description: "look at the health of a store, and say what to do",
  configure: (command) => addStoreOption(command).option("--strict", "exit with 1 for a warning, too"),
  run: async ({ options, terminal }) => {
    const health = await examineStore(options.store);
    const isWell = health.status === "ok" || (health.status === "warning" && options.strict !== true);
    return {
      data: { store: shownStore(options.store), ...health },
      text: doctorText(health.checks, terminal.screen),
      exitCode: isWell ? 0 : EXIT_FAILURE,
    };
  },
});

/** A store that is there and cannot be opened is what a doctor is asked about. */
async function examineStore(location: string): Promise<Health> {
  try {
    return await withExistingCache(location, { readOnly: true }, (cache) => cache.health());
  } catch (error) {
    if (!(error instanceof StoreError) || error.code === "STORE_DRIVER_MISSING") throw error;
    return { status: "failing", checkedAt: Date.now() / 1000, checks: [failed("store", error)] };
  }
}

/** Longer lines are hard to read. */
const MOST_COLUMNS = 80;
const STATUS_WIDTH = 9;
const NAME_WIDTH = 13;
const MARGIN = " ".repeat(STATUS_WIDTH + NAME_WIDTH);

function doctorText(checks: readonly HealthCheck[], screen: Screen): string {
  return [...checks.map((check) => checkText(check, screen)), "", summary(checks)].join("\n");
}

function checkText({ name, status, detail, remedy }: HealthCheck, screen: Screen): string {
  const width = Math.min(screen.width, MOST_COLUMNS) - MARGIN.length;
  const told = wrap(oneLine(detail), width);
  const todo = remedy === undefined ? [] : wrap(`To do: ${oneLine(remedy)}`, width);
  const [first = "", ...others] = [...told, ...todo.map(screen.bold)];
  const mark = markOf(status, screen)(status.padEnd(STATUS_WIDTH));
  return [`${mark}${name.padEnd(NAME_WIDTH)}${first}`, ...others.map((line) => MARGIN + line)].join("\n");
}

function markOf(status: HealthStatus, { good, bad, bold, dim }: Screen): (text: string) => string {
  return { ok: good, unknown: dim, warning: bold, failing: bad }[status];
}

const STATUSES: readonly HealthStatus[] = ["failing", "warning", "unknown", "ok"];

function summary(checks: readonly HealthCheck[]): string {
  const counts = STATUSES.map((status) => [checks.filter((check) => check.status === status).length, status] as const);
  return counts
    .filter(([count]) => count > 0)
    .map(([count, status]) => `${count} ${status}`)
    .join(", ");
}
