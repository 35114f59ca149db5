import { withoutPassword } from "./without-secrets.js";

/**
 * Every failure this library reports on purpose is a {@link PolicyCacheError} with a stable `code`.
 * Classes say what kind of remedy is called for; codes never change meaning between versions.
 */
const MARKER = Symbol.for("policycache.error");

/** What kind of thing went wrong, for programs to compare with. */
export type ErrorCode =
  | "INVALID_ARGUMENT"
  | "INVALID_CONFIGURATION"
  | "RECORD_NOT_FOUND"
  | "RECORD_EXISTS"
  | "WRITE_REJECTED"
  | "LIMIT_REACHED"
  | "STORE_NOT_FOUND"
  | "STORE_DRIVER_MISSING"
  | "STORE_UNAVAILABLE"
  | "STORE_READ_ONLY"
  | "STORE_BUSY"
  | "STORE_CLOSED"
  | "STORE_FULL"
  | "STORE_NOT_EMPTY"
  | "STORE_ACCESS_DENIED"
  | "SCRIPT_FAILED"
  | "DATA_FORMAT"
  | "STREAM_GROUP_LOST"
  | "STREAM_HANDLER_FAILED";

/** What an error says beside its code and its message. */
export interface ErrorDetails {
  /** What the caller can do about it, as one sentence. */
  readonly hint?: string;
  readonly cause?: unknown;
}

/** What every error of this library is: a code to compare with, a message that says what to do. */
export class PolicyCacheError extends Error {
  readonly code: ErrorCode;
  /** True when the same call may succeed later without any change by the caller. */
  readonly retryable: boolean;
  readonly hint: string | undefined;

  constructor(code: ErrorCode, message: string, details: ErrorDetails & { readonly retryable?: boolean } = {}) {
    super(
      details.hint === undefined ? message : `${message} ${details.hint}`,
      details.cause === undefined ? undefined : { cause: details.cause },
    );
    this.name = new.target.name;
    this.code = code;
    this.retryable = details.retryable ?? false;
    this.hint = details.hint;
    Object.defineProperty(this, MARKER, { value: classNamesOf(new.target) });
  }

  /** Whether an error is of this library, whichever copy of it that is from; so is `instanceof` of each class. */
  static isInstance(error: unknown): error is PolicyCacheError {
    return error instanceof PolicyCacheError;
  }

  /** A program may have loaded the library twice: installed in two versions, or as CommonJS here and as a module there. */
  static override [Symbol.hasInstance](error: unknown): boolean {
    try {
      const names: unknown = typeof error === "object" && error !== null ? Reflect.get(error, MARKER) : undefined;
      // biome-ignore lint/complexity/noThisInStatic: the class that is asked about
      return Array.isArray(names) && names.includes(this.name);
    } catch {
      return false; // a proxy that somebody threw
    }
  }
}

/** Of a class of errors and those it extends, up to the one of this library. */
function classNamesOf(made: { readonly name: string }): readonly string[] {
  const names: string[] = [];
  for (let next = made; next !== Error; next = Object.getPrototypeOf(next)) names.push(next.name);
  return names;
}

/** A value passed to a call is wrong. Nothing was changed. */
export class InvalidArgumentError extends PolicyCacheError {
  readonly parameter: string;

  constructor(parameter: string, value: unknown, expected: string, details: ErrorDetails = {}) {
    super("INVALID_ARGUMENT", `${parameter} is ${describeValue(value)}, expected ${expected}.`, details);
    this.parameter = parameter;
  }
}

/** An option given while building a store, model, cache or consumer is wrong. */
export class ConfigurationError extends PolicyCacheError {
  readonly option: string;

  constructor(option: string, value: unknown, expected: string, details: ErrorDetails = {}) {
    super("INVALID_CONFIGURATION", `Option ${option} is ${describeValue(value)}, expected ${expected}.`, details);
    this.option = option;
  }
}

/** The record an operation needs does not exist. Nothing was changed. */
export class RecordNotFoundError extends PolicyCacheError {
  constructor(model: string, identity: string, details: ErrorDetails = {}) {
    super("RECORD_NOT_FOUND", `No ${model} is stored for ${identity}.`, details);
  }
}

/** A record with the same identity exists already. Nothing was changed. */
export class RecordExistsError extends PolicyCacheError {
  constructor(model: string, identity: string, details: ErrorDetails = {}) {
    super("RECORD_EXISTS", `A ${model} is already stored for ${identity}.`, details);
  }
}

/** The store cannot do its work. `code` says why, `retryable` whether waiting may help. */
export class StoreError extends PolicyCacheError {}

/** The stored bytes are not what this version can read. */
export class DataFormatError extends StoreError {
  constructor(message: string, details: ErrorDetails = {}) {
    super("DATA_FORMAT", message, details);
  }
}

const SHOWN_CHARACTERS = 60;

/** A short, safe rendering of any value for an error message; never throws and never prints a whole payload. */
export function describeValue(value: unknown): string {
  switch (typeof value) {
    case "string":
      return value.length === 0 ? "an empty string" : JSON.stringify(clip(withoutPassword(value)));
    case "function":
      return "a function";
    case "object":
      return value === null ? "null" : describeObject(value);
    default:
      return clip(String(value));
  }
}

function describeObject(value: object): string {
  try {
    if (Array.isArray(value)) return `an array of ${value.length}`;
    return value instanceof Date ? "a Date" : "an object";
  } catch {
    return "an object that cannot be read";
  }
}

function clip(text: string): string {
  return text.length <= SHOWN_CHARACTERS ? text : `${text.slice(0, SHOWN_CHARACTERS)}… (${text.length} characters)`;
}
