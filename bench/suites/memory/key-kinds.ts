import { splitParts } from "../../../src/common/joined-parts.js";
import { isKeyKind, type KeyKind } from "../../../src/store/storage-keys.js";
import { library } from "../../harness/library.js";

const STREAM = library.OUTCOME_STREAM;

/** Where a store on Redis says how it is stored. */
const REDIS_FORMAT = "store";

/** Names for tables; kinds that go together have one. */
const NAMES: Readonly<Record<KeyKind, string>> = {
  import: "other",
  settings: "other",
  malformed: "other",
  agents: "other",
  states: "list of states",
  episodes: "episodes",
  seen: "event ids",
  decisions: "decisions reported",
  state: "evidence and policy",
  arrivals: "episodes",
  visits: "episodes",
  trail: "other",
  records: "other",
  members: "list of policies",
  lookup: "look-ups by action and id",
  sorted: "other",
  clock: "order of recency",
  ranking: "bounds of the best",
  priority: "other",
  edges: "links",
  filter: "existence filter",
  filters: "existence filter",
  sketch: "other",
  access: "uses",
  staged: "other",
  ledger: "predictions",
  errors: "predictions",
  proposals: "other",
  reasons: "other",
  surfaced: "other",
  rhythm: "other",
  activity: "other",
  weekly: "other",
  daily: "other",
  history: "history for explain",
  deliveries: "outcome stream",
};

/** @param key - without the prefix of its shard. @throws for a kind of key that is not registered */
export function kindOf(key: string): string {
  if (key === STREAM) return "outcome stream";
  if (key.startsWith(`${STREAM}:`)) return "policy events"; // of one agent
  if (key === REDIS_FORMAT) return "other";
  const [kind = ""] = splitParts(key);
  if (!isKeyKind(kind)) throw new Error(`There is no kind of key called ${kind}.`);
  return NAMES[kind];
}
