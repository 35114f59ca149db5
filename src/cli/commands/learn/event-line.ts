import { isUtf8 } from "node:buffer";
import { checkEvent, isAbsent } from "../../../cache/events/check-event.js";
import { derivedEventId } from "../../../cache/events/derived-event-id.js";
import { EVENT_NAMES } from "../../../cache/events/outcome-event.js";
import { PolicyCacheError } from "../../../common/errors.js";
import { withoutForeignNames } from "../../../common/unknown-names.js";
import type { OutcomeEntry } from "../../../operations/outcomes/outcome.js";
import { refuseRoundedIntegers } from "../../input/rounded-integers.js";
import { jsonErrorText } from "../../output/json-error.js";
import type { Line } from "./line-splitter.js";

/** Longest line of an event file, without its line break. */
export const MAX_LINE_BYTES = 4_194_304;

const BYTE_ORDER_MARK = "\ufeff";

export interface Malformed {
  readonly kind: "malformed";
  readonly reason: string;
}

/** What a line of an event file holds: an event, nothing, or something to complain about. */
export type EventLine =
  | { readonly kind: "event"; readonly entry: OutcomeEntry; readonly bytes: number }
  | { readonly kind: "empty" }
  | Malformed;

/** The JSON value of a line. */
export type JsonLine =
  | { readonly kind: "json"; readonly value: unknown; readonly text: string; readonly bytes: number }
  | { readonly kind: "empty" }
  | Malformed;

/**
 * Reads one line. An event without an id gets one from its text and line number, so that reading the same file again,
 * or a longer version of it, counts nothing twice.
 *
 * @param run - what sets the ids apart from those of another run; "" for nothing
 */
export function readEventLine(line: Line, nowSeconds: number, run: string): EventLine {
  const read = readJsonLine(line);
  if (read.kind !== "json") return read;
  const { value, text, bytes } = read;
  if (isRecord(value) && isAbsent(value.id)) value.id = derivedEventId(run + text, line.number);
  return checkLine(() => ({ kind: "event", entry: checkEvent(ownPartOf(read), nowSeconds), bytes }));
}

/**
 * A log may say more of an event than we ask for. That is left out; what may be meant as a part of ours and is misspelt
 * stays, and is complained about.
 *
 * @param names - of what is asked for
 * @throws {@link InvalidArgumentError} for an integer that cannot be read exactly
 */
export function ownPartOf(
  { value, text }: Pick<JsonLine & { kind: "json" }, "value" | "text">,
  names = EVENT_NAMES,
): unknown {
  const own = isRecord(value) ? withoutForeignNames(value, names) : value;
  refuseRoundedIntegers(own, text);
  return own;
}

export function readJsonLine({ bytes }: Line): JsonLine {
  if (bytes === undefined) return malformed(`the line is longer than ${MAX_LINE_BYTES} bytes`);
  if (!isUtf8(bytes)) return malformed("the line is not valid UTF-8 or UTF-16");
  const text = lineText(bytes.toString());
  if (text.trim() === "") return { kind: "empty" };
  try {
    return { kind: "json", value: JSON.parse(text), text, bytes: bytes.length };
  } catch (error) {
    return malformed(`not valid JSON: ${jsonErrorText(error)}`);
  }
}

/** What `check` makes of a line, or the complaint it throws. */
export function checkLine<Checked>(check: () => Checked): Checked | Malformed {
  try {
    return check();
  } catch (error) {
    if (PolicyCacheError.isInstance(error)) return malformed(error.message);
    throw error;
  }
}

/**
 * Line breaks of Windows are no part of the text, nor of the ids made from it. Neither is a byte order mark, which also stands
 * within where files were joined.
 */
function lineText(line: string): string {
  const start = line.startsWith(BYTE_ORDER_MARK) ? 1 : 0;
  return line.slice(start, line.endsWith("\r") ? -1 : undefined);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function malformed(reason: string): Malformed {
  return { kind: "malformed", reason };
}
