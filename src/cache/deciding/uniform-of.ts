import { hash } from "node:crypto";

/** 52 bits: as many as a number from 0 to below 1 can tell apart in equal steps. */
const HEXADECIMAL_DIGITS = 13;

/** A number from 0 to below 1 that follows from texts: the same for the same ones, and as good as random over others. */
export function uniformOf(...texts: readonly string[]): number {
  const digits = hash("sha256", JSON.stringify(texts), "hex").slice(0, HEXADECIMAL_DIGITS);
  return Number.parseInt(digits, 16) / 16 ** HEXADECIMAL_DIGITS;
}
