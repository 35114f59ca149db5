import { readEntry } from "../../cache/events/read-entry.js";
import { OUTCOME_STREAM } from "../../cache/recording/outcome-stream.js";
import type { JsonObject } from "../../maths/json/json-value.js";
import type { OutcomeEntry } from "../../operations/outcomes/outcome.js";
import { readEntries } from "../../operations/streams/streams.js";
import type { Store } from "../../store/store.js";
import type { LoggedDecision } from "./logged-decision.js";

const ENTRIES_PER_READ = 1000;

/**
 * The decisions that a store remembers in its outcome stream, those of each shard in order: about the latest
 * `streamMaxLength` of each. Those that were explored, or recorded with one, carry their propensity.
 */
export async function readDecisionLog(store: Store): Promise<readonly LoggedDecision[]> {
  const decisions: LoggedDecision[] = [];
  for (const shard of store.shards) {
    let afterId = "";
    for (;;) {
      const page = { keys: { stream: OUTCOME_STREAM }, afterId, limit: ENTRIES_PER_READ };
      const entries = await store.run(readEntries, page, shard);
      for (const { fields } of entries) {
        const entry = readEntry(fields);
        if (entry !== undefined) decisions.push(decisionOf(entry));
      }
      const last = entries.at(-1);
      if (last === undefined) break;
      afterId = last.id;
    }
  }
  return decisions;
}

function decisionOf({ agentId, stateFeatures, actionType, outcome, ...entry }: OutcomeEntry): LoggedDecision {
  const { reward, propensity, episodeId } = entry;
  return {
    agentId,
    state: JSON.parse(stateFeatures) as JsonObject,
    action: { type: actionType },
    outcome,
    ...(typeof reward === "number" ? { reward } : {}),
    ...(typeof propensity === "number" ? { propensity } : {}),
    ...(typeof episodeId === "string" ? { episodeId } : {}),
  };
}
