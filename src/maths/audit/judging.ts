/**
 * What is right in the eyes of an audit.
 *
 * - `agreement`: the agent did the same. A deviation budget asks for it.
 * - `strict`: the agent did the same, and it went well. A disagreement is a failure: the agent may have looked at something that
 *   the state lacks.
 * - `asAgent`: it went well where the agent did the same; where it did something else, nothing is known. It holds if what
 *   the agent does in such states does not depend on anything the state lacks.
 */
export type AuditedBy = "agreement" | "strict" | "asAgent";

/**
 * Whether an action that might have been served was right.
 *
 * @param agreed - whether the agent, when it was asked, did exactly this
 * @param succeeded - whether what the agent did went well
 * @returns undefined when nothing is known of it, so that it is not noted
 */
export function isRight(by: AuditedBy, agreed: boolean, succeeded: boolean): boolean | undefined {
  if (by === "agreement") return agreed;
  if (agreed) return succeeded;
  return by === "strict" ? false : undefined;
}
