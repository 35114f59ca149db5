import type { Ending, KnownEnding } from "../../index.js";
import type { DoneCall } from "./turn.js";

/** What a call that ended says of the action, where nobody knows better. */
export function usualEnding({ status }: DoneCall): Ending {
  return status === "success" || status === "failure" ? status : "neither";
}

/**
 * How an action ended that was several calls: as a failure where one has failed, and as a success where all have succeeded.
 * Rewards add up.
 */
export function combined(endings: readonly Ending[]): Ending {
  if (endings.includes("later")) return "later";
  const known = endings.flatMap((ending) => (ending === "later" || ending === "neither" ? [] : [knownOf(ending)]));
  const hasFailed = known.some(({ outcome }) => outcome === "failure");
  if (!hasFailed && endings.includes("neither")) return "neither";
  const rewards = known.flatMap(({ reward }) => (reward === undefined ? [] : [reward]));
  const outcome = hasFailed ? "failure" : "success";
  return rewards.length === 0 ? outcome : { outcome, reward: rewards.reduce((sum, reward) => sum + reward, 0) };
}

function knownOf(ending: "success" | "failure" | KnownEnding): KnownEnding {
  return typeof ending === "string" ? { outcome: ending } : ending;
}
