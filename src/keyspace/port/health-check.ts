import { PolicyCacheError } from "../../common/errors.js";
import { thrownText } from "../../common/given/thrown-text.js";

/** How something is; `unknown` when it could not be found out, such as what a server does not let this user ask. */
export type HealthStatus = "ok" | "warning" | "failing" | "unknown";

/** One thing that was looked at, and what to do about it. */
export interface HealthCheck {
  readonly name: string;
  readonly status: HealthStatus;
  /** What was found. */
  readonly detail: string;
  /** What to do; undefined when there is nothing to do. */
  readonly remedy: string | undefined;
  /** What was measured, by names that carry the unit. */
  readonly figures: HealthFigures;
}

/** Measured values by name. What could not be measured is left out. */
export interface HealthFigures {
  readonly [name: string]: number | string | boolean | readonly number[] | undefined;
}

const GRAVITY: readonly HealthStatus[] = ["ok", "unknown", "warning", "failing"];

/** The gravest of several; `ok` of none. */
export function worstStatus(statuses: readonly HealthStatus[]): HealthStatus {
  return statuses.reduce((worst, status) => (isGraver(status, worst) ? status : worst), "ok");
}

export function isGraver(status: HealthStatus, than: HealthStatus): boolean {
  return GRAVITY.indexOf(status) > GRAVITY.indexOf(than);
}

/** A check that found nothing wrong. */
export function fine(name: string, detail: string, figures: HealthFigures = {}): HealthCheck {
  return { name, status: "ok", detail, remedy: undefined, figures };
}

/** A check that found something to do. */
export function trouble(
  name: string,
  status: Exclude<HealthStatus, "ok">,
  detail: string,
  remedy: string | undefined,
  figures: HealthFigures = {},
): HealthCheck {
  return { name, status, detail, remedy, figures };
}

/** A check that an error kept from being made, or that is one. */
export function failed(name: string, error: unknown, figures: HealthFigures = {}): HealthCheck {
  const hint = PolicyCacheError.isInstance(error) ? error.hint : undefined;
  const text = thrownText(error);
  const detail = hint !== undefined && text.endsWith(` ${hint}`) ? text.slice(0, -hint.length - 1) : text;
  return trouble(name, "failing", detail, hint, figures);
}
