import { readEntry } from "../../cache/events/read-entry.js";
import { OUTCOME_STREAM } from "../../cache/recording/outcome-stream.js";
import { joinParts } from "../../common/joined-parts.js";
import { getOrCreate } from "../../common/maps/get-or-create.js";
import { MOST_ACTIONS } from "../../operations/evidence/actions/known-actions.js";
import { readEntries } from "../../operations/streams/streams.js";
import type { Store } from "../../store/store.js";
import type { LoggedActions } from "./upgraded-evidence.js";

const PAGE = 500;

/**
 * The pairs of a shard of which the log holds outcomes of several specifications, with these outcomes. The log is bounded,
 * and so is this.
 *
 * @returns by agent, state and type
 */
export async function pairsThatVaried(store: Store, shard: number): Promise<ReadonlyMap<string, LoggedActions>> {
  const pairs = new Map<string, Map<string, boolean[]>>();
  let afterId = "";
  for (;;) {
    const page = await store.run(readEntries, { keys: { stream: OUTCOME_STREAM }, afterId, limit: PAGE }, shard);
    for (const { fields } of page) {
      const entry = readEntry(fields);
      if (entry === undefined) continue;
      const specs = getOrCreate(
        pairs,
        pairName(entry.agentId, entry.stateFingerprint, entry.actionType),
        () => new Map(),
      );
      const outcomes = specs.get(entry.actionSpec) ?? [];
      outcomes.push(entry.outcome === "success");
      if (specs.size < MOST_ACTIONS || specs.has(entry.actionSpec)) specs.set(entry.actionSpec, outcomes);
    }
    afterId = page.at(-1)?.id ?? "";
    if (page.length < PAGE) break;
  }
  return new Map([...pairs].filter(([, specs]) => specs.size > 1));
}

export function pairName(agentId: string, stateFingerprint: string, actionType: string): string {
  return joinParts(agentId, stateFingerprint, actionType);
}
