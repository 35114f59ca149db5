import { readEntry } from "../../cache/events/read-entry.js";
import { OUTCOME_STREAM } from "../../cache/recording/outcome-stream.js";
import type { Mutable } from "../../common/mutable.js";
import type { Fields } from "../../keyspace/port/keyspace.js";
import type { JsonObject } from "../../maths/json/json-value.js";
import type { OutcomeEntry } from "../../operations/outcomes/outcome.js";
import { readEntries } from "../../operations/streams/streams.js";
import type { Store } from "../../store/store.js";
import { decisionKindOf, type LoggedDecision } from "./logged-decision.js";

const ENTRIES_PER_READ = 1000;

/**
 * The decisions that a store remembers in its outcome stream, those of each shard in order: about the latest
 * `streamMaxLength` of each. Reported ones carry who decided, and with which chance.
 */
export async function readDecisionLog(store: Store): Promise<readonly LoggedDecision[]> {
  const decisions: LoggedDecision[] = [];
  for await (const entry of readOutcomes(store)) decisions.push(decisionOf(entry));
  return decisions;
}

/** The outcomes in the stream of a store, as they were logged, those of each shard in order. One page is held at a time. */
export async function* readOutcomes(store: Store): AsyncGenerator<OutcomeEntry> {
  for (const shard of store.shards) {
    let afterId = "";
    for (;;) {
      const page = { keys: { stream: OUTCOME_STREAM }, afterId, limit: ENTRIES_PER_READ };
      const entries = await store.run(readEntries, page, shard);
      for (const { fields } of entries) {
        const entry = readLogged(fields);
        if (entry !== undefined) yield entry;
      }
      const last = entries.at(-1);
      if (last === undefined) break;
      afterId = last.id;
    }
  }
}

/** With how the decision came about, which nobody who counts an entry may believe: anyone may have written it. */
function readLogged(fields: Readonly<Fields>): OutcomeEntry | undefined {
  const read = readEntry(fields);
  if (read === undefined) return undefined;
  const entry: Mutable<OutcomeEntry> = { ...read };
  const { decision, errorBudget, actionNumbers, nextStateFeatures } = fields;
  if (entry.op === "report") entry.decision = kindOf(decision);
  if (typeof errorBudget === "number" && errorBudget > 0 && errorBudget < 1) entry.errorBudget = errorBudget;
  if (isNumbers(actionNumbers)) entry.actionNumbers = actionNumbers;
  if (typeof nextStateFeatures === "string") entry.nextStateFeatures = nextStateFeatures;
  return entry;
}

/** What is not known to be the choice of the cache was that of the agent. */
function kindOf(decision: unknown): NonNullable<OutcomeEntry["decision"]> {
  try {
    return decisionKindOf(decision) ?? "fallback";
  } catch {
    return "fallback";
  }
}

function isNumbers(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.length > 0 && value.every((number) => Number.isSafeInteger(number));
}

function decisionOf({
  agentId,
  stateFeatures,
  actionType,
  actionSpec,
  outcome,
  ...entry
}: OutcomeEntry): LoggedDecision {
  const { reward, propensity, episodeId, decision, params, ts } = entry;
  return {
    agentId,
    state: JSON.parse(stateFeatures) as JsonObject,
    action: { type: actionType, spec: JSON.parse(actionSpec) as JsonObject },
    outcome,
    ts,
    ...(typeof reward === "number" ? { reward } : {}),
    ...(typeof propensity === "number" ? { propensity } : {}),
    ...(typeof episodeId === "string" ? { episodeId } : {}),
    ...(decision === undefined ? {} : { decision }),
    ...(params === undefined ? {} : { params: JSON.parse(params) as JsonObject }),
  };
}
