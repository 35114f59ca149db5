import { isUtf8 } from "node:buffer";
import { PolicyCacheError } from "../../errors.js";
import { checkEvent, derivedEventId, isAbsent, type OutcomeEntry } from "../../policy-cache/outcome-event.js";
import { jsonErrorText } from "../json-error.js";
import type { Line } from "./line-splitter.js";

/** Longest line of an event file, without its line break. */
export const MAX_LINE_BYTES = 4_194_304;

const BYTE_ORDER_MARK = "\ufeff";

/** What a line of an event file holds: an event, nothing, or something to complain about. */
export type EventLine =
  | { readonly kind: "event"; readonly entry: OutcomeEntry; readonly bytes: number }
  | { readonly kind: "empty" }
  | { readonly kind: "malformed"; readonly reason: string };

/**
 * Reads one line. An event without an id gets one from its text and line number, so that reading the same file again,
 * or a longer version of it, counts nothing twice.
 */
export function readEventLine({ number, bytes }: Line, nowSeconds: number): EventLine {
  if (bytes === undefined) return malformed(`the line is longer than ${MAX_LINE_BYTES} bytes`);
  if (!isUtf8(bytes)) return malformed("the line is not valid UTF-8");
  const text = lineText(bytes.toString(), number);
  if (text.trim() === "") return { kind: "empty" };
  let event: unknown;
  try {
    event = JSON.parse(text);
  } catch (error) {
    return malformed(`not valid JSON: ${jsonErrorText(error)}`);
  }
  if (isRecord(event) && isAbsent(event.id)) event.id = derivedEventId(text, number);
  try {
    return { kind: "event", entry: checkEvent(event, nowSeconds), bytes: bytes.length };
  } catch (error) {
    if (PolicyCacheError.isInstance(error)) return malformed(error.message);
    throw error;
  }
}

/** Line breaks of Windows and a byte order mark are no part of the text, nor of the ids made from it. */
function lineText(line: string, number: number): string {
  const start = number === 1 && line.startsWith(BYTE_ORDER_MARK) ? 1 : 0;
  return line.slice(start, line.endsWith("\r") ? -1 : undefined);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function malformed(reason: string): EventLine {
  return { kind: "malformed", reason };
}
