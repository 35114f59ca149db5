import type { Health } from "../../../src/cache/watching/health.js";
import type { HealthCheck } from "../../../src/keyspace/port/health-check.js";

/** @throws when there is no check of that name */
export function checkOf({ checks }: Health, name: string): HealthCheck {
  const found = checks.find((check) => check.name === name);
  if (found === undefined) throw new Error(`No check ${name} among ${checks.map((check) => check.name).join(", ")}.`);
  return found;
}
