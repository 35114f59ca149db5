import assert from "node:assert/strict";
import { type ErrorCode, PolicyCacheError } from "../common/errors.js";

/** Tolerance of anything that goes through a power or a cosine. */
const RELATIVE = 1e-9;
/** Tolerance of running means and other sums and products. */
const ABSOLUTE = 1e-12;

/** T9: a relative error of at most 1e-9; an expected 0 is met exactly. */
export function assertRelative(actual: number | undefined, expected: number, label = "value"): void {
  assertWithin(actual, expected, RELATIVE * Math.abs(expected), label);
}

/** T12: an absolute error of at most 1e-12. */
export function assertAbsolute(actual: number | undefined, expected: number, label = "value"): void {
  assertWithin(actual, expected, ABSOLUTE, label);
}

export function assertWithin(actual: number | undefined, expected: number, tolerance: number, label: string): void {
  const distance = Math.abs((actual ?? Number.NaN) - expected);
  assert.ok(distance <= tolerance, `${label} is ${actual}, expected ${expected} within ${tolerance}`);
}

export function throwsArgument(call: () => unknown): void {
  assert.throws(call, withCode("INVALID_ARGUMENT"));
}

export function throwsConfiguration(configure: () => unknown): void {
  assert.throws(configure, withCode("INVALID_CONFIGURATION"));
}

export function rejectsArgument(call: () => Promise<unknown>): Promise<void> {
  return assert.rejects(async () => call(), withCode("INVALID_ARGUMENT"));
}

export function rejectsMissingRecord(call: () => Promise<unknown>): Promise<void> {
  return assert.rejects(async () => call(), withCode("RECORD_NOT_FOUND"));
}

function withCode(code: ErrorCode): (error: unknown) => boolean {
  return (error) => PolicyCacheError.isInstance(error) && error.code === code;
}

/** A value as a caller without types would hand it over. */
export function untyped<Value>(value: unknown): Value {
  return value as Value;
}
