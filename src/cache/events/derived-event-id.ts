import { hash } from "node:crypto";

/**
 * An id for an event that has none, from its text and its position in its source: reading the same source again gives
 * the same ids.
 */
export function derivedEventId(text: string, position: number): string {
  return hash("sha256", `${position}\n${text}`, "base64url").slice(0, 22);
}
