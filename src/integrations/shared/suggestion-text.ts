import type { Suggestion } from "../../index.js";
import { callsOfAction } from "./tool-actions.js";

/** A suggestion, as a sentence for a model; undefined where there is nothing to call. */
export function suggestionText({ action, reason }: Suggestion): string | undefined {
  const calls = callsOfAction(action).map(({ tool, input }) => `${tool} with ${JSON.stringify(input)}`);
  if (calls.length === 0) return undefined;
  return `In this situation it has worked before to call ${calls.join(" and ")} (${reason})`;
}
