import { ConfigurationError } from "../../../common/errors.js";
import { assembleScript, type Script } from "./assemble-script.js";
import { COMPILED_OPERATIONS, LUA_LIBRARY } from "./compiled-operations.js";

/** The script of an operation. */
export interface OperationScript extends Script {
  readonly isRead: boolean;
  /** Whether it keeps the times of deliveries beside its streams, under keys of their own. */
  readonly usesDeliveries: boolean;
  /** Where what it answers may hold an empty map. */
  readonly mapsInOutput: readonly string[];
}

/** The function that makes the key of a stream's deliveries. */
const DELIVERIES = "deliveriesKey";

const scripts = new Map<string, OperationScript>();

/** Put together when first asked for. @throws {@link ConfigurationError} for an operation that is not the library's */
export function scriptOf(operation: string): OperationScript {
  const known = scripts.get(operation);
  if (known !== undefined) return known;
  const compiled = COMPILED_OPERATIONS[operation];
  if (compiled === undefined) {
    throw new ConfigurationError("operation", operation, "one of the library's own: only these are compiled");
  }
  const { main, access, mapsInOutput } = compiled;
  const isRead = access !== "write";
  const script = assembleScript(LUA_LIBRARY, main, isRead);
  const described = { ...script, isRead, usesDeliveries: script.parts.has(DELIVERIES), mapsInOutput };
  scripts.set(operation, described);
  return described;
}

export function allScripts(): readonly OperationScript[] {
  return Object.keys(COMPILED_OPERATIONS).map(scriptOf);
}
