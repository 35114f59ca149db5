import type { Evidence } from "../../cache/evidence/evidence.js";

/** Whether evidence suffices, in a word. */
export function passesText({ passes, retired }: Evidence): string {
  if (retired !== undefined) return "retired";
  return passes ? "yes" : "no";
}
