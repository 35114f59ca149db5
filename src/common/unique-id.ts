import { randomBytes } from "node:crypto";

/** What no other process, and no other thread of this one, has. */
const OWN = randomBytes(16).toString("base64url");
let created = 0;

/** A text that no other call ever gave, here or elsewhere: a counter, behind 128 random bits. */
export function uniqueId(): string {
  created += 1;
  return `${OWN}.${created.toString(36)}`;
}
