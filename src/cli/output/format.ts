import type { JsonValue } from "../../maths/json/json-value.js";

// Texts of the store come from outside: what is printed here cannot steer a terminal or forge a line.

/** Control characters, unpaired surrogates, line separators, and the marks that turn the direction of the text. */
const STEERING = /[\p{Cc}\p{Cs}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;

/** Replaces what steers a terminal by its escape, such as `\u001b`. */
export function printable(text: string): string {
  return text.replace(STEERING, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** A message as one line. */
export function oneLine(text: string): string {
  return printable(text.replace(/\s*[\r\n]+\s*/g, " "));
}

/** A JSON value on one line. */
export function compactJson(value: JsonValue): string {
  return printable(JSON.stringify(value));
}

/** A score or proportion. */
export function decimal(value: number): string {
  return value.toFixed(3);
}

export function integer(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

/** Unix seconds as a UTC time of day, to the second. */
export function timestamp(seconds: number): string {
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? `${seconds} s` : date.toISOString().replace(/\.\d+Z$/, "Z");
}

const UNITS = ["B", "kB", "MB", "GB", "TB"] as const;

export function byteSize(bytes: number): string {
  let unit = 0;
  let amount = bytes;
  while (amount >= 1000 && unit < UNITS.length - 1) {
    amount /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? amount : amount.toFixed(1)} ${UNITS[unit]}`;
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${integer(count)} ${count === 1 ? one : many}`;
}
